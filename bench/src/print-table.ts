import type { Row } from './benchmark.ts';

const HEADINGS: Row = { what: '', figure: 'picovm', peer: 'peer', verdict: 'verdict' };

/** Rows as an aligned table. */
export function formatTable(rows: readonly Row[]): string {
  const cells = [HEADINGS, ...rows].map(({ what, figure, peer = '', verdict = '' }) => [what, figure, peer, verdict]);
  const widths = COLUMNS.map((column) => Math.max(...cells.map((row) => row[column].length)));
  return cells
    .map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column])).join('  ')}`.trimEnd())
    .join('\n');
}

const COLUMNS = [0, 1, 2, 3];
