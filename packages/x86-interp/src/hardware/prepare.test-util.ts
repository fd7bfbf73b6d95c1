import { overrideDs, pinAddress, place } from './address.test-util.ts';
import { type Case, FLAG } from './case.test-util.ts';
import { SELECTOR, SELECTORS } from './descriptors.test-util.ts';
import { BASE, CODE_PAGES, GPR, SEGMENT, WINDOW, WINDOW_BYTES } from './layout.test-util.ts';
import { integer } from './values.test-util.ts';

type Prepare = (c: Case) => void;

const { AX, CX, DX, BX, SP, BP, SI, DI } = GPR;
/** Stacks are this far from both ends of the window. */
const ROOM = 160;

function stack(c: Case): void {
  const { random, form } = c;
  let at = WINDOW + ROOM + random.below(WINDOW_BYTES - 2 * ROOM);
  if (random.oneIn(40)) at = place(c, SEGMENT.SS, 8);
  // Of a segment register that has 32 bits on the stack, Intel moves 16 only. Aligned, the others make no difference.
  const aligned = form.operands.some((operand) => /^[ECSDFG]S$/.test(operand));
  c.pinStack(SP, random.oneIn(4) && !aligned ? at : at & -4);
}

function frame(c: Case): void {
  stack(c);
  const at = WINDOW + ROOM + c.random.below(WINDOW_BYTES - 2 * ROOM);
  c.pinStack(BP, c.random.oneIn(4) ? at : at & -4);
}

/** An offset in a code segment where a case may end: of INT3, in front of where instructions are, or behind. */
export function landing(c: Case, selector: number): number {
  const low = selector === SELECTOR.code16 || selector === SELECTOR.lowCode32;
  const at = CODE_PAGES + (c.random.oneIn(2) ? 0x100 : 0x1800) + c.random.below(0x600);
  return low ? at - BASE : at;
}

/** A selector of code to jump to; a wrong one at times. */
export function codeSelector(c: Case): number {
  const { random } = c;
  if (random.oneIn(4)) return random.pick(SELECTORS);
  return random.pick([SELECTOR.userCode, SELECTOR.code32, SELECTOR.code16, SELECTOR.lowCode32]);
}

function nearReturn(c: Case): void {
  stack(c);
  c.trapped = true;
  c.store(c.stackTop, c.size, landing(c, c.selectors[SEGMENT.CS]));
}

function farReturn(c: Case): void {
  stack(c);
  c.trapped = true;
  const selector = codeSelector(c);
  c.store(c.stackTop, c.size, landing(c, selector));
  c.store(c.stackTop + c.size, c.size, c.random.oneIn(2) ? selector : selector | (c.random.next() << 16));
}

function flagsImage(c: Case): number {
  // VM and IOPL are for the system, and without effect here.
  return (c.random.next() & 0x27fdd7) | (c.random.oneIn(2) ? 0 : FLAG.TF);
}

function string(c: Case): void {
  const { random, form } = c;
  const bytes = form.operands.some((operand) => operand.endsWith('b')) ? 1 : c.size;
  if (random.oneIn(2)) c.eflags |= FLAG.DF;
  if (random.oneIn(3)) repetitive(c);
  const source = form.operands.some((operand) => operand[0] === 'X') ? overrideDs(c) : SEGMENT.DS;
  pinAddress(c, SI, source, bytes);
  // ES has no substitute: with 16-bit addresses, it may lead nowhere.
  pinAddress(c, DI, SEGMENT.ES, bytes);
  // Whether a port may be used is asked by AMD even if there is nothing to do.
  const least = form.operands.includes('DX') ? 1 : 0;
  c.pin(CX, least + (random.oneIn(8) ? random.below(200) : random.below(20)), c.address32);
  if (random.oneIn(2)) c.setOperand(AX, bytes, c.load(WINDOW, bytes));
}

// A window of few values, so that comparisons find what is equal.
function repetitive(c: Case): void {
  const value = c.random.next();
  for (let at = WINDOW; at < WINDOW + WINDOW_BYTES; at += 4) {
    c.store(at, 4, c.random.oneIn(12) ? value ^ (1 << c.random.below(32)) : value);
  }
}

function count(c: Case): void {
  c.trapped = true;
  const few = c.random.below(3);
  c.pin(CX, c.random.oneIn(4) ? integer(c.random) : few, c.address32 || c.random.oneIn(2));
}

function bitOffset(c: Case): void {
  if (c.reg < 0) return;
  const far = c.random.oneIn(16);
  c.pin(c.reg, far ? c.random.next() : c.random.below(1024) - 512, c.operand32 || c.random.oneIn(2));
}

