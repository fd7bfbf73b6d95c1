import type { InstructionForm } from '../isa/opcodes.ts';
import { encodeMemory, encodeOffset, littleEndian } from './address.test-util.ts';
import { type Case, FLAG } from './case.test-util.ts';
import { SELECTOR } from './descriptors.test-util.ts';
import { fillFx, fillOperand } from './fx.test-util.ts';
import { CODE_BYTES, CODE_PAGES, IN, SEGMENT, STUB, USER64_CS } from './layout.test-util.ts';
import { hasModrm, memoryBytes, regLetter, rmKind } from './operand.test-util.ts';
import { codeSelector, landing, prepareAfter, prepareBefore } from './prepare.test-util.ts';

const INT3 = 0xcc;
const LOCK = 0xf0;
const OPERAND_SIZE = 0x66;
const ADDRESS_SIZE = 0x67;
const SEGMENT_PREFIXES = [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65];
/** Where instructions are: away from the addresses that jumps lead to, and at the end of a page at times. */
const POSITION = CODE_PAGES + 0x900;
const PAGE_END = CODE_PAGES + 0x1000;
/** What is invalid before its ModR/M byte is looked at, for AMD, is not too long with it. */
const NO_MODRM = /^UD[012]$/;
const MAX_LENGTH = 15;
const LINUX = 0x80;
const MAX_REPEATED = 11;
/** With LOCK, MOV of control registers is another instruction on AMD's processors; and they let LOCK VERW pass. */
const NO_LOCK = /^(MOV|VERR|VERW)$/;
/** F2 and F3 without a meaning are tried on all but these: AMD's processors take F3 LOOPNE for LOOPE, and F2 LOOPE for LOOPNE. */
const NO_REPEAT = /^LOOPN?E$/;

/** Makes the case with number `n` of a form. */
export function generate(c: Case, n: number, form: InstructionForm): void {
  const { random } = c;
  c.begin(n, form);
  segments(c);
  const code16 = c.selectors[SEGMENT.CS] === SELECTOR.code16;
  const sizeSwitched = mayHavePrefix66(form) && random.oneIn(3);
  const addressSwitched = random.oneIn(4);
  c.operand32 = code16 === sizeSwitched;
  c.address32 = code16 === addressSwitched;
  rareFlags(c);
  fillFx(c);
  const modrm = hasModrm(form);
  if (modrm && form.modrm === undefined) registers(c);
  prepareBefore(c);
  const operands = modrm ? encodeModrm(c) : [];
  const offset = form.operands.some((operand) => operand[0] === 'O') ? encodeOffset(c, c.size) : [];
  if (c.target >= 0) fillOperand(c);
  prepareAfter(c);
  const prefixes = choosePrefixes(c, sizeSwitched, addressSwitched);
  const escapes = form.map === 'one-byte' ? [] : form.map === '0f' ? [0x0f] : [0x0f, 0x38];
  const head = [...prefixes, ...escapes, form.opcode, ...operands, ...offset];
  const at = random.oneIn(16) ? PAGE_END - 1 - random.below(MAX_LENGTH) : POSITION + random.below(64);
  const eip = at - c.base(SEGMENT.CS);
  const code = [...head, ...immediates(c, head.length, eip)];
  c.set32(IN.CODE_AT, at);
  c.set32(IN.EIP, eip);
  c.set32(IN.TARGET, c.target);
  write(c, code);
}

// The flat segments of 32-bit programs; or 64 KiB, so that 16-bit addresses lead somewhere, with 32- or 16-bit code.
function segments(c: Case): void {
  const { random, selectors } = c;
  const { userCode, userData, code16, data16, data32, small, expandDown } = SELECTOR;
  selectors[SEGMENT.FS] = small;
  selectors[SEGMENT.GS] = expandDown;
  const kind = random.below(4);
  selectors[SEGMENT.CS] = kind === 3 ? code16 : userCode;
  if (kind < 2) {
    selectors.fill(userData, 2, 4);
    selectors[SEGMENT.ES] = userData;
  } else {
    selectors[SEGMENT.SS] = random.oneIn(3) === (kind === 3) ? data32 : data16;
    for (const segment of [SEGMENT.DS, SEGMENT.ES]) {
      selectors[segment] = random.oneIn(24) ? random.pick([0, SELECTOR.readOnly]) : random.pick([data16, data32]);
    }
  }
  const view = c.bytes(IN.SELECTORS, 12);
  selectors.forEach((selector, i) => {
    view[i * 2] = selector & 0xff;
    view[i * 2 + 1] = selector >> 8;
  });
}

function rareFlags(c: Case): void {
  const { random, form } = c;
  if (random.oneIn(8)) c.eflags |= FLAG.DF;
  if (random.oneIn(24)) c.eflags |= FLAG.AC;
  if (random.oneIn(24) && form.mnemonic !== 'IRET') c.eflags |= FLAG.NT;
  // The driver enters other stack segments by an instruction that would trap. Behind a load of SS the trap comes later.
  if (random.oneIn(40) && c.selectors[SEGMENT.SS] === SELECTOR.userData && !mayLoadSs(form)) c.eflags |= FLAG.TF;
}

function mayLoadSs({ mnemonic, operands }: InstructionForm): boolean {
  return mnemonic === 'LSS' || operands[0] === 'Sw' || (mnemonic === 'POP' && operands[0] === 'SS');
}

