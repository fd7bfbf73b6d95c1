import { type Instruction, MemorySize, MemorySizeExt, OpKind, Register } from 'iced-x86';

/** An operand as one line of text, the same for iced-x86 and for the interpreter's decoder. */
export type OperandText = string;

const memoryBytes = new Map<MemorySize, number>();

/** The operands of an instruction that iced-x86 decoded at address 0. */
export function icedOperands(instruction: Instruction): OperandText[] {
  return Array.from({ length: instruction.opCount }, (_, n) => icedOperand(instruction, n));
}

function icedOperand(instruction: Instruction, n: number): OperandText {
  const kind = instruction.opKind(n);
  switch (kind) {
    case OpKind.Register:
      return nameOf(instruction.opRegister(n));
    case OpKind.NearBranch16:
    case OpKind.NearBranch32:
      return `to ${instruction.nearBranchTarget.toString(16)}`;
    case OpKind.FarBranch16:
      return `far ${instruction.farBranchSelector.toString(16)}:${instruction.farBranch16.toString(16)}`;
    case OpKind.FarBranch32:
      return `far ${instruction.farBranchSelector.toString(16)}:${instruction.farBranch32.toString(16)}`;
    case OpKind.Immediate8:
    case OpKind.Immediate8_2nd:
      return immediate(instruction, n, 8);
    case OpKind.Immediate16:
    case OpKind.Immediate8to16:
      return immediate(instruction, n, 16);
    case OpKind.Immediate32:
    case OpKind.Immediate8to32:
      return immediate(instruction, n, 32);
    case OpKind.MemorySegSI:
      return memoryText(segmentOf(instruction), 'si+0', bytesOf(instruction));
    case OpKind.MemorySegESI:
      return memoryText(segmentOf(instruction), 'esi+0', bytesOf(instruction));
    case OpKind.MemorySegDI:
      return memoryText(segmentOf(instruction), 'di+0', bytesOf(instruction));
    case OpKind.MemorySegEDI:
      return memoryText(segmentOf(instruction), 'edi+0', bytesOf(instruction));
    case OpKind.MemoryESDI:
      return memoryText('es', 'di+0', bytesOf(instruction));
    case OpKind.MemoryESEDI:
      return memoryText('es', 'edi+0', bytesOf(instruction));
    case OpKind.Memory:
      return icedMemory(instruction);
    default:
      return `operand of kind ${OpKind[kind]}`;
  }
}

/** A memory operand: its size is left out where it is 0. */
export function memoryText(segment: string, address: string, bytes: number | undefined): OperandText {
  return `${segment}:[${address}]${bytes === undefined || bytes === 0 ? '' : ` ${bytes}`}`;
}

/** An address of the parts that it has. @param bits of the displacement, if there is no register */
export function addressText(
  base: string | undefined,
  index: string | undefined,
  scale: number,
  displacement: number,
  bits: number,
): string {
  const parts = [base, index === undefined ? undefined : `${index}*${scale}`].filter((part) => part !== undefined);
  const wide = parts.length === 0 ? `${bits}-bit ` : '';
  return `${wide}${[...parts, (displacement >>> 0).toString(16)].join('+')}`;
}

function icedMemory(instruction: Instruction): OperandText {
  const base = optionalName(instruction.memoryBase);
  const index = optionalName(instruction.memoryIndex);
  const narrow = [base, index].some((name) => name?.length === 2 && name !== 'al');
  const bits = narrow || instruction.memoryDisplSize === 2 ? 16 : 32;
  const displacement = Number(BigInt.asIntN(bits, instruction.memoryDisplacement));
  const address = addressText(base, index, instruction.memoryIndexScale, displacement, bits);
  return memoryText(segmentOf(instruction), address, bytesOf(instruction));
}

function immediate(instruction: Instruction, n: number, bits: number): OperandText {
  return `imm ${BigInt.asUintN(bits, instruction.immediate(n)).toString(16)}`;
}

function segmentOf(instruction: Instruction): string {
  return nameOf(instruction.memorySegment);
}

function bytesOf({ memorySize }: Instruction): number {
  let bytes = memoryBytes.get(memorySize);
  if (bytes === undefined) {
    bytes = memorySize === MemorySize.Unknown ? 0 : MemorySizeExt.size(memorySize);
    memoryBytes.set(memorySize, bytes);
  }
  return bytes;
}

function optionalName(register: Register): string | undefined {
  return register === Register.None ? undefined : nameOf(register);
}

function nameOf(register: Register): string {
  return Register[register].toLowerCase();
}
