import { RFLAGS } from '@picovm/core/x86';
import type { DecodedInstruction } from '@picovm/x86-interp';
import type { Random } from '../snapshots/random.ts';
import { countOf, readsUndefined, shiftedBits } from './flags.ts';
import { HLT, LOWEST_CODE, MAX_LENGTH, physical, RAM_BYTES } from './layout.ts';
import { POOL } from './pool.ts';
import type { MemoryOperand, View } from './view.ts';

/** What an instruction is judged by. */
export interface Situation {
  readonly instruction: DecodedInstruction;
  readonly view: View;
  readonly undefinedFlags: number;
  readonly random: Random;
}

const STACK = /^(PUSH|POP|PUSHA|POPA|PUSHF|POPF|CALL|CALLF|RET|RETF|IRET|INT|INT1|INT3|INTO|ENTER|LEAVE)$/;
/** A stack pointer so near to the ends of its segment is left alone, mostly. */
const STACK_EDGE = 0x60;
const FEW = 64;

/**
 * Why an instruction is better not executed here: what comes of it is not defined, code would be where no code can be, or
 * too many programs would end with it.
 */
export function objection(situation: Situation): string | undefined {
  const { instruction, undefinedFlags, random, view } = situation;
  const { mnemonic, opcode, map } = instruction.form;
  if (!POOL.has(mnemonic) || (map === 'one-byte' && opcode === HLT)) return 'it is none of the pool';
  if (readsUndefined(undefinedFlags, instruction)) return 'it depends on undefined flags';
  if (undefinedResult(situation)) return 'its result is undefined';
  if (loadsTrapFlag(situation)) return 'it sets TF';
  if (leavesMemory(situation)) return 'it goes where there is no memory';
  if (STACK.test(mnemonic) && nearEdge(view.register('sp')) && !random.oneIn(30)) return 'the stack is at its end';
  if (isLong(situation) && !random.oneIn(40)) return 'it takes long';
  if (faults(situation) && !random.oneIn(25)) return 'it faults';
  return undefined;
}

function undefinedResult({ instruction, view }: Situation): boolean {
  switch (instruction.form.mnemonic) {
    case 'BSWAP':
      return instruction.operandSize === 16;
    case 'SHLD':
    case 'SHRD':
      return countOf(instruction, view) > shiftedBits(instruction);
    default:
      return false;
  }
}

// Single step has programs of its own in the suite.
function loadsTrapFlag({ instruction, view }: Situation): boolean {
  const { form, operandSize } = instruction;
  const bytes = operandSize / 8;
  if (form.mnemonic !== 'POPF' && form.mnemonic !== 'IRET') return false;
  const flags = view.stacked(form.mnemonic === 'POPF' ? 0 : 2 * bytes, 2);
  return flags === undefined || (flags & RFLAGS.TF) !== 0;
}

/** Where a jump goes: undefined if that cannot be told. */
interface Target {
  readonly segment: number | undefined;
  readonly offset: number | undefined;
}

function leavesMemory(situation: Situation): boolean {
  const target = targetOf(situation);
  if (target === undefined) return false;
  const { segment, offset } = target;
  if (segment === undefined || offset === undefined) return true;
  // Beyond the limit of its segment it is a fault.
  if (offset > 0xffff) return false;
  const place = physical(segment, offset);
  return place < LOWEST_CODE || place + MAX_LENGTH >= RAM_BYTES || offset + MAX_LENGTH > 0xffff;
}

