import {
  Code,
  CodeExt,
  type CpuidFeature,
  Encoder,
  EncodingKind,
  Instruction,
  type OpCodeInfo,
  OpCodeOperandKind,
  OpKind,
  Register,
} from 'iced-x86';

/** What iced-x86 knows of one of its codes: one encoding of an instruction. */
export interface CodeInfo {
  readonly code: Code;
  readonly name: string;
  readonly opCode: OpCodeInfo;
  readonly features: readonly CpuidFeature[];
}

/** How often each code is encoded, with other operands each time. */
const VARIANTS = 4;

const known = new Map<Code, CodeInfo>();

/** What there is to know of a code. */
export function codeInfo(code: Code): CodeInfo {
  let info = known.get(code);
  if (info === undefined) {
    const instruction = Instruction.create(code);
    const features = [...instruction.cpuidFeatures()] as CpuidFeature[];
    instruction.free();
    info = { code, name: Code[code], opCode: CodeExt.opCode(code), features };
    known.set(code, info);
  }
  return info;
}

/** All codes that are instructions in 16- or 32-bit code. */
export function codesOf(size: 16 | 32): CodeInfo[] {
  return Object.values(Code)
    .filter((code): code is Code => typeof code === 'number')
    .map(codeInfo)
    .filter(({ opCode }) => opCode.isInstruction && (size === 16 ? opCode.mode16 : opCode.mode32));
}

/** Bytes of a code, with several choices of operands. Empty if iced-x86 encodes none of them. */
export function encodings(info: CodeInfo, size: 16 | 32): Uint8Array[] {
  const all: Uint8Array[] = [];
  for (let variant = 0; variant < VARIANTS; variant++) {
    const instruction = new Instruction();
    const encoder = new Encoder(size);
    try {
      fill(instruction, info, variant, size);
      encoder.encode(instruction, 0n);
      all.push(encoder.takeBuffer());
    } catch {
      // This code does not have such operands: memory where only registers are possible, say.
    }
    encoder.free();
    instruction.free();
  }
  return all;
}

function fill(instruction: Instruction, { code, opCode }: CodeInfo, variant: number, size: 16 | 32): void {
  instruction.code = code;
  const kinds = Array.from({ length: opCode.opCount }, (_, n) => opCode.opKind(n));
  // Where a register is the address of memory, the other address is as wide.
  const wide =
    kinds.includes(OpCodeOperandKind.r32_reg_mem) || (size === 32 && !kinds.includes(OpCodeOperandKind.r16_reg_mem));
  kinds.forEach((kind, n) => {
    setOperand(instruction, n, kind, variant, wide);
  });
  if (opCode.encoding === EncodingKind.EVEX && opCode.requireOpMaskRegister) instruction.opMask = Register.K1;
}

const GROUPS: readonly (readonly [RegExp, Register])[] = [
  [/^r8_/, Register.AL],
  [/^r16_/, Register.AX],
  [/^r32_/, Register.EAX],
  [/^xmmp?3?_/, Register.XMM0],
  [/^ymm_/, Register.YMM0],
  [/^zmmp?3?_/, Register.ZMM0],
  [/^mm_/, Register.MM0],
  [/^kp?1?_/, Register.K0],
  [/^bnd_/, Register.BND0],
  [/^sti_/, Register.ST0],
  [/^cr_/, Register.CR0],
  [/^dr_/, Register.DR0],
  [/^tr_/, Register.TR0],
  [/^seg_reg$/, Register.ES],
];
const FIXED: Readonly<Record<string, Register>> = {
  al: Register.AL, ax: Register.AX, eax: Register.EAX, cl: Register.CL, dx: Register.DX, st0: Register.ST0,
  es: Register.ES, cs: Register.CS, ss: Register.SS, ds: Register.DS, fs: Register.FS, gs: Register.GS,
}; // biome-ignore format: a table
/** Register numbers by variant: those that every group has, first. */
const NUMBERS = [3, 1, 2, 5];

