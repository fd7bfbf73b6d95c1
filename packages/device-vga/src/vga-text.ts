import type { Device, DeviceContext, DeviceState, PortHandler } from '@picovm/core';
import { checkOptions, type VgaTextOptions } from './options.ts';
import { VgaRegisters } from './registers/vga-registers.ts';
import type { TextCursor, TextScreen } from './render/text-screen.ts';
import { TEXT_MEMORY_BASE, TEXT_MEMORY_SIZE, TextMemory } from './text-memory.ts';
import { restoreVga, saveVga, type VgaParts } from './vga-state.ts';

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
  /** @throws Error `ERR_DEVICE_STATE` if the state is none of a VGA with this many columns and rows */
  restore(state: DeviceState): void;
}

/**
 * Makes a VGA text screen. It claims 0xB8000 to 0xBFFFF and the ports 3C0h to 3CFh, 3D4h, 3D5h and 3DAh.
 * @throws Error `ERR_INVALID_ARGUMENT` if an option is out of its range
 */
export function vgaText(options: VgaTextOptions = {}): VgaText {
  return new VgaTextDevice(checkOptions(options));
}

const COLORS = 16;

class VgaTextDevice implements VgaText {
  readonly type = 'vga-text';
  readonly id: string;
  readonly columns: number;
  readonly rows: number;
  readonly #memory = new TextMemory();
  readonly #registers: VgaRegisters;
  readonly #parts: VgaParts;

  constructor({ id, columns, rows }: Required<VgaTextOptions>) {
    this.id = id;
    this.columns = columns;
    this.rows = rows;
    this.#registers = new VgaRegisters(columns, rows);
    this.#parts = { columns, rows, memory: this.#memory, registers: this.#registers };
  }

  get generation(): number {
    return this.#memory.generation;
  }

  attach(context: DeviceContext): void {
    context.claimMmio({ base: TEXT_MEMORY_BASE, length: TEXT_MEMORY_SIZE, label: 'text memory' }, this.#memory);
    this.#claim(context, 0x3c0, 16, 'VGA attribute, sequencer, DAC, graphics');
    this.#claim(context, 0x3d4, 2, 'VGA CRT controller');
    this.#claim(context, 0x3da, 1, 'VGA input status 1');
  }

  screen(): TextScreen {
    const { columns, rows } = this;
    const { attribute, crtc, dac } = this.#registers;
    return {
      columns,
      rows,
      cells: this.#memory.copy(2 * crtc.startAddress, 2 * columns * rows),
      cursor: this.#cursor(),
      blink: attribute.blink,
      palette: Array.from({ length: COLORS }, (_, color) => dac.rgb(attribute.dacEntry(color))),
    };
  }

  reset(): void {
    this.#memory.bytes.fill(0);
    this.#registers.reset();
    this.#memory.touch();
  }

  snapshot(): DeviceState {
    return saveVga(this.#parts);
  }

  restore(state: DeviceState): void {
    restoreVga(this.id, this.#parts, state);
    this.#memory.touch();
  }

  #claim(context: DeviceContext, base: number, length: number, label: string): void {
    const registers = this.#registers;
    const memory = this.#memory;
    const { clock } = context;
    const handler: PortHandler = {
      read: (offset) => registers.read(base + offset, clock),
      write: (offset, _size, value) => {
        registers.write(base + offset, value);
        memory.touch();
      },
    };
    context.claimPorts({ base, length, width: { max: 1 }, label }, handler);
  }

  #cursor(): TextCursor {
    const { crtc } = this.#registers;
    // The CRT controller compares the cursor's location with its 16-bit counter, which starts at the start address.
    const cell = (crtc.cursorLocation - crtc.startAddress) & 0xffff;
    return {
      column: cell % this.columns,
      row: Math.floor(cell / this.columns),
      visible: crtc.cursorShown && cell < this.columns * this.rows,
      start: crtc.cursorStart,
      end: crtc.cursorEnd,
    };
  }
}