// Of an instruction that jumps.
function targetOf(situation: Situation): Target | undefined {
  const { instruction, view } = situation;
  const { mnemonic } = instruction.form;
  const size = instruction.operandSize === 16 ? 2 : 4;
  const near = (offset: number | undefined): Target => ({ segment: view.selector('cs'), offset });
  switch (mnemonic) {
    case 'RET':
      return near(view.stacked(0, size));
    case 'RETF':
    case 'IRET':
      return { offset: view.stacked(0, size), segment: view.stacked(size, 2) };
    case 'INT':
    case 'INT1':
    case 'INT3':
    case 'INTO':
      return vectorTarget(situation);
    case 'CALLF':
    case 'JMPF':
      return farTarget(situation);
    case 'CALL':
    case 'JMP': {
      const [operand] = instruction.operands;
      if (operand.kind === 'relative') return near(relative(situation, operand.displacement));
      return near(view.value(operand, instruction));
    }
    default: {
      const [operand] = instruction.operands;
      return operand?.kind === 'relative' ? near(relative(situation, operand.displacement)) : undefined;
    }
  }
}

function relative({ instruction, view }: Situation, displacement: number): number {
  const target = view.ip + instruction.length + displacement;
  return instruction.operandSize === 16 ? target & 0xffff : target >>> 0;
}

function farTarget({ instruction, view }: Situation): Target {
  const [operand] = instruction.operands;
  if (operand.kind === 'far') return { segment: operand.selector, offset: operand.offset };
  if (operand.kind !== 'memory') return { segment: 0xffff, offset: 0x10000 };
  const size = instruction.operandSize === 16 ? 2 : 4;
  const at = view.offset(operand, instruction.addressSize);
  return { offset: view.peek(operand.segment, at, size), segment: view.peek(operand.segment, at + size, 2) };
}

function vectorTarget({ instruction, view }: Situation): Target {
  const [operand] = instruction.operands;
  const vectors: Record<string, number> = { INT1: 1, INT3: 3, INTO: 4 };
  const vector = operand?.kind === 'immediate' ? operand.value : vectors[instruction.form.mnemonic];
  const entry = view.vector(vector);
  return { offset: entry & 0xffff, segment: entry >>> 16 };
}

function nearEdge(pointer: number): boolean {
  return pointer < STACK_EDGE || pointer > 0xffff - STACK_EDGE;
}

function isLong({ instruction, view }: Situation): boolean {
  const { form, repeat, addressSize } = instruction;
  if (form.repeat === 'none' || repeat === 'none') return false;
  return view.register(addressSize === 16 ? 'cx' : 'ecx') > FEW;
}

function faults(situation: Situation): boolean {
  const { instruction, view } = situation;
  const { mnemonic, lock } = instruction.form;
  const target = targetOf(situation);
  if (target?.offset !== undefined && target.offset > 0xffff) return true;
  const memory = instruction.operands.find((operand): operand is MemoryOperand => operand.kind === 'memory');
  if (instruction.lock && (!lock || instruction.operands[0]?.kind !== 'memory')) return true;
  if (memory?.size !== undefined) {
    if (view.offset(memory, instruction.addressSize) + memory.size > 0x10000) return true;
  }
  if (mnemonic === 'DIV' || mnemonic === 'IDIV') return quotientOverflows(situation);
  return mnemonic === 'AAM' && view.value(instruction.operands[0], instruction) === 0;
}

function quotientOverflows({ instruction, view }: Situation): boolean {
  const { form, operandSize, operands } = instruction;
  const bits = form.operands[0].endsWith('b') ? 8 : operandSize;
  const divisor = view.value(operands[0], instruction);
  // A device's memory gives what it likes.
  if (divisor === undefined) return false;
  const [high, low] = bits === 8 ? ['ah', 'al'] : bits === 16 ? ['dx', 'ax'] : (['edx', 'eax'] as const);
  const dividend = (BigInt(view.register(high)) << BigInt(bits)) | BigInt(view.register(low));
  if (divisor === 0) return true;
  if (form.mnemonic === 'DIV') return (dividend / BigInt(divisor)) >> BigInt(bits) !== 0n;
  const quotient = BigInt.asIntN(2 * bits, dividend) / BigInt.asIntN(bits, BigInt(divisor));
  return BigInt.asIntN(bits, quotient) !== quotient;
}