function setOperand(ins: Instruction, n: number, kind: OpCodeOperandKind, variant: number, wide: boolean): void {
  const name = OpCodeOperandKind[kind];
  if (name in FIXED) setRegister(ins, n, FIXED[name]);
  else if (name === 'seg_rSI') ins.setOpKind(n, wide ? OpKind.MemorySegESI : OpKind.MemorySegSI);
  else if (name === 'seg_rDI') ins.setOpKind(n, wide ? OpKind.MemorySegEDI : OpKind.MemorySegDI);
  else if (name === 'es_rDI') ins.setOpKind(n, wide ? OpKind.MemoryESEDI : OpKind.MemoryESDI);
  else if (name.startsWith('imm')) setImmediate(ins, n, name, variant);
  else if (/^(br\d|brdisp|xbegin)/.test(name)) setBranch(ins, n, name);
  else if (name.startsWith('farbr')) setFar(ins, n, name);
  else if (/_or_mem/.test(name) && variant % 2 === 1) setMemory(ins, n, variant, wide);
  else if (name === 'mem_offs') setOffset(ins, n, wide);
  else if (name.startsWith('mem_vsib')) setGather(ins, n, name);
  else if (name === 'seg_rBX_al') setTable(ins, n, wide);
  else if (name.startsWith('mem')) setMemory(ins, n, variant, wide || /mib|mpx/.test(name));
  else if (/_reg_mem$/.test(name)) setRegister(ins, n, wide ? Register.ESI : Register.SI);
  else {
    const group = GROUPS.find(([pattern]) => pattern.test(name));
    if (group === undefined) throw new Error(`operands of kind ${name} cannot be made`);
    setRegister(ins, n, group[1] + ((NUMBERS[variant] + n) % (name === 'bnd_reg' ? 4 : 6)));
  }
}

function setRegister(instruction: Instruction, n: number, register: Register): void {
  instruction.setOpKind(n, OpKind.Register);
  instruction.setOpRegister(n, register);
}

const IMMEDIATES: Readonly<Record<string, readonly [OpKind, readonly number[]]>> = {
  imm8: [OpKind.Immediate8, [0x12, 0x80, 0xff, 0]],
  imm8_const_1: [OpKind.Immediate8, [1, 1, 1, 1]],
  imm16: [OpKind.Immediate16, [0x1234, 0x8000, 0xffff, 0]],
  imm32: [OpKind.Immediate32, [0x12345678, 0x80000000, 0xffffffff, 0]],
  imm8sex16: [OpKind.Immediate8to16, [0x12, -128, -1, 0]],
  imm8sex32: [OpKind.Immediate8to32, [0x12, -128, -1, 0]],
  imm4_m2z: [OpKind.Immediate8, [0, 1, 2, 3]],
};

function setImmediate(instruction: Instruction, n: number, name: string, variant: number): void {
  const [kind, values] = IMMEDIATES[name];
  // A second immediate of a byte has a place of its own.
  const second = n > 0 && isImmediate(instruction.opKind(n - 1));
  instruction.setOpKind(n, second ? OpKind.Immediate8_2nd : kind);
  instruction.setImmediateI32(n, values[variant] | 0);
}

function isImmediate(kind: OpKind): boolean {
  return kind === OpKind.Immediate8 || kind === OpKind.Immediate16;
}

function setBranch(instruction: Instruction, n: number, name: string): void {
  const narrow = name.startsWith('br16') || name === 'brdisp_2';
  instruction.setOpKind(n, narrow ? OpKind.NearBranch16 : OpKind.NearBranch32);
  if (narrow) instruction.nearBranch16 = 0x40;
  else instruction.nearBranch32 = 0x40;
}

function setFar(instruction: Instruction, n: number, name: string): void {
  const narrow = name.startsWith('farbr2');
  instruction.setOpKind(n, narrow ? OpKind.FarBranch16 : OpKind.FarBranch32);
  instruction.farBranchSelector = 0x1234;
  if (narrow) instruction.farBranch16 = 0x89ab;
  else instruction.farBranch32 = 0x89abcdef;
}

function setMemory(instruction: Instruction, n: number, variant: number, wide: boolean): void {
  instruction.setOpKind(n, OpKind.Memory);
  instruction.memoryBase = wide ? Register.ESP : Register.BX;
  instruction.memoryIndex = wide ? Register.EDX : Register.SI;
  instruction.memoryIndexScale = wide ? 4 : 1;
  instruction.memoryDisplacement = [0n, 0x20n, 0x1234n, -0x40n][variant];
  instruction.memoryDisplSize = variant === 0 ? 0 : 1;
  if (variant === 2) instruction.segmentPrefix = Register.ES;
}

function setOffset(instruction: Instruction, n: number, wide: boolean): void {
  instruction.setOpKind(n, OpKind.Memory);
  instruction.memoryDisplSize = wide ? 4 : 2;
  instruction.memoryDisplacement = 0x1234n;
}

function setGather(instruction: Instruction, n: number, name: string): void {
  instruction.setOpKind(n, OpKind.Memory);
  instruction.memoryBase = Register.EBX;
  const first = name.endsWith('x') ? Register.XMM0 : name.endsWith('y') ? Register.YMM0 : Register.ZMM0;
  instruction.memoryIndex = first + 6;
  instruction.memoryIndexScale = 2;
}

function setTable(instruction: Instruction, n: number, wide: boolean): void {
  instruction.setOpKind(n, OpKind.Memory);
  instruction.memoryBase = wide ? Register.EBX : Register.BX;
  instruction.memoryIndex = Register.AL;
}
