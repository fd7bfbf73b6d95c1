import type { DecodedInstruction } from '../decode/decode-instruction.ts';

const CONDITIONS = ['O', 'NO', 'B', 'AE', 'E', 'NE', 'BE', 'A', 'S', 'NS', 'P', 'NP', 'L', 'GE', 'LE', 'G'];
const STRINGS = ['MOVS', 'CMPS', 'STOS', 'LODS', 'SCAS', 'INS', 'OUTS'];
/** Other names of the same instruction. */
const RENAMED: Readonly<Record<string, string>> = {
  CALLF: 'CALL',
  JMPF: 'JMP',
  RETF: 'RETF',
  XLAT: 'XLATB',
  FSTP1: 'FSTPNCE',
  FNSETPM: 'FNSETPM',
};
/** Instructions whose name tells the operand size, with 16 and 32 bits. */
const SIZED: Readonly<Record<string, readonly [string, string]>> = {
  CBW: ['CBW', 'CWDE'],
  CWD: ['CWD', 'CDQ'],
  PUSHA: ['PUSHA', 'PUSHAD'],
  POPA: ['POPA', 'POPAD'],
  PUSHF: ['PUSHF', 'PUSHFD'],
  POPF: ['POPF', 'POPFD'],
  IRET: ['IRET', 'IRETD'],
};

/** What iced-x86 calls an instruction. */
export function icedMnemonic({ form, operandSize, addressSize, operands, repeat }: DecodedInstruction): string {
  const { mnemonic, condition, digit, map } = form;
  if (condition !== undefined) return mnemonic.replace('cc', CONDITIONS[condition]);
  if (STRINGS.includes(mnemonic) && map === 'one-byte') {
    const memory = operands.find(({ kind }) => kind === 'memory');
    return `${mnemonic}${{ 1: 'B', 2: 'W', 4: 'D' }[memory?.kind === 'memory' ? (memory.size ?? 0) : 0]}`;
  }
  if (mnemonic in SIZED) return SIZED[mnemonic][operandSize === 32 ? 1 : 0];
  if (mnemonic === 'JCXZ') return addressSize === 32 ? 'JECXZ' : 'JCXZ';
  if (mnemonic === 'SHL' && digit === 6) return 'SAL';
  if (mnemonic === 'NOP' && map === 'one-byte' && repeat === 'rep') return 'PAUSE';
  return RENAMED[mnemonic] ?? mnemonic;
}
