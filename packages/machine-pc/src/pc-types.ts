import type { BootPlan } from '@picovm/boot';
import type { Accelerator, Device, DrivenClock, Logger, Vm } from '@picovm/core';
import type { X86Vcpu } from '@picovm/core/x86';
import type { DebugConsole, Uart16550 } from '@picovm/device-console';
import type { Ata, BlockBackend, Floppy } from '@picovm/device-disk';
import type { I8042, Piix4Pm, Rtc } from '@picovm/device-pc';
import type { PciBusHost } from '@picovm/device-pci';
import type { Vga } from '@picovm/device-vga';

/** A kind of drive, in the order in which a BIOS tries them. */
export type BootDrive = 'floppy' | 'disk' | 'cdrom';

/** What a `pc` machine is made of. */
export interface PcOptions {
  /** What runs the guest. */
  readonly accelerator: Accelerator<X86Vcpu>;
  /** Bytes of RAM, a multiple of 4096 from 1 MiB to 3 GiB. Default 64 MiB. */
  readonly memory?: number;
  /** What is in the floppy drives A: and B:; `undefined` is an empty drive, an empty list no drive. Default: A: alone, empty. */
  readonly floppies?: readonly (BlockBackend | undefined)[];
  /** Hard disks in their order, as many as fit with the CD-ROM drives on two IDE channels: four. Default: none. */
  readonly disks?: readonly BlockBackend[];
  /** What is in the CD-ROM drives; `undefined` is an empty one. Default: none. */
  readonly cdroms?: readonly (BlockBackend | undefined)[];
  /** In which order a BIOS tries drives to boot from. Default: floppies, disks, CD-ROMs. */
  readonly bootOrder?: readonly BootDrive[];
  /** A firmware ROM, such as SeaBIOS: whole 4 KiB, 64 KiB to 16 MiB. Default: the BIOS of `@picovm/bios`. */
  readonly firmware?: Uint8Array;
  /** The video BIOS that a firmware ROM is given. Default: none; the BIOS of `@picovm/bios` needs none. */
  readonly videoBios?: Uint8Array;
  /**
   * What is started in place of the firmware: a kernel, as the loaders of `@picovm/boot` plan it, made for `pcMemory` of the same
   * size. Default: the machine starts as a PC does, by its firmware.
   */
  readonly boot?: BootPlan;
  /** What the clock shows at first: milliseconds since 1970. Default: the time of the host; with a `VirtualClock` 1 January 2000. */
  readonly date?: number;
  /** Whether a guest that resets the machine, or faults three times, starts anew; else the run ends. Default true. */
  readonly reboot?: boolean;
  /** Takes the bytes that the guest writes to COM1 (port 3F8h). */
  readonly onSerial?: (bytes: Uint8Array) => void;
  /** Takes the bytes that the guest writes to the debug console (port E9h). */
  readonly onDebug?: (bytes: Uint8Array) => void;
  /** Takes what a firmware ROM writes to its log (port 402h). */
  readonly onFirmwareLog?: (bytes: Uint8Array) => void;
  /** Called with the frequency in Hz when the speaker begins a tone, and with 0 when it ends. */
  readonly onSpeaker?: (frequency: number) => void;
  /** Further devices, attached behind the machine's own, or what makes them of the PCI bus. The VM disposes them. Default: none. */
  readonly devices?: readonly Device[] | ((bus: PciBusHost) => readonly Device[]);
  /** Guest time. Default: a `RealClock`. */
  readonly clock?: DrivenClock;
  /** Where the VM and its devices report. Default: nowhere. */
  readonly logger?: Logger;
}

/** A PC: the VM, and those of its devices that a host talks to. */
export interface Pc {
  /** The machine. Its runs go on over resets, unless it was made with `reboot: false`. */
  readonly vm: Vm<X86Vcpu>;
  /** The screen. */
  readonly vga: Vga;
  /** The first serial port, 3F8h. */
  readonly com1: Uart16550;
  /** The second one, 2F8h: nothing is connected. */
  readonly com2: Uart16550;
  /** Port E9h. */
  readonly debug: DebugConsole;
  /** Keyboard and mouse. */
  readonly input: I8042;
  /** Hard disks and CD-ROM drives. */
  readonly ide: Ata;
  /** Floppy drives. */
  readonly fdc: Floppy;
  /** The clock with its CMOS memory. */
  readonly rtc: Rtc;
  /** Power management: `power.powerButton()`. */
  readonly power: Piix4Pm;
  /** Where PCI devices plug in. */
  readonly pci: PciBusHost;
  /** How often the guest has reset the machine. */
  readonly resets: number;
  /**
   * Switches it on again: resets everything, and starts what it was made for. Memory keeps what nobody writes.
   * @throws VmError `ERR_VM_RUNNING`, `ERR_VM_DISPOSED`
   */
  restart(): void;
}
