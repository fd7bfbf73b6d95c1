import type { Device, DeviceState } from '@picovm/core';

/** What an item holds: bytes, which are not copied and must not change, or a text, as UTF-8. */
export type FwCfgContent = Uint8Array | string;

/** What `fwCfg` takes. */
export interface FwCfgOptions {
  /** Unique in its VM. Default `fw-cfg`. */
  readonly id?: string;
  /** Files by name, such as `etc/e820` or `bootorder`. Names have 1 to 55 characters of ASCII. Default: none. */
  readonly files?: Readonly<Record<string, FwCfgContent>>;
  /**
   * Items by number, 0 to 1Fh and 8000h to BFFFh, in place of those that the other options make. Default: none.
   */
  readonly items?: Readonly<Record<number, FwCfgContent>>;
  /** Bytes of memory, item 3. Default 0. */
  readonly ramSize?: number;
  /** How many processors there are, items 5 and Fh: 1 to 255. Default 1. */
  readonly cpus?: number;
  /** Whether firmware offers a boot menu, item Eh. Default false. */
  readonly bootMenu?: boolean;
  /** A kernel for the firmware to start: its size and bytes are the items 8 and 11h. Not copied. */
  readonly kernel?: Uint8Array;
  /** The part of a Linux kernel for real mode: items 17h and 18h. */
  readonly setup?: Uint8Array;
  /** The initial RAM disk: items Bh and 12h. */
  readonly initrd?: Uint8Array;
  /** The kernel's command line: items 14h and 15h. */
  readonly commandLine?: string;
}

/** QEMU's firmware configuration device. */
export interface FwCfg extends Device {
  /** Always `fw-cfg`. */
  readonly type: 'fw-cfg';
  /** As after power-on: item 0 is selected. */
  reset(): void;
  /** What is selected, and how far it was read. What is in the items is the host's. Version 1. */
  snapshot(): DeviceState;
  /** @throws VmError `ERR_DEVICE_STATE` if it is no state of this device */
  restore(state: DeviceState): void;
}
