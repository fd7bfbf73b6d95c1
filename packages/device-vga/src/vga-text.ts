import { type Device, type DeviceFactory, type DeviceState, defineDevice } from '@picovm/core';
import type { TextScreen } from './render/text-screen.ts';
import { TEXT_MEMORY_BASE, TEXT_MEMORY_SIZE } from './text-memory.ts';
import { VgaTextDevice } from './vga-text-device.ts';

/** What `vgaText` takes. */
export interface VgaTextOptions {
  /** Unique in its VM. Default `vga`. */
  readonly id?: string;
  /** Cells in a row: 2 to 256, even. Default 80. */
  readonly columns?: number;
  /** Rows of cells: 1 to 64. Default 25. The largest screen fills the text memory. */
  readonly rows?: number;
}

/** A VGA in text mode: 32 KiB of text memory at 0xB8000, and the VGA's ports for colour modes. */
export interface VgaText extends Device {
  /** Always `vga-text`. */
  readonly type: 'vga-text';
  /** Cells in a row. */
  readonly columns: number;
  /** Rows of cells. */
  readonly rows: number;
  /**
   * A number that is another one whenever the guest wrote text memory or a register since it was last looked at: a
   * screen need only be drawn again when it changed. Counts up, from 0 again after 2^30.
   */
  readonly generation: number;
  /** What the monitor shows now, as a copy. */
  screen(): TextScreen;
  /** Clears text memory and sets all registers as a video BIOS does for mode 3. */
  reset(): void;
  /** Text memory and all registers. Version 1. */
  snapshot(): DeviceState;
  /** @throws VmError `ERR_DEVICE_STATE` if the state is none of a VGA with this many columns and rows */
  restore(state: DeviceState): void;
}

/** Registers are bytes: wider accesses reach the registers behind them. */
const BYTES = { max: 1 } as const;

/**
 * Makes a VGA text screen. It claims 0xB8000 to 0xBFFFF and the ports 3C0h to 3CFh, 3D4h, 3D5h and 3DAh.
 * @throws VmError `ERR_INVALID_ARGUMENT` if an option is out of its range
 */
export const vgaText: DeviceFactory<VgaTextOptions, VgaText> = /* @__PURE__ */ defineDevice({
  type: 'vga-text',
  apiVersion: 1,
  description: 'the text screen of a VGA: text memory at 0xB8000 and the registers that text programs use',
  defaultId: 'vga',
  options: {
    // The register for the length of a row counts two columns; the one for the width has eight bits.
    columns: { type: 'integer', min: 2, max: 256, multipleOf: 2, default: 80, description: 'cells in a row' },
    // 1024 scan lines, the most that the vertical registers can count, of 16 a row.
    rows: { type: 'integer', min: 1, max: 64, default: 25, description: 'rows of cells' },
  },
  ranges: [
    { space: 'mmio', base: TEXT_MEMORY_BASE, length: TEXT_MEMORY_SIZE, label: 'text memory', coalesced: true },
    { space: 'port', base: 0x3c0, length: 16, width: BYTES, label: 'VGA attribute, sequencer, DAC, graphics' },
    { space: 'port', base: 0x3d4, length: 2, width: BYTES, label: 'VGA CRT controller' },
    { space: 'port', base: 0x3da, length: 1, width: BYTES, label: 'VGA input status 1' },
  ],
  create: (options, place) => new VgaTextDevice(options, place),
});
