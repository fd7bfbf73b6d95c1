import { Random } from '@picovm/testkit';
import { CPU_MODELS, type CpuModel } from '../../index.ts';
import { opcodes } from '../../isa/opcodes.ts';
import { CODE, type ProtectedMachine, protectedMachine } from '../../protected.test-util.ts';

/** Where operands in memory are: 16-byte aligned, and the last bytes of a page. */
export const OPERAND = 0x20000;
export const PAGE_END = 0x21000;
const IMAGE = 0x10000;
const RESULT = 0x10400;
const OSFXSR = 0x200n;
const MAX_64 = (1n << 64n) - 1n;

/** The registers of MMX and SSE, and what the x87 has to say of the former. */
export interface Vectors {
  /** MM0 to MM7, 64 bits each. */
  mm: bigint[];
  /** XMM0 to XMM7, 128 bits each. */
  xmm: bigint[];
  /** Upper 16 bits of the x87 registers that MM0 to MM7 are. */
  exponents: number[];
  /** TOP, and a bit for each register that is not empty. */
  top: number;
  tags: number;
}

/** A machine at a privilege level of protected mode that allows SSE, if its model has CR4.OSFXSR. */
export function vectorMachine(options: { cpl?: number; model?: CpuModel } = {}): ProtectedMachine {
  const { cpl = 0, model = 'pentium4' } = options;
  const m = protectedMachine(cpl, model);
  if (CPU_MODELS.indexOf(model) >= CPU_MODELS.indexOf('pentium2')) m.vcpu.setSpecialRegisters({ cr4: OSFXSR });
  return m;
}

/** Registers that all differ. */
export function someVectors(): Vectors {
  const byte = (n: number): bigint => BigInt.asUintN(64, 0x0123456789abcdefn * BigInt(2 * n + 3));
  return {
    mm: Array.from({ length: 8 }, (_, n) => byte(n)),
    xmm: Array.from({ length: 8 }, (_, n) => (byte(n + 8) << 64n) | byte(n + 16)),
    exponents: Array.from({ length: 8 }, (_, n) => 0x3ff0 + n),
    top: 3,
    tags: 0b1101_0010,
  };
}

/** Sets MMX and SSE registers: FXRSTOR. */
export function setVectors(m: ProtectedMachine, { mm, xmm, exponents, top, tags }: Vectors): void {
  const image = new Uint8Array(512);
  const view = new DataView(image.buffer);
  view.setUint16(0, 0x37f, true);
  view.setUint16(2, top << 11, true);
  view.setUint8(4, tags);
  view.setUint32(24, 0x1f80, true);
  for (let n = 0; n < 8; n++) {
    // The image has the registers as a stack.
    const at = 32 + ((n - top) & 7) * 16;
    view.setBigUint64(at, mm[n], true);
    view.setUint16(at + 8, exponents[n], true);
    put128(view, 160 + n * 16, xmm[n]);
  }
  m.memory.write(IMAGE, image);
  step(m, [0x0f, 0xae, 0x0d, ...bytes32(IMAGE)]);
}

/** The MMX and SSE registers: FXSAVE. */
export function getVectors(m: ProtectedMachine): Vectors {
  step(m, [0x0f, 0xae, 0x05, ...bytes32(RESULT)]);
  const image = m.memory.read(RESULT, 512);
  const view = new DataView(image.buffer, image.byteOffset, 512);
  const top = (view.getUint16(2, true) >> 11) & 7;
  const at = (n: number): number => 32 + ((n - top) & 7) * 16;
  return {
    mm: Array.from({ length: 8 }, (_, n) => view.getBigUint64(at(n), true)),
    xmm: Array.from({ length: 8 }, (_, n) => get128(view, 160 + n * 16)),
    exponents: Array.from({ length: 8 }, (_, n) => view.getUint16(at(n) + 8, true)),
    top,
    tags: view.getUint8(4),
  };
}

// Loads and saves may not disturb what is tested: CR0 and CR4 allow them.
function step(m: ProtectedMachine, code: readonly number[]): void {
  const { rip } = m.vcpu.getRegisters();
  const { cr0 } = m.vcpu.getSpecialRegisters();
  m.vcpu.setSpecialRegisters({ cr0: cr0 & ~0xcn });
  m.load(code, 0x1800);
  m.run(1);
  m.vcpu.setSpecialRegisters({ cr0 });
  m.vcpu.setRegisters({ rip });
}

