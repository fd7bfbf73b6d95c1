import { formatFlags } from '@picovm/core/x86';
import { splitIntoBytes } from './bus-access.ts';
import type { Expectation, GuestCase } from './guest-case.ts';
import { bytesOf, LOAD_ADDRESS, type Observed, STACK_TOP, TRAPS } from './run-case.ts';
import { compareTraces, isScripted } from './scripted-bus.ts';
import { type Masked, matches } from './words.ts';

/** What differs between what was seen of a case and what it expects, a line each; empty if nothing does. */
export function differences({ expect }: GuestCase, seen: Observed): string[] {
  const shutdown = expect.exit === 'shutdown';
  return [
    ...compareEnding(expect, seen),
    // After a triple fault registers may be anything: with SVM they are undefined, and KVM resets them.
    ...(shutdown
      ? []
      : [...comparePlace(expect, seen), ...comparePushed(expect, seen), ...compareRegisters(expect, seen)]),
    ...compareMemory(expect, seen),
    ...compareBus(expect, seen),
  ];
}

function compareEnding({ outcome = 'halted', exit = 'halt' }: Expectation, { result }: Observed): string[] {
  const was = result.exit?.reason ?? 'no exit';
  if (result.outcome === outcome && was === exit) return [];
  return [`the run ended as ${result.outcome} (${was}), not as ${outcome} (${exit}): ${result.message}`];
}

function comparePlace({ ip }: Expectation, { registers, codeBase, imageSize }: Observed): string[] {
  // The CPU stops behind the HLT.
  const vector = registers.ip - TRAPS.base - 1;
  if (registers.cs === 0 && vector >= 0 && vector < TRAPS.length) {
    return [`the guest took an interrupt that it does not handle: vector ${vector}`];
  }
  const at = codeBase + registers.ip;
  if (ip === undefined ? at >= LOAD_ADDRESS && at <= LOAD_ADDRESS + imageSize : registers.ip === ip) return [];
  return [
    `the guest stopped at ${hex(registers.cs)}:${hex(registers.ip)}, not ${ip === undefined ? 'in the image' : hex(ip)}`,
  ];
}

function comparePushed({ pushed = [], registers = {} }: Expectation, seen: Observed): string[] {
  const view = new DataView(seen.memory.buffer, seen.memory.byteOffset);
  const lines: string[] = [];
  let at = STACK_TOP;
  for (const [label, ...words] of pushed) {
    const actual = words.map(() => {
      at -= 2;
      return view.getUint16(at, true);
    });
    words.forEach((word, i) => {
      if (!matches(actual[i], word)) lines.push(`${label}: word ${i} is ${difference(actual[i], word)}`);
    });
  }
  if (registers.sp === undefined && seen.registers.sp !== at) {
    const count = (STACK_TOP - seen.registers.sp) / 2;
    lines.push(`SP is ${hex(seen.registers.sp)}: ${count} words were pushed, not ${(STACK_TOP - at) / 2}`);
  }
  return lines;
}

function compareRegisters({ registers = {} }: Expectation, seen: Observed): string[] {
  return Object.entries(registers).flatMap(([name, expected]) => {
    const actual = seen.registers[name as keyof typeof seen.registers];
    return matches(actual, expected) ? [] : [`${name} is ${difference(actual, expected)}`];
  });
}

function compareMemory({ memory = [] }: Expectation, seen: Observed): string[] {
  return memory.flatMap(([address, bytes]) => {
    const expected = Buffer.from(bytesOf(bytes)).toString('hex');
    const actual = Buffer.from(seen.memory.subarray(address, address + expected.length / 2)).toString('hex');
    return actual === expected ? [] : [`memory at ${hex(address)} is\n    + ${actual}, not\n    - ${expected}`];
  });
}

function compareBus({ bus = [], busUnit = 'accesses' }: Expectation, seen: Observed): string[] {
  const unit = busUnit === 'bytes' ? splitIntoBytes : (access: (typeof bus)[number]) => [access];
  const exits = seen.bus.flatMap(unit);
  const device = seen.scripted.flatMap(unit);
  return [
    ...compareTraces('the exits', exits, bus),
    ...compareTraces('what the device saw and the exits', device, exits.filter(isScripted)),
  ];
}

function difference(actual: number, expected: number | Masked): string {
  if (typeof expected === 'number') return `${hex(actual)}, not ${hex(expected)}`;
  const { value, mask } = expected;
  return `${hex(actual)} (${formatFlags(actual & mask)}), not ${hex(value)} (${formatFlags(value)}), mask ${hex(mask)}`;
}

function hex(value: number): string {
  return value.toString(16).padStart(4, '0');
}
