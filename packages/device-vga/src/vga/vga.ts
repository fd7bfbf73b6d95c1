import { type Device, type DeviceFactory, type DeviceState, defineDevice } from '@picovm/core';
import type { Screen } from '../render/graphics-screen.ts';
import { VgaDevice } from './vga-device.ts';
import { WINDOW_BASE, WINDOW_SIZE } from './window.ts';

/** 1, 16 and 64 MiB. Literals: what is computed here would keep bundlers from leaving the device out. */
const MIB = 0x100000;
const DEFAULT_SIZE = 0x1000000;
const MAX_SIZE = 0x4000000;

/** What `vga` takes. */
export interface VgaOptions {
  /** Unique in its VM. Default `vga`. */
  readonly id?: string;
  /** Guest-physical address of the linear frame buffer, a multiple of 1 MiB. Default 0xE0000000. */
  readonly frameBuffer?: number;
  /** Bytes of the linear frame buffer: 1 to 64 MiB, a multiple of 1 MiB. Default 16 MiB. */
  readonly frameBufferSize?: number;
}

/** A VGA with the Bochs display interface: text modes, planar and packed graphics, and a linear frame buffer. */
export interface Vga extends Device {
  /** Always `vga`. */
  readonly type: 'vga';
  /**
   * A number that is another one whenever the guest wrote video memory or a register since it was last looked at. Counts up,
   * from 0 again after 2^30. While the linear frame buffer is shown, and it is memory of the VM, it changes with each look.
   */
  readonly generation: number;
  /** What the monitor shows now, as a copy: characters in a text mode, pixels in a graphics mode. */
  screen(): Screen;
  /** Clears video memory and sets all registers as a video BIOS does for mode 3, with the built-in font. */
  reset(): void;
  /** Video memory and all registers; a frame buffer that is memory of the VM is a part of that. Version 1. */
  snapshot(): DeviceState;
  /** @throws VmError `ERR_DEVICE_STATE` if the state is none of a VGA with such a frame buffer */
  restore(state: DeviceState): void;
}

/** Registers are bytes: wider accesses reach the registers behind them. */
const BYTES = { max: 1 } as const;
/** The data port is an odd one. */
const WORDS = { max: 2 } as const;

/**
 * Makes a VGA. It claims 0xA0000 to 0xBFFFF, the ports 3B4h, 3B5h, 3BAh, 3C0h to 3CFh, 3D4h, 3D5h, 3DAh, and 1CEh to 1D1h, and the
 * linear frame buffer, unless the VM has memory there: then it shows that, and the guest draws without any exit.
 * @throws VmError `ERR_INVALID_ARGUMENT` if an option is out of its range
 */
export const vga: DeviceFactory<VgaOptions, Vga> = /* @__PURE__ */ defineDevice({
  type: 'vga',
  apiVersion: 1,
  description: 'a VGA: text and graphics modes, and the linear frame buffer of the Bochs display interface',
  defaultId: 'vga',
  options: {
    frameBuffer: {
      type: 'integer',
      min: 0x100000,
      max: 0xfff00000,
      multipleOf: MIB,
      default: 0xe0000000,
      hex: true,
      description: 'guest-physical address of the linear frame buffer',
    },
    frameBufferSize: {
      type: 'integer',
      min: MIB,
      max: MAX_SIZE,
      multipleOf: MIB,
      default: DEFAULT_SIZE,
      description: 'bytes of the linear frame buffer',
    },
  },
  ranges: [
    { space: 'mmio', base: WINDOW_BASE, length: WINDOW_SIZE, label: 'video memory', coalesced: true },
    { space: 'mmio', base: { option: 'frameBuffer' }, length: { option: 'frameBufferSize' }, label: 'frame buffer' },
    { space: 'port', base: 0x1ce, length: 4, width: WORDS, label: 'Bochs display interface' },
    { space: 'port', base: 0x3b4, length: 2, width: BYTES, label: 'VGA CRT controller, monochrome' },
    { space: 'port', base: 0x3ba, length: 1, width: BYTES, label: 'VGA input status 1, monochrome' },
    { space: 'port', base: 0x3c0, length: 16, width: BYTES, label: 'VGA attribute, sequencer, DAC, graphics' },
    { space: 'port', base: 0x3d4, length: 2, width: BYTES, label: 'VGA CRT controller' },
    { space: 'port', base: 0x3da, length: 1, width: BYTES, label: 'VGA input status 1' },
  ],
  create: (options, place) => new VgaDevice(options, place),
});
