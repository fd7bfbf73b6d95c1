/** What the services for characters do in every mode. Columns and rows are those of the screen; pages 0 to 7. */
export interface CellArea {
  /** Writes a character. @param attribute in graphics modes the colour, bit 7: exclusive or; undefined: as it was */
  write(page: number, column: number, row: number, character: number, attribute: number | undefined): void;
  /** The character, and the attribute in the high byte. */
  read(page: number, column: number, row: number): number;
  /** Copies `count` characters of a row to another row. */
  copyRow(page: number, to: number, from: number, left: number, count: number): void;
  /** Blanks `count` characters of a row. */
  clearRow(page: number, row: number, left: number, count: number, attribute: number): void;
}
