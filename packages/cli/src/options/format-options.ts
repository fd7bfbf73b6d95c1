import type { OptionSpec } from './option-table.ts';
import { PC_MACHINE_OPTIONS, SESSION_OPTIONS } from './pc-options.ts';

const OF_PC = [...Object.keys(PC_MACHINE_OPTIONS), ...Object.keys(SESSION_OPTIONS)];

/** The options as lines of help: those of every machine first. */
export function formatOptions(options: Readonly<Record<string, OptionSpec>>): string {
  const entries = Object.entries(options);
  const width = Math.max(...entries.map((entry) => flag(entry).length));
  const lines = (ofPc: boolean): string[] =>
    entries
      .filter(([name]) => OF_PC.includes(name) === ofPc)
      .map((entry) => `  ${flag(entry).padEnd(width)}  ${entry[1].help}`);
  const pc = lines(true);
  return [...['options:', ...lines(false)], ...(pc.length === 0 ? [] : ['', 'with --machine pc:', ...pc])].join('\n');
}

function flag([name, { value }]: [string, OptionSpec]): string {
  return `--${name}${value === undefined ? '' : ` ${value}`}`;
}
