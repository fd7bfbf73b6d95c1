import { X86_GPRS } from '@picovm/core/x86';
import { formatAccess } from '../harness/bus-access.ts';
import { describe } from './compare.ts';
import { disassemble } from './disassemble.ts';
import type { Program, Step } from './layout.ts';
import type { State } from './machine.ts';

const STEPS_SHOWN = 8;
const ACCESSES_SHOWN = 6;

/**
 * A difference for people: the instructions before it, the one behind which it is seen, and both states.
 * @param program cut short where the two part @param total steps of the whole program @param states of the interpreter and of
 * the other
 */
export function report(program: Program, total: number, difference: string, [own, other]: readonly State[]): string {
  const { seed, steps } = program;
  const listing = steps.slice(-STEPS_SHOWN).map((step, n, shown) => lineOf(step, n === shown.length - 1));
  return [
    `${difference} (the interpreter, and the other), behind instruction ${steps.length} of ${total}`,
    ...listing,
    ...bothStates(own, other),
    `accesses of the interpreter: ${lastAccesses(own)}`,
    `accesses of the other:       ${lastAccesses(other)}`,
    `It began with ${startText(program)}. PICOVM_SEED=${seed} repeats it alone.`,
  ].join('\n');
}

function lineOf({ segment, offset, bytes, exception }: Step, last: boolean): string {
  const place = `${hex(segment, 4)}:${hex(offset, 4)}`;
  const code = Array.from(bytes, (byte) => hex(byte, 2)).join(' ');
  const raised = exception === undefined ? '' : `  ; exception ${exception}`;
  return `${last ? '>' : ' '} ${place}  ${code.padEnd(30)}  ${disassemble(bytes, offset)}${raised}`;
}

function bothStates(own: State, other: State): string[] {
  const [left, right] = [describe(own), describe(other)];
  return Object.keys(left)
    .filter((name) => left[name] !== right[name] || !/^r(8|9|1\d)$/.test(name))
    .map(
      (name) => `${left[name] === right[name] ? ' ' : '*'} ${name.padEnd(6)} ${left[name].padEnd(36)} ${right[name]}`,
    );
}

function lastAccesses({ trace }: State): string {
  return trace.slice(-ACCESSES_SHOWN).map(formatAccess).join('; ') || 'none';
}

function startText({ registers, selectors }: Program): string {
  const names = [...X86_GPRS, 'rip', 'rflags'] as const;
  const general = names.filter((name) => name in registers).map((name) => `${name} ${registers[name]?.toString(16)}`);
  return [...general, ...Object.entries(selectors).map(([name, value]) => `${name} ${hex(value, 4)}`)].join(', ');
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