/** ADD BYTE [address], 0 on the pages of the operands: after it, they may be accessed in place. */
const TOUCH = [OPERAND, PAGE_END].flatMap((page) => [0x80, 0x05, ...bytes32(page + 0x800), 0]);

/**
 * Executes one instruction with these registers, and the pages of the operands at hand.
 * @throws Error if it faults
 */
export function execute(m: ProtectedMachine, before: Vectors, code: readonly number[]): Vectors {
  setVectors(m, before);
  m.load([...TOUCH, ...code]);
  m.run(3);
  if (m.get('rip') !== CODE + TOUCH.length + code.length) throw new Error(`RIP is ${m.get('rip').toString(16)}`);
  return getVectors(m);
}

/** A number as 4 bytes. */
export function bytes32(value: number): number[] {
  return [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, value >>> 24];
}

/** Writes a number of `size` bytes. */
export function poke(m: ProtectedMachine, at: number, value: bigint, size: number): void {
  m.memory.write(
    at,
    Uint8Array.from({ length: size }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn)),
  );
}

/** Reads a number of `size` bytes. */
export function peek(m: ProtectedMachine, at: number, size: number): bigint {
  return m.memory.read(at, size).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

function put128(view: DataView, at: number, value: bigint): void {
  view.setBigUint64(at, value & MAX_64, true);
  view.setBigUint64(at + 8, value >> 64n, true);
}

function get128(view: DataView, at: number): bigint {
  return view.getBigUint64(at, true) | (view.getBigUint64(at + 8, true) << 64n);
}

/** The code of a form, by its mnemonic and operands in the letters of the opcode table, without ModR/M byte. */
export function encoding(mnemonic: string, shape: string): { opcode: number[]; digit: number } {
  const form = opcodes().find((f) => f.mnemonic === mnemonic && letters(f.operands) === shape);
  if (form === undefined) throw new Error(`there is no ${mnemonic} ${shape}`);
  const prefix = typeof form.prefix === 'number' ? [form.prefix] : [];
  return { opcode: [...prefix, 0x0f, form.opcode], digit: form.digit ?? 0 };
}

/** The operands of a form without their types. */
function letters(operands: readonly string[]): string {
  return operands.map((operand) => operand[0]).join(',');
}

/** A form with registers. */
export function withRegisters(
  mnemonic: string,
  shape: string,
  reg: number,
  rm: number,
  ...immediate: number[]
): number[] {
  return [...encoding(mnemonic, shape).opcode, 0xc0 | (reg << 3) | rm, ...immediate];
}

/** A form with an operand in memory. */
export function withMemory(mnemonic: string, shape: string, reg: number, at: number, ...immediate: number[]): number[] {
  return [...encoding(mnemonic, shape).opcode, 0x05 | (reg << 3), ...bytes32(at), ...immediate];
}

/** The elements of a vector, of `size` bits each, from the lowest on. */
export function split(value: bigint, width: number, size: number, signed = false): bigint[] {
  return Array.from({ length: width / size }, (_, i) => {
    const element = value >> BigInt(i * size);
    return signed ? BigInt.asIntN(size, element) : BigInt.asUintN(size, element);
  });
}

/** Makes a vector of elements, which are cut to `size` bits. */
export function join(elements: readonly bigint[], size: number): bigint {
  return elements.reduceRight((sum, element) => (sum << BigInt(size)) | BigInt.asUintN(size, element), 0n);
}

/** Pseudo-random numbers of `bits` bits, with many corners of elements among them. */
export class RandomVectors {
  readonly #random = new Random(0x12345678);

  next(bits: number): bigint {
    const corners = [0n, 1n, 0x7fn, 0x80n, 0xffn, 0x7fffn, 0x8000n, 0xffffn, 0x7fffffffn, 0x80000000n, 0xffffffffn];
    let value = 0n;
    for (let i = 0; i < bits; i += 32) {
      const word = this.#random.next();
      const kind = this.#random.below(3);
      const corner = corners[word % corners.length];
      const element = kind === 0 ? BigInt(word) : kind === 1 ? corner : (corner << 16n) | corners[(word >>> 8) % 8];
      value = (value << 32n) | BigInt.asUintN(32, element);
    }
    return value;
  }
}
