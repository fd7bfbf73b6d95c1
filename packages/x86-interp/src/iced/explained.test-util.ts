import { Code } from 'iced-x86';
import type { InterpVcpu } from '../index.ts';
import { HANDLERS, machine, type TestMachine } from '../machine.test-util.ts';
import type { Comparison } from './comparison.test-util.ts';
import { icedOperands } from './iced-text.test-util.ts';
import { oursText } from './ours-text.test-util.ts';

/** A kind of difference between the two decoders that is right as it is. */
export interface Explanation {
  readonly reason: string;
  /** Whether both mean the same instruction, so that its form counts as judged. */
  readonly alike: boolean;
  readonly applies: (comparison: Comparison) => boolean;
}

/** Opcodes behind 0F that are reserved for instructions that do nothing on processors that do not know them. */
const RESERVED_NOPS = [0x0d, 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f];
const UNDEFINED_OPCODE = 6;

/** All differences that there are. Each is needed, or the test fails. */
export const EXPLAINED: readonly Explanation[] = [
  {
    reason: 'an instruction of a feature that the processor does not have: #UD',
    alike: false,
    applies: ({ ours, lacking }) => lacking.length > 0 && !ours.valid && ours.reason === 'undefined-opcode',
  },
  {
    reason: 'an instruction of a newer processor in the place of a reserved NOP, which is what it is here',
    alike: false,
    applies: ({ ours, iced, lacking }) =>
      lacking.length > 0 &&
      ours.valid &&
      ours.form.mnemonic === 'NOP' &&
      ours.form.map === '0f' &&
      RESERVED_NOPS.includes(ours.form.opcode) &&
      ours.length === iced.length,
  },
  {
    reason: 'iced-x86 names the 32-bit register of which the low word is the operand',
    alike: true,
    applies: ({ ours, iced }) => {
      if (!ours.valid || iced.isInvalid || ours.length !== iced.length) return false;
      const theirs = icedOperands(iced);
      return oursText(ours).every(
        (text, n) => text === theirs[n] || (isWord(ours.form.operands[n]) && `e${text}` === theirs[n]),
      );
    },
  },
  {
    reason: 'iced-x86 (and the SDM) has PADDQ of MMX registers under MMX; it came with SSE2',
    alike: false,
    applies: ({ ours, iced }) => !ours.valid && iced.code === Code.Paddq_mm_mmm64,
  },
  {
    reason: 'iced-x86 has all reserved NOPs since the Pentium Pro; 0F 0D came with the Pentium 4',
    alike: false,
    applies: ({ ours, iced, lacking }) =>
      !ours.valid &&
      lacking.length === 0 &&
      (iced.code === Code.Reservednop_rm16_r16_0F0D || iced.code === Code.Reservednop_rm32_r32_0F0D),
  },
  {
    reason: 'an x87 instruction, or none, for a processor without an x87: it leaves each of these opcodes to one',
    alike: false,
    applies: ({ ours, iced }) =>
      ours.valid && ours.form.mnemonic === 'ESC' && (iced.isInvalid || ours.length === iced.length),
  },
  {
    reason: 'MOV to CS and to control registers that there are not is #UD when it is executed',
    alike: false,
    applies: ({ ours, iced, bytes, size, cpuModel }) =>
      iced.isInvalid &&
      ours.valid &&
      ours.form.mnemonic === 'MOV' &&
      ours.form.operands.some((operand) => operand[0] === 'C' || operand === 'Sw') &&
      raisesUndefinedOpcode(bytes, size, cpuModel),
  },
];

function isWord(operand: string): boolean {
  return operand === 'Ew' || operand === 'Gw';
}

const machines = new Map<Comparison['cpuModel'], { machine: TestMachine; fresh: ReturnType<InterpVcpu['snapshot']> }>();

// Runs the instruction in real mode, with code segments of 16 and 32 bits.
function raisesUndefinedOpcode(bytes: Uint8Array, size: 16 | 32, model: Comparison['cpuModel']): boolean {
  let known = machines.get(model);
  if (known === undefined) {
    const made = machine({ model, regions: [{ base: 0, size: 0x10000 }] });
    known = { machine: made, fresh: made.vcpu.snapshot() };
    machines.set(model, known);
  }
  const { vcpu, load, run, get } = known.machine;
  vcpu.restore(known.fresh);
  vcpu.setSpecialRegisters({ cs: { ...known.fresh.special.cs, db: size === 32 ? 1 : 0 } });
  load([...bytes]);
  run(1);
  return get('rip') === HANDLERS + UNDEFINED_OPCODE;
}
