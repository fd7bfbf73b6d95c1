import type { InstructionForm } from '../isa/opcodes.ts';
import { extentOf, SELECTOR } from './descriptors.test-util.ts';
import { type FxKind, fxKind } from './fx.test-util.ts';
import { GPR, IN, IN_BYTES, OUT, OUT_BYTES, SEGMENT } from './layout.test-util.ts';

const BREAKPOINT = 3;
const PAGE_FAULT = 14;

/** The bit of a page fault's error code that tells of an instruction fetch. */
const FETCH = 0x10;

/** A case, with what the processor and the interpreter made of it. */
export class Outcome {
  readonly form: InstructionForm;
  readonly kind: FxKind;
  readonly input: DataView;
  readonly expected: DataView;
  readonly got: DataView;

  /** @param expected which is brought to the form of `got` */
  constructor(form: InstructionForm, input: Uint8Array, expected: Uint8Array, got: Uint8Array) {
    this.form = form;
    this.kind = fxKind(form);
    this.input = new DataView(input.buffer, input.byteOffset, IN_BYTES);
    this.expected = new DataView(expected.buffer, expected.byteOffset, OUT_BYTES);
    this.got = new DataView(got.buffer, got.byteOffset, OUT_BYTES);
    this.#normalize();
  }

  // INT3 behind the instruction, or where it jumped to, is the end of the case, and no exception of it; nor is a jump to
  // where nothing is.
  #normalize(): void {
    const { expected } = this;
    const trap = expected.getUint32(OUT.TRAP, true);
    const eip = expected.getUint32(OUT.EIP, true);
    let faulted = expected.getUint32(OUT.SIGNAL, true) !== 0;
    if (!faulted) expected.setUint32(OUT.EIP, this.next, true);
    else if (trap === BREAKPOINT && eip !== this.next) {
      expected.setUint32(OUT.EIP, eip - 1, true);
      faulted = false;
    } else if (trap === PAGE_FAULT && (expected.getUint32(OUT.ERROR, true) & FETCH) !== 0) faulted = false;
    expected.setUint32(OUT.SIGNAL, faulted ? 1 : 0, true);
    if (!faulted) for (const at of [OUT.TRAP, OUT.ERROR]) expected.setUint32(at, 0, true);
    if (!faulted || trap !== PAGE_FAULT) expected.setUint32(OUT.CR2, 0, true);
  }

  get mnemonic(): string {
    return this.form.mnemonic;
  }

  /** The bytes of the instruction. */
  get code(): Uint8Array {
    const { buffer, byteOffset } = this.input;
    return new Uint8Array(buffer, byteOffset + IN.CODE, this.input.getUint32(IN.LENGTH, true));
  }

  /** The size of operands and addresses without prefixes. */
  get bitness(): 16 | 32 {
    return this.input.getUint16(IN.SELECTORS + 2 * SEGMENT.CS, true) === SELECTOR.code16 ? 16 : 32;
  }

  /** EIP of the next instruction. */
  get next(): number {
    return (this.input.getUint32(IN.EIP, true) + this.input.getUint32(IN.LENGTH, true)) >>> 0;
  }

  /** The linear address of the operand in memory, if there is one. */
  get target(): number {
    return this.input.getUint32(IN.TARGET, true);
  }

  /** A general register before. */
  before(register: number): number {
    return this.input.getUint32(IN.GPR + register * 4, true);
  }

  /** Whether the processor raised an exception, and which. -1 if it did not. */
  get exception(): number {
    return exceptionIn(this.expected);
  }
  /** The same of the interpreter. */
  get gotException(): number {
    return exceptionIn(this.got);
  }

  /** The linear address of the top of the stack before, or behind, the instruction. */
  stackTop(after = false): number {
    const selector = this.input.getUint16(IN.SELECTORS + 2 * SEGMENT.SS, true);
    const esp = after ? this.got.getUint32(OUT.GPR + 4 * GPR.SP, true) : this.before(GPR.SP);
    return (extentOf(selector).base + (selector === SELECTOR.data16 ? esp & 0xffff : esp)) >>> 0;
  }
}

function exceptionIn(answer: DataView): number {
  return answer.getUint32(OUT.SIGNAL, true) === 0 ? -1 : answer.getUint32(OUT.TRAP, true);
}