// 66 switches the operand size, unless it, or its absence, belongs to the opcode.
function mayHavePrefix66({ prefix, operands }: InstructionForm): boolean {
  if (prefix === undefined) return true;
  return (prefix === 0xf2 || prefix === 0xf3) && operands.some((operand) => operand.endsWith('v'));
}

function registers(c: Case): void {
  const { form, random } = c;
  const letter = regLetter(form);
  c.reg = form.digit ?? random.below(8);
  if (letter === 'S' && !random.oneIn(16)) c.reg = random.below(6);
  const kind = rmKind(form);
  if (kind === 'register' || (kind === 'both' && random.oneIn(3) && !isPrefetch(form))) c.rm = random.below(8);
}

// 0F 0D of a register is an invalid opcode for AMD, and does nothing for Intel.
function isPrefetch({ map, opcode }: InstructionForm): boolean {
  return map === '0f' && opcode === 0x0d;
}

function encodeModrm(c: Case): number[] {
  const { form } = c;
  if (form.modrm !== undefined) return [form.modrm];
  const reg = c.reg;
  // The field is the opcode's.
  if (form.digit !== undefined) c.reg = -1;
  if (c.rm >= 0) return [0xc0 | (reg << 3) | c.rm];
  return encodeMemory(c, reg, memoryBytes(form, c.size));
}

function choosePrefixes(c: Case, sizeSwitched: boolean, addressSwitched: boolean): number[] {
  const { form, random } = c;
  const prefixes: number[] = [];
  if (sizeSwitched) prefixes.push(OPERAND_SIZE);
  if (addressSwitched) prefixes.push(ADDRESS_SIZE);
  if (c.override >= 0) prefixes.push(SEGMENT_PREFIXES[c.override]);
  if (typeof form.prefix === 'number') prefixes.push(form.prefix);
  else if (form.repeat !== 'none' && !random.oneIn(3)) prefixes.push(random.oneIn(2) ? 0xf2 : 0xf3);
  else if (mayIgnoreRepeat(form) && random.oneIn(40)) prefixes.push(0xf2 + random.below(2));
  if (form.lock ? random.oneIn(6) : random.oneIn(100) && !NO_LOCK.test(form.mnemonic)) prefixes.push(LOCK);
  shuffle(c, prefixes);
  // Prefixes in front change nothing, until they are too many..
  if (random.oneIn(60) && !NO_MODRM.test(form.mnemonic)) {
    const more = random.below(MAX_REPEATED);
    const first = c.override >= 0 ? SEGMENT_PREFIXES[c.override] : addressSwitched ? ADDRESS_SIZE : undefined;
    if (first !== undefined) prefixes.unshift(...new Array<number>(more).fill(first));
  }
  return prefixes;
}

// Behind 0F, F2 and F3 may make another instruction.
function mayIgnoreRepeat({ map, prefix, mnemonic }: InstructionForm): boolean {
  return map === 'one-byte' && prefix === undefined && !NO_REPEAT.test(mnemonic);
}

function shuffle(c: Case, list: number[]): void {
  for (let i = list.length - 1; i > 0; i--) {
    const j = c.random.below(i + 1);
    [list[i], list[j]] = [list[j], list[i]];
  }
}

function immediates(c: Case, length: number, eip: number): number[] {
  const { form, random } = c;
  const bytes: number[] = [];
  for (const operand of form.operands) {
    if (/^I[bx]$/.test(operand)) bytes.push(byte(c));
    else if (operand === 'Iw') bytes.push(...littleEndian(random.oneIn(4) ? random.next() : random.below(64), 2));
    else if (operand === 'Iz') bytes.push(...littleEndian(random.next(), c.size));
    else if (operand === 'Jb') bytes.push(near(c, length + 1));
    else if (operand === 'Jz') bytes.push(...relative(c, length + c.size, eip));
    else if (operand === 'Ap') bytes.push(...farPointer(c));
  }
  return bytes;
}

function byte(c: Case): number {
  const value = c.random.below(256);
  // That is how 32-bit programs call Linux.
  return c.form.mnemonic === 'INT' && value === LINUX ? value - 1 : value;
}

// A short jump must not lead into its own instruction.
function near(c: Case, length: number): number {
  c.trapped = true;
  const distance = c.random.below(256);
  return distance > 255 - length ? 0 : distance;
}

function relative(c: Case, length: number, eip: number): number[] {
  c.trapped = true;
  const target = landing(c, c.selectors[SEGMENT.CS]);
  return littleEndian(target - eip - length, c.size);
}

function farPointer(c: Case): number[] {
  const selector = codeSelector(c);
  return [...littleEndian(landing(c, selector), c.size), ...littleEndian(selector, 2)];
}

// The code, and what ends it.
function write(c: Case, code: readonly number[]): void {
  const bytes = c.bytes(IN.CODE, CODE_BYTES);
  bytes.fill(INT3);
  bytes.set(code);
  if (!c.trapped) {
    const jump = [0xea, ...littleEndian(STUB, 4), ...littleEndian(USER64_CS, 2)];
    if (c.selectors[SEGMENT.CS] === SELECTOR.code16) jump.unshift(OPERAND_SIZE);
    bytes.set(jump, code.length);
  }
  c.set32(IN.LENGTH, code.length);
}
