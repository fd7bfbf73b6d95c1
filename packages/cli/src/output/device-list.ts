import {
  type DeviceManifest,
  type DeviceOption,
  type DeviceRange,
  hex,
  hexRange,
  type OptionReference,
} from '@picovm/core';
import type { CatalogueEntry, UsableDevice } from '../devices/device-catalogue.ts';
import { isSettable } from '../devices/option-values.ts';
import { printable } from './printable.ts';
import { wrap } from './wrap.ts';

/** Of the lines, in characters. */
const WIDTH = 80;
/** What stands in front of the lines below a name: "  claims   ". */
const LABEL_WIDTH = 11;
/** An option that is longer moves its description to the next line. */
const MAX_COLUMN = 24;

/** How names are shown: on a terminal in bold. */
export type Emphasis = (text: string) => string;

/**
 * The devices as text for people.
 * @param version the version of the command
 */
export function formatDevices(entries: readonly CatalogueEntry[], version: string, strong: Emphasis): string {
  const blocks = entries.map((entry) => {
    const from = label(entry, version);
    const gap = ' '.repeat(Math.max(2, WIDTH - entry.device.length - from.length));
    const body = 'problem' in entry ? paragraph('  ', `cannot be used: ${entry.problem}`) : usableLines(entry);
    return [`${strong(printable(entry.device))}${from === '' ? '' : gap}${printable(from)}`, ...body].join('\n');
  });
  const hint = paragraph('', 'Add one with: picovm run IMAGE --device NAME,option=value,...');
  return [...blocks, hint.join('\n')].join('\n\n');
}

function label({ device, source }: CatalogueEntry, version: string): string {
  if (source === 'built-in') return `built into picovm ${version}`;
  if ('file' in source) return '';
  return device === source.name ? source.version : `${source.name} ${source.version}`;
}

function usableLines({ manifest }: UsableDevice): string[] {
  const options = Object.entries(manifest.options);
  const settable = options.filter(([, option]) => isSettable(option));
  const inCode = options.filter(([, option]) => !isSettable(option));
  return [
    ...paragraph('  ', manifest.description),
    ...labelled('claims', claims(manifest)),
    ...optionLines([['id', undefined], ...settable], manifest),
    ...(inCode.length === 0 ? [] : labelled('in code', inCode.map(describeInCode).join(', '))),
  ];
}

function describeInCode([name, { required }]: readonly [string, DeviceOption]): string {
  return required ? `${name} (required)` : name;
}

function claims(manifest: DeviceManifest): string {
  const lines = manifest.irqs.map((irq) => place(manifest, irq));
  const parts = manifest.ranges.map((range) => describeRange(manifest, range));
  return [...parts, ...lines.map((line) => `IRQ ${line}`)].join('; ') || 'nothing';
}

function describeRange(manifest: DeviceManifest, range: DeviceRange): string {
  return `${describePlace(manifest, range)}${range.coalesced ? ' (coalesced writes)' : ''}`;
}

function describePlace(manifest: DeviceManifest, { space, base, length }: DeviceRange): string {
  const first = value(manifest, base);
  const count = value(manifest, length);
  if (first === undefined || count === undefined) return `${space} at ${place(manifest, base)}`;
  return `${space} ${count === 1 ? hex(first) : hexRange(first, count)}`;
}

function place(manifest: DeviceManifest, where: number | OptionReference): string {
  return String(value(manifest, where) ?? (where as OptionReference).option);
}

// Of an option, its default; one that is required has none.
function value({ options }: DeviceManifest, where: number | OptionReference): number | undefined {
  if (typeof where === 'number') return where;
  const option = options[where.option];
  return option?.type === 'integer' ? option.default : undefined;
}

function optionLines(
  options: readonly (readonly [string, DeviceOption | undefined])[],
  manifest: DeviceManifest,
): string[] {
  const rows = options.map(([name, option]) => {
    if (option === undefined) return [`id=${manifest.defaultId}`, 'its name in this machine (string)'];
    const required = option.required ? ', required' : '';
    return [`${name}=${sample(option)}`, `${option.description} (${kind(option)}${required})`];
  });
  const column = Math.min(MAX_COLUMN, Math.max(...rows.map(([text]) => text.length)));
  return rows.flatMap(([text, description], i) => {
    const indent = ' '.repeat(LABEL_WIDTH);
    const start = `${i === 0 ? '  options'.padEnd(LABEL_WIDTH) : indent}${printable(text)}`;
    const lines = paragraph(' '.repeat(LABEL_WIDTH + column + 2), description);
    if (text.length > column) return [start, ...lines];
    return [`${start.padEnd(LABEL_WIDTH + column + 2)}${lines[0].trimStart()}`, ...lines.slice(1)];
  });
}

function kind(option: DeviceOption): string {
  switch (option.type) {
    case 'integer': {
      const [min, max] = [option.min, option.max].map((limit) => (option.hex ? hex(limit) : String(limit)));
      return `${min} to ${max}`;
    }
    case 'string':
      return option.choices?.join('|') ?? 'string';
    case 'bytes':
      return `at most ${option.maxLength} bytes`;
    default:
      return option.type;
  }
}

function sample(option: DeviceOption): string {
  switch (option.type) {
    case 'integer':
      if (option.default === undefined) return 'NUMBER';
      return option.hex ? hex(option.default) : String(option.default);
    case 'boolean':
      return String(option.default ?? 'true|false');
    case 'string':
      return option.default ?? option.choices?.join('|') ?? 'TEXT';
    default:
      return 'FILE';
  }
}

function labelled(name: string, text: string): string[] {
  const lines = paragraph(' '.repeat(LABEL_WIDTH), text);
  return [`  ${name}`.padEnd(LABEL_WIDTH) + lines[0].trimStart(), ...lines.slice(1)];
}

function paragraph(indent: string, text: string): string[] {
  return wrap(printable(text), WIDTH - indent.length).map((line) => indent + line);
}
