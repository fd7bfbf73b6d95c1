import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Row } from './benchmark.ts';

const PAGE = fileURLToPath(new URL('../../docs/performance.md', import.meta.url));
const COLUMNS = ['What', 'Picovm', 'Beside', 'Verdict'];

/** The machine that measures, in a line. */
export function machine(): string {
  return `Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown CPU'}`;
}

/** Puts a table into docs/performance.md, between the markers of that name. @throws if the page has no such markers */
export function writeTable(name: string, rows: readonly Row[], columns: readonly string[] = COLUMNS): void {
  const text = readFileSync(PAGE, 'utf8');
  const [begin, end] = [`<!-- bench:${name} -->\n`, `<!-- /bench:${name} -->`];
  const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf(end)];
  if (from < begin.length || to < from) throw new Error(`${PAGE} has no markers for ${name}`);
  writeFileSync(PAGE, `${text.slice(0, from)}\n${markdown(rows, columns)}\n${text.slice(to)}`);
}

function markdown(rows: readonly Row[], columns: readonly string[]): string {
  const date = new Date().toISOString().slice(0, 10);
  const cells = rows.map(({ what, figure, peer = '', verdict = '' }) => [what, figure, peer, verdict]);
  const table = [columns, ...cells];
  const widths = [0, 1, 2, 3].map((column) => Math.max(3, ...table.map((row) => row[column].length)));
  const lines = table.map((row) => `| ${row.map((cell, column) => pad(cell, widths[column], column)).join(' | ')} |`);
  const rule = `| ${widths.map((width, column) => '-'.repeat(width - (column > 0 ? 1 : 0)) + (column > 0 ? ':' : '')).join(' | ')} |`;
  return `${date}, ${machine()}:\n\n${[lines[0], rule, ...lines.slice(1)].join('\n')}\n`;
}

function pad(cell: string, width: number, column: number): string {
  return column > 0 ? cell.padStart(width) : cell.padEnd(width);
}
