import { codedError } from './errors.ts';

/** What `vgaText` takes. */
export interface VgaTextOptions {
  /** Unique in its VM. Default `vga`. */
  readonly id?: string;
  /** Cells in a row: 2 to 256, even. Default 80. */
  readonly columns?: number;
  /** Rows of cells: 1 to 64. Default 25. The largest screen fills the text memory. */
  readonly rows?: number;
}

/** The register for the length of a row counts two columns; the one for the width has eight bits. */
const MAX_COLUMNS = 256;
/** 1024 scan lines, the most that the vertical registers can count, of 16 a row. */
const MAX_ROWS = 64;

/** Fills in the defaults. @throws Error `ERR_INVALID_ARGUMENT` */
export function checkOptions(options: VgaTextOptions): Required<VgaTextOptions> {
  const { id = 'vga', columns = 80, rows = 25 } = options;
  if (typeof id !== 'string' || id === '') {
    throw codedError('ERR_INVALID_ARGUMENT', 'vgaText: id must be a string that is not empty');
  }
  const wide = Number.isInteger(columns) && columns >= 2 && columns <= MAX_COLUMNS && columns % 2 === 0;
  const high = Number.isInteger(rows) && rows >= 1 && rows <= MAX_ROWS;
  if (!wide || !high) {
    throw codedError(
      'ERR_INVALID_ARGUMENT',
      `vgaText: there is no screen of ${columns} columns and ${rows} rows: columns are even and 2 to ${MAX_COLUMNS}, ` +
        `rows are 1 to ${MAX_ROWS}`,
    );
  }
  return { id, columns, rows };
}
