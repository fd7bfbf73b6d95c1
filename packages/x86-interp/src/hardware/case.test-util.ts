import type { Random } from '@picovm/testkit';
import type { InstructionForm } from '../isa/opcodes.ts';
import { extentOf } from './descriptors.test-util.ts';
import { GPR, IN, IN_BYTES, WINDOW, WINDOW_BYTES } from './layout.test-util.ts';
import { integer } from './values.test-util.ts';

/** Bits of EFLAGS. */
export const FLAG = { CARRY: 1, ZERO: 0x40, TF: 0x100, IF: 0x200, DF: 0x400, NT: 0x4000, RF: 0x10000, AC: 0x40000 };

/** A case while it is made: the state before the instruction, of which there is a batch in one buffer. */
export class Case {
  readonly random: Random;
  /** What the instruction is. */
  form!: InstructionForm;
  /** Whether operands and addresses have 32 bits. */
  operand32 = true;
  address32 = true;
  /** Selectors of ES CS SS DS FS GS. */
  readonly selectors = new Uint16Array(6);
  /** The number of the segment register that a prefix names, or -1. */
  override = -1;
  /** The linear address of the operand in memory, or -1. */
  target = -1;
  /** The registers that the fields `reg` and `rm` name; -1 where there is none. */
  reg = -1;
  rm = -1;
  /** Whether the code after the instruction is INT3, and not the far jump. */
  trapped = false;
  #pinned = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  /** @param bytes room for some cases */
  constructor(bytes: Uint8Array, random: Random) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.random = random;
  }

  /** Begins the case with number `n`: registers and the memory hold numbers of all kinds. */
  begin(n: number, form: InstructionForm): void {
    const { random } = this;
    this.#at = n * IN_BYTES;
    this.form = form;
    this.override = this.target = this.reg = this.rm = -1;
    this.#pinned = 0;
    this.trapped = false;
    random.fill(this.bytes(IN.WINDOW, WINDOW_BYTES));
    for (let i = 0; i < 16; i++) {
      this.#view.setUint32(this.#at + IN.WINDOW + random.below(WINDOW_BYTES - 3), integer(random), true);
    }
    for (let i = 0; i < 8; i++) this.setGpr(i, integer(random));
    for (let i = random.below(3); i > 0; i--) this.setGpr(random.below(8), WINDOW + random.below(WINDOW_BYTES));
    this.eflags = (random.next() & 0x8d5) | FLAG.IF | 2;
  }

  /** A part of the case. */
  bytes(at: number, length: number): Uint8Array {
    return this.#bytes.subarray(this.#at + at, this.#at + at + length);
  }

  /** The FXSAVE image. */
  get fx(): DataView {
    return new DataView(this.#bytes.buffer, this.#bytes.byteOffset + this.#at + IN.FX, IN.WINDOW - IN.FX);
  }

  set32(at: number, value: number): void {
    this.#view.setUint32(this.#at + at, value >>> 0, true);
  }

  get eflags(): number {
    return this.#view.getUint32(this.#at + IN.EFLAGS, true);
  }
  set eflags(value: number) {
    this.set32(IN.EFLAGS, value);
  }

  gpr(n: number): number {
    return this.#view.getUint32(this.#at + IN.GPR + n * 4, true);
  }
  setGpr(n: number, value: number): void {
    this.set32(IN.GPR + n * 4, value);
  }

  /** A register that the address of an operand must not change. With 16-bit addresses the upper half stays as it is. */
  pin(n: number, value: number, wide = true): void {
    this.setGpr(n, wide ? value : (this.gpr(n) & 0xffff0000) | (value & 0xffff));
    this.#pinned |= 1 << n;
  }
  isPinned(n: number): boolean {
    return (this.#pinned & (1 << n)) !== 0;
  }

  /** A register operand by its number, of 1, 2 or 4 bytes. */
  setOperand(n: number, bytes: number, value: number): void {
    if (bytes === 4) this.setGpr(n, value);
    else if (bytes === 2) this.#view.setUint16(this.#at + IN.GPR + n * 4, value, true);
    else this.#view.setUint8(this.#at + IN.GPR + (n & 3) * 4 + (n >> 2), value);
  }
  operand(n: number, bytes: number): number {
    if (bytes === 4) return this.gpr(n);
    if (bytes === 2) return this.gpr(n) & 0xffff;
    return this.#view.getUint8(this.#at + IN.GPR + (n & 3) * 4 + (n >> 2));
  }

  /** Memory at a linear address, as far as it is in the window. Bytes outside read as 0. */
  store(linear: number, bytes: number, value: number): void {
    for (let i = 0; i < bytes; i++) {
      const at = (linear + i - WINDOW) >>> 0;
      if (at < WINDOW_BYTES) this.#view.setUint8(this.#at + IN.WINDOW + at, (value >>> (8 * i)) & 0xff);
    }
  }
  load(linear: number, bytes: number): number {
    let value = 0;
    for (let i = 0; i < bytes; i++) {
      const at = (linear + i - WINDOW) >>> 0;
      if (at < WINDOW_BYTES) value |= this.#view.getUint8(this.#at + IN.WINDOW + at) << (8 * i);
    }
    return value >>> 0;
  }

  /** The base of a segment register. */
  base(segment: number): number {
    return extentOf(this.selectors[segment]).base;
  }

  /** Whether the stack segment has 32-bit offsets. */
  get stack32(): boolean {
    return this.selectors[2] !== 0x0f;
  }

  /** Where ESP or EBP points to, in the window. */
  pinStack(register: number, linear: number): void {
    this.pin(register, linear - this.base(2), this.stack32);
  }

  /** The linear address of the top of the stack. */
  get stackTop(): number {
    return (this.base(2) + (this.gpr(GPR.SP) & (this.stack32 ? -1 : 0xffff))) >>> 0;
  }

  /** Bytes of an operand of the operand size. */
  get size(): 2 | 4 {
    return this.operand32 ? 4 : 2;
  }
}
