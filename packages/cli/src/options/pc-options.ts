/** The options of `picovm run` that are for `--machine pc`, but for scripted sessions. */
export const PC_MACHINE_OPTIONS = {
  disk: {
    value: 'FILE[,ro,overlay]',
    multiple: true,
    help: 'a hard disk; a file, a device, or a URL. ro: no writes; overlay: what is written is dropped at the end',
  },
  floppy: { value: 'FILE[,ro,overlay]', multiple: true, help: 'a floppy disk, in drive A:, then in B:' },
  cdrom: { value: 'FILE', multiple: true, help: 'a CD or DVD (ISO 9660 image); a file, a device, or a URL' },
  kernel: { value: 'FILE', help: 'a kernel to start: Linux, multiboot, multiboot 2, PVH, ELF; it may be compressed' },
  initrd: {
    value: 'FILE',
    multiple: true,
    help: 'the initrd of a Linux kernel, or a module of a multiboot or PVH one',
  },
  append: { value: 'TEXT', help: "the kernel's command line" },
  'kernel-entry': { value: 'auto|direct|32-bit|16-bit', help: 'where a Linux kernel is entered (default: auto)' },
  bios: { value: 'FILE', help: 'a firmware ROM, such as SeaBIOS (default: the built-in BIOS)' },
  'vga-bios': { value: 'FILE', help: 'a video BIOS for that ROM' },
  boot: { value: 'ORDER', help: 'drives to boot from, in order (default: floppy,disk,cdrom)' },
  vcpus: { value: '1', help: 'virtual CPUs: this machine has one' },
  'no-reboot': { help: 'end the run when the guest resets the machine' },
} as const;

/** Those that script a session. */
export const SESSION_OPTIONS = {
  'wait-for': { value: 'TEXT', multiple: true, help: 'wait until this is on the screen or on the serial port' },
  type: { value: 'TEXT', multiple: true, help: "type this: 'dir\\n', '\\{F1}', '\\{ControlLeft+KeyC}'" },
  pause: { value: 'DURATION', multiple: true, help: 'let 500ms, 2s, ... pass: for games, whose pictures have no text' },
  send: { value: 'TEXT', multiple: true, help: "send this to the serial port: 'root\\n'" },
} as const;

/** The options that make a machine a `pc` by themselves. */
export const PC_SIGNS = ['disk', 'floppy', 'cdrom', 'kernel', 'bios'] as const;

/** What a snapshot of a `pc` says itself. */
export const PC_SAVED_OPTIONS = ['append', 'kernel-entry', 'boot', 'vcpus', 'no-reboot'] as const;
