import type { CellArea } from './cell-area.ts';
import type { Screen } from './screen.ts';

const WINDOW = 0x7fff;

/** Characters in text modes: pairs of character and attribute. */
export class TextCells implements CellArea {
  readonly #screen: Screen;
  readonly #base: number;

  /** @param base physical address of the memory */
  constructor(screen: Screen, base: number) {
    this.#screen = screen;
    this.#base = base;
  }

  write(page: number, column: number, row: number, character: number, attribute: number | undefined): void {
    const at = this.#address(page, column, row);
    const { memory } = this.#screen.guest;
    if (attribute === undefined) memory.write8(at, character);
    else memory.write16(at, (attribute << 8) | character);
  }

  read(page: number, column: number, row: number): number {
    return this.#screen.guest.memory.read16(this.#address(page, column, row));
  }

  copyRow(page: number, to: number, from: number, left: number, count: number): void {
    this.#screen.guest.memory.copy(this.#address(page, left, to), this.#address(page, left, from), 2 * count);
  }

  clearRow(page: number, row: number, left: number, count: number, attribute: number): void {
    this.#screen.guest.memory.fill16(this.#address(page, left, row), (attribute << 8) | 0x20, 2 * count);
  }

  #address(page: number, column: number, row: number): number {
    const { pageSize, columns } = this.#screen;
    return this.#base + ((page * pageSize + 2 * (row * columns + column)) & WINDOW);
  }
}
