import { checkNames, showValue } from '../arguments.ts';
import { VmError } from '../errors.ts';
import {
  X86_GPRS,
  X86_SEGMENT_FIELDS,
  X86_SEGMENTS,
  type X86DescriptorTable,
  type X86Registers,
  type X86Segment,
  type X86SpecialRegisters,
} from './registers.ts';

const REGISTERS: readonly string[] = [...X86_GPRS, 'rip', 'rflags'];
const SEGMENTS: readonly string[] = [...X86_SEGMENTS, 'tr', 'ldt'];
const TABLES: readonly string[] = ['gdt', 'idt'];
const CONTROL: readonly string[] = ['cr0', 'cr2', 'cr3', 'cr4', 'cr8', 'efer', 'apicBase'];
const SPECIAL = [...SEGMENTS, ...TABLES, ...CONTROL];
const TABLE_FIELDS = { limit: 0xffff };

/**
 * Makes sure that what `setRegisters` was given are registers: names that there are, bigints of 64 bits. Whether a processor
 * can have the values is for the accelerator to judge.
 * @returns a copy with those that were given
 * @throws VmError `ERR_INVALID_ARGUMENT`
 */
export function checkX86Registers(registers: Partial<X86Registers>): Partial<X86Registers> {
  const where = 'setRegisters()';
  checkGiven(where, registers, REGISTERS, SPECIAL, 'setSpecialRegisters()');
  return given(registers, (name, value) => unsigned64(where, name, value));
}

/**
 * The same for `setSpecialRegisters`. A segment register or a descriptor table is given whole.
 * @returns a copy with those that were given
 * @throws VmError `ERR_INVALID_ARGUMENT`
 */
export function checkX86SpecialRegisters(registers: Partial<X86SpecialRegisters>): Partial<X86SpecialRegisters> {
  const where = 'setSpecialRegisters()';
  checkGiven(where, registers, SPECIAL, REGISTERS, 'setRegisters()');
  return given(registers, (name, value) => {
    if (CONTROL.includes(name)) return unsigned64(where, name, value);
    return fields(where, name, value, TABLES.includes(name) ? TABLE_FIELDS : X86_SEGMENT_FIELDS);
  });
}

// Those of the other setter are told from names that there are not.
function checkGiven(
  where: string,
  registers: object,
  known: readonly string[],
  others: readonly string[],
  setter: string,
): void {
  const elsewhere = others.find((name) => Object.hasOwn(registers ?? {}, name));
  if (elsewhere !== undefined && typeof registers === 'object') {
    throw invalid(`${where} has no register '${elsewhere}': ${setter} sets it`, { name: elsewhere });
  }
  checkNames(where, registers, known, 'register');
}

function given<T extends object>(registers: T, check: (name: string, value: unknown) => unknown): Partial<T> {
  const entries = Object.entries(registers).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, check(name, value)])) as Partial<T>;
}

function fields(
  where: string,
  name: string,
  value: unknown,
  ranges: Readonly<Record<string, number>>,
): X86Segment | X86DescriptorTable {
  const names = ['base', ...Object.keys(ranges)];
  checkNames(`${where}: ${name}`, value, names, 'field');
  const record = { ...(value as Readonly<Record<string, unknown>>) };
  const missing = names.filter((field) => record[field] === undefined);
  if (missing.length > 0) {
    const advice = `it is given whole, such as { ...getSpecialRegisters().${name}, base: 0n }`;
    throw invalid(`${where}: ${name} has no ${missing.join(', ')}: ${advice}`, { name, missing });
  }
  unsigned64(where, `${name}.base`, record.base);
  for (const [field, max] of Object.entries(ranges)) integer(where, `${name}.${field}`, record[field], max);
  return record as unknown as X86Segment | X86DescriptorTable;
}

function unsigned64(where: string, name: string, value: unknown): bigint {
  if (typeof value === 'bigint' && BigInt.asUintN(64, value) === value) return value;
  const advice = Number.isSafeInteger(value) && (value as number) >= 0 ? `: write ${value}n` : '';
  throw wrong(where, name, value, `a bigint from 0n to 0xffffffffffffffffn`, advice);
}

function integer(where: string, name: string, value: unknown, max: number): void {
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max) return;
  const advice = typeof value === 'bigint' && value >= 0n && value <= max ? `: write ${value}` : '';
  throw wrong(where, name, value, `an integer from 0 to ${max > 9 ? `0x${max.toString(16)}` : max}`, advice);
}

function wrong(where: string, name: string, value: unknown, what: string, advice: string): VmError {
  return invalid(`${where}: ${name} must be ${what}, not ${showValue(value)}${advice}`, { name, value });
}

function invalid(message: string, details: Record<string, unknown>): VmError {
  return new VmError('ERR_INVALID_ARGUMENT', message, details);
}
