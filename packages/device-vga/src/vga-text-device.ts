import type { DeviceContext, DevicePlace, DeviceState, PlacedRange, PortHandler } from '@picovm/core';
import { VgaRegisters } from './registers/vga-registers.ts';
import type { TextCursor, TextScreen } from './render/text-screen.ts';
import { TextMemory } from './text-memory.ts';
import { restoreVga, saveVga, type VgaParts } from './vga-state.ts';

const COLORS = 16;

/** What `vgaText` makes. Its ranges are the text memory and then those of the registers. */
export class VgaTextDevice {
  readonly type = 'vga-text';
  readonly id: string;
  readonly columns: number;
  readonly rows: number;
  readonly #place: DevicePlace;
  readonly #memory = new TextMemory();
  readonly #registers: VgaRegisters;
  readonly #parts: VgaParts;

  constructor({ id, columns, rows }: Pick<VgaTextDevice, 'id' | 'columns' | 'rows'>, place: DevicePlace) {
    this.id = id;
    this.#place = place;
    this.columns = columns;
    this.rows = rows;
    this.#registers = new VgaRegisters(columns, rows);
    this.#parts = { columns, rows, memory: this.#memory, registers: this.#registers };
  }

  get generation(): number {
    return this.#memory.generation;
  }

  attach(context: DeviceContext): void {
    const [memory, ...registers] = this.#place.ranges;
    context.claimMmio(memory, this.#memory);
    for (const range of registers) this.#claimRegisters(context, range);
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

  #claimRegisters(context: DeviceContext, range: PlacedRange): void {
    const { base } = range;
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
    context.claimPorts(range, handler);
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