/** What a mnemonic needs of the state before its operands are chosen. */
const BEFORE: Readonly<Record<string, Prepare>> = {
  PUSH: stack, POP: stack, PUSHA: stack, POPA: stack, PUSHF: stack, CALL: stack, CALLF: stack,
  RET: nearReturn, RETF: farReturn,
  POPF: (c) => {
    stack(c);
    c.trapped = true;
    c.store(c.stackTop, c.size, flagsImage(c));
  },
  IRET: (c) => {
    farReturn(c);
    c.store(c.stackTop + 2 * c.size, c.size, flagsImage(c));
  },
  ENTER: frame, LEAVE: frame,
  MOVS: string, CMPS: string, STOS: string, LODS: string, SCAS: string, INS: string, OUTS: string,
  XLAT: (c) => {
    const at = pinAddress(c, BX, overrideDs(c), 1);
    const index = c.random.below(256);
    c.setOperand(AX, 1, index);
    c.pin(BX, at - index - c.base(c.override < 0 ? SEGMENT.DS : c.override), c.address32);
  },
  LOOP: count, LOOPE: count, LOOPNE: count, JCXZ: count,
  BT: bitOffset, BTS: bitOffset, BTR: bitOffset, BTC: bitOffset,
  MASKMOVQ: (c) => void pinAddress(c, DI, overrideDs(c), 8),
  MASKMOVDQU: (c) => void pinAddress(c, DI, overrideDs(c), 16),
}; // biome-ignore format: a table

/** Sets the r/m operand, in the register or in memory. */
function setRm(c: Case, bytes: number, value: number): void {
  if (c.rm >= 0) c.setOperand(c.rm, bytes, value);
  else c.store(c.target, bytes, value);
}

function getRm(c: Case, bytes: number): number {
  return c.rm >= 0 ? c.operand(c.rm, bytes) : c.load(c.target, bytes);
}

function bytesOf({ form, size }: Case): 1 | 2 | 4 {
  return form.operands.some((operand) => operand.endsWith('b')) ? 1 : size;
}

// A quotient that fits, more often than not.
function divide(c: Case): void {
  const bytes = bytesOf(c);
  if (c.random.oneIn(4)) setRm(c, bytes, c.random.below(20));
  if (c.random.oneIn(4)) return;
  const divisor = getRm(c, bytes);
  const magnitude = c.form.mnemonic === 'IDIV' ? Math.abs(divisor << (32 - 8 * bytes)) >>> (33 - 8 * bytes) : divisor;
  let high = c.random.below(Math.max(magnitude, 1));
  if (c.form.mnemonic === 'IDIV' && c.random.oneIn(2)) high = ~high;
  if (bytes === 1) c.setOperand(4, 1, high & 0xff);
  else c.setOperand(DX, bytes, high >>> 0);
}

// Linux has descriptors beside those of the list.
function selectorOperand(c: Case): void {
  setRm(c, 2, c.random.pick(SELECTORS));
}

// A selector for a segment register: one that fits data and stacks, or any.
function dataSelector({ random }: Case): number {
  if (random.oneIn(2)) return random.pick(SELECTORS);
  return random.pick([SELECTOR.userData, SELECTOR.data16, SELECTOR.data32, SELECTOR.small, SELECTOR.expandDown]);
}

function loadStack(c: Case): void {
  if (c.form.operands.some((operand) => /^[ESDFG]S$/.test(operand))) {
    c.store(c.stackTop, c.size, dataSelector(c) | (c.random.below(2) * (c.random.next() << 16)));
  }
}

function nearTarget(c: Case): void {
  c.trapped = true;
  if (c.form.operands[0] === 'Ev') setRm(c, c.size, landing(c, c.selectors[SEGMENT.CS]));
}

function farTarget(c: Case): void {
  c.trapped = true;
  if (c.form.operands[0] !== 'Mp') return;
  const selector = codeSelector(c);
  c.store(c.target, c.size, landing(c, selector));
  c.store(c.target + c.size, 2, selector);
}

const pointer: Prepare = (c) => c.store(c.target + c.size, 2, dataSelector(c));

/** And after: the operands themselves. */
const AFTER: Readonly<Record<string, Prepare>> = {
  DIV: divide, IDIV: divide,
  CMPXCHG: (c) => {
    const bytes = bytesOf(c);
    if (c.random.oneIn(2)) c.setOperand(AX, bytes, getRm(c, bytes));
  },
  CMPXCHG8B: (c) => {
    if (c.random.oneIn(2)) return;
    c.store(c.target, 4, c.gpr(AX));
    c.store(c.target + 4, 4, c.gpr(DX));
  },
  BOUND: (c) => {
    const bits = 32 - 8 * c.size;
    const value = (c.operand(c.reg, c.size) << bits) >> bits;
    c.store(c.target, c.size, value - c.random.below(4) + 1);
    c.store(c.target + c.size, c.size, value + c.random.below(4) - 1);
  },
  POP: loadStack,
  MOV: (c) => {
    if (c.form.operands[0] === 'Sw') setRm(c, 2, dataSelector(c));
  },
  ARPL: selectorOperand, LAR: selectorOperand, LSL: selectorOperand, VERR: selectorOperand, VERW: selectorOperand,
  LES: pointer, LDS: pointer, LSS: pointer, LFS: pointer, LGS: pointer,
  CALL: nearTarget, JMP: nearTarget, CALLF: farTarget, JMPF: farTarget,
}; // biome-ignore format: a table

export function prepareBefore(c: Case): void {
  BEFORE[c.form.mnemonic]?.(c);
}

export function prepareAfter(c: Case): void {
  AFTER[c.form.mnemonic]?.(c);
}
