// What is to be had, and which Debian package has it.

/** The suite that the packages come from. Debian 12 is the last one with a kernel for i386. */
export const SUITE = 'bookworm';

/**
 * The files by the names that tests ask for: a package of Debian (architecture i386 or all), and the path in it.
 * @type {Readonly<Record<string, { package: string, path: string }>>}
 */
export const SYSTEM_FILES = {
  // GRUB 2, which runs its menu from a floppy or a CD.
  'grub-floppy': { package: 'grub-rescue-pc', path: 'usr/lib/grub-rescue/grub-rescue-floppy.img' },
  'grub-cdrom': { package: 'grub-rescue-pc', path: 'usr/lib/grub-rescue/grub-rescue-cdrom.iso' },
  // A memory test, as a bzImage of 32 bits.
  memtest: { package: 'memtest86+', path: 'boot/memtest86+ia32.bin' },
  // A network boot loader, as a bzImage that is entered in real mode.
  'ipxe.lkrn': { package: 'ipxe', path: 'boot/ipxe.lkrn' },
  'ipxe.iso': { package: 'ipxe', path: 'usr/lib/ipxe/ipxe.iso' },
  // A boot loader as the ROM of a PC.
  'u-boot.rom': { package: 'u-boot-qemu', path: 'usr/lib/u-boot/qemu-x86/u-boot.rom' },
  // A BIOS, in its two sizes, and a VGA BIOS.
  'seabios-128k': { package: 'seabios', path: 'usr/share/seabios/bios.bin' },
  'seabios-256k': { package: 'seabios', path: 'usr/share/seabios/bios-256k.bin' },
  vgabios: { package: 'seabios', path: 'usr/share/seabios/vgabios-stdvga.bin' },
  // The kernel and the file system of Debian's installer.
  linux: {
    package: 'debian-installer-12-netboot-i386',
    path: 'usr/lib/debian-installer/images/12/i386/text/debian-installer/i386/linux',
  },
  'initrd.gz': {
    package: 'debian-installer-12-netboot-i386',
    path: 'usr/lib/debian-installer/images/12/i386/text/debian-installer/i386/initrd.gz',
  },
  // What `initramfs` is made of.
  busybox: { package: 'busybox-static', path: 'bin/busybox' },
};
