import type { RunResult, VcpuDump, Vm } from '@picovm/core';
import { formatFlags } from '@picovm/core/x86';
import { exitLine } from './exit-line.ts';
import type { ExitRing } from './exit-ring.ts';

const SERIAL_LINES = 12;
const SERIAL_CHARACTERS = 2000;
const GENERAL = ['ax', 'bx', 'cx', 'dx', 'si', 'di', 'sp', 'bp'];
const SEGMENTS = ['cs', 'ds', 'es', 'ss', 'fs', 'gs'];
const CODE_BYTES = 12;

/** What a report is made of. */
export interface ReportParts {
  readonly vm: Vm;
  readonly result: RunResult | undefined;
  /** Undefined if nobody told how to look at it. */
  readonly screen: readonly string[] | undefined;
  /** Undefined if nobody told how to look at it. */
  readonly serial: string | undefined;
  readonly exits: ExitRing;
}

/** Everything that a person needs to see why a guest did not do what was expected. */
export function guestReport({ vm, result, screen, serial, exits }: ReportParts): string {
  return [
    result === undefined ? 'the guest was not run yet' : `${result.outcome}: ${result.message}`,
    ...(screen === undefined ? [] : ['', ...screenLines(screen)]),
    ...(serial === undefined ? [] : ['', ...serialLines(serial)]),
    '',
    ...registerLines(vm),
    '',
    ...lastExitLines(exits),
  ].join('\n');
}

function screenLines(rows: readonly string[]): string[] {
  const end = rows.findLastIndex((row) => row !== '') + 1;
  if (end === 0) return ['screen: blank'];
  const shown = rows.slice(0, end).map(printable);
  const width = Math.max(...shown.map((row) => row.length));
  const border = `+${'-'.repeat(width)}+`;
  return ['screen:', border, ...shown.map((row) => `|${row.padEnd(width)}|`), border];
}

function serialLines(text: string): string[] {
  if (text === '') return ['serial: nothing'];
  const lines = text
    .slice(-SERIAL_CHARACTERS)
    .replace(/\r?\n$/, '')
    .split(/\r?\n/);
  const tail = lines.slice(-SERIAL_LINES);
  const cut = text.length > SERIAL_CHARACTERS || tail.length < lines.length;
  return [cut ? 'end of the serial output:' : 'serial:', ...tail.map((line) => `  ${printable(line)}`)];
}

// Control characters would act on the terminal that shows the report.
function printable(line: string): string {
  return line.replace(/\p{Cc}/gu, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

function registerLines(vm: Vm): string[] {
  const dump = dumpOf(vm);
  if (dump === undefined) return ['registers: the machine was disposed'];
  const { registers, location, codeAddress } = dump;
  const wide = GENERAL.some((name) => (registers[`r${name}`] ?? 0n) >> 32n !== 0n);
  const cell = (name: string, whole: string, digits: number): string => {
    return `${name}=${(registers[whole] ?? 0n).toString(16).padStart(digits, '0')}`;
  };
  const general = GENERAL.map((name) => cell((wide ? 'r' : 'e') + name, `r${name}`, wide ? 16 : 8));
  const flags = registers.rflags === undefined ? '' : ` [${formatFlags(registers.rflags)}]`;
  return [
    `registers, at ${location}${codeBytes(vm, codeAddress)}:`,
    `  ${general.slice(0, 4).join(' ')}`,
    `  ${general.slice(4).join(' ')}`,
    `  ${SEGMENTS.map((name) => cell(name, name, 4)).join(' ')} ${cell('eflags', 'rflags', 8)}${flags}`,
  ];
}

function dumpOf(vm: Vm): VcpuDump | undefined {
  try {
    return vm.vcpu.dump();
  } catch {
    return undefined;
  }
}

function codeBytes(vm: Vm, address: number | undefined): string {
  const length = address === undefined ? 0 : Math.min(CODE_BYTES, vm.memory.contiguous(address));
  if (address === undefined || length === 0) return '';
  const bytes = Array.from(vm.memory.read(address, length), (byte) => byte.toString(16).padStart(2, '0'));
  return ` (code: ${bytes.join(' ')})`;
}

function lastExitLines(exits: ExitRing): string[] {
  const entries = exits.list();
  if (entries.length === 0) return ['no exits'];
  const lines = entries.map(({ exit, times }) => `  ${exitLine(exit)}${times > 1 ? `  (${times} times)` : ''}`);
  return ['last exits, the newest last:', ...lines];
}
