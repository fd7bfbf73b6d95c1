// The pieces that the cases of the hot switch are put together from: lines of TypeScript, in which `code` is the table of decoded
// instructions, `pc` the place of the current one in it, and `state` the CPU's state. Columns are those of the handlers: 0, 1 and 2
// are for 8, 16 and 32 bits. Whatever needs more than the fast way leaves the switch by `break slow`, with nothing changed: then the
// handler of the instruction does it all.

const BYTES = [1, 2, 4];

/** A field of the current record. @param {string} name of `RECORD` */
export function field(name) {
  return `code[pc + ${name}]`;
}

/** On to the instruction that follows. */
export const NEXT = 'pc = (pc + code[pc + LENGTH]) & PLACE;';

/** A value, cut to its size. @param {number} column @param {string} value */
export function cut(column, value) {
  return [`(${value}) & 0xff`, `(${value}) & 0xffff`, `(${value}) | 0`][column];
}

/** A value, as a signed one of 32 bits. @param {number} column @param {string} value */
export function signed(column, value) {
  return [`(${value} << 24) >> 24`, `(${value} << 16) >> 16`, value][column];
}

/** A register at a place in the arena: an expression that can be read and set. @param {number} column @param {string} at */
export function register(column, at) {
  return [`mem[${at}]`, `mem16[${at} >> 1]`, `mem32[${at} >> 2]`][column];
}

/** `b`: the register operand or, if there is none, the immediate. @param {number} column */
export function source(column) {
  return `const from = ${field('REG')};
const b = from < 0 ? ${field('IMM')} : ${register(column, 'from')};`;
}

/** `segment` and `offset` of the memory operand. */
export const ADDRESS = `const ea = code[pc + EA];
const sum = (state[ea & 0xff] + (state[(ea >> 8) & 0xff] << ((ea >> 16) & 3)) + code[pc + DISP]) | 0;
const offset = ea < 0 ? sum & 0xffff : sum;
const segment = (ea >> 18) & 0x1ff;`;

/** `at`: where an operand in memory is in the arena. @param {number} column @param {'READ' | 'WRITE'} access */
export function locate(column, access, segment = 'segment', offset = 'offset') {
  const bytes = BYTES[column];
  const last = bytes === 1 ? 'linear' : `(linear + ${bytes - 1})`;
  return `const linear = (state[${segment} + BASE] + ${offset}) | 0;
const entry = (linear >>> 12) & TLB_MASK;
if (
  ${offset} >>> 0 >= state[${segment} + ${access}${bytes}] >>> 0 ||
  state[TLB_${access} + entry] !== ((${last} & -4096) | state[TLB_MODE])
)
  break slow;
const at = (linear + state[TLB_ADDEND + entry]) | 0;`;
}

/** The same for 64 bits. @param {'READ' | 'WRITE'} access */
export function locate64(access) {
  return `const linear = (state[segment + BASE] + offset) | 0;
const entry = (linear >>> 12) & TLB_MASK;
if (
  (offset >>> 0) + 4 >= state[segment + ${access}4] >>> 0 ||
  state[TLB_${access} + entry] !== (((linear + 7) & -4096) | state[TLB_MODE])
)
  break slow;
const at = (linear + state[TLB_ADDEND + entry]) | 0;`;
}

/** What is in memory at `at`. @param {number} column */
export function loaded(column) {
  return ['mem[at]', 'view.getUint16(at, true)', 'view.getInt32(at, true)'][column];
}

/** Stores at `at`: not through the DataView, whose stores V8 takes for ones that may change anything. @param {number} column @param {string} value */
export function store(column, value) {
  const bytes = [`mem[at] = ${value};`, `mem[at + 1] = ${value} >> 8;`];
  bytes.push(`mem[at + 2] = ${value} >> 16;`, `mem[at + 3] = ${value} >> 24;`);
  if (column === 0) return bytes[0];
  const parts = bytes.slice(0, BYTES[column]).join('\n');
  return `if ((at & ${BYTES[column] - 1}) === 0) ${register(column, 'at')} = ${value};\nelse {\n${parts}\n}`;
}

/** Sets ZF, SF and PF by `r`. @param {number} column */
export function setResult(column) {
  return `state[LF_ZERO] = r;\nstate[LF_SIGN] = ${signed(column, 'r')};`;
}

/** Sets CF, AF and OF by `c`, the carries out of the bits of an operand. @param {number} column */
export function setCarries(column) {
  return `state[LF_CARRY] = ${['c | (c << 24)', 'c | (c << 16)', 'c'][column]};`;
}

/** The operations on two operands: `r` of `a` and `b`, and its carries. */
const SUM = { r: 'a + b', c: '(a & b) | ((a | b) & ~r)' };
const DIFFERENCE = { r: 'a - b', c: '(~a & b) | ((~a | b) & r)' };
/** @type {Record<string, { r: string, c: string }>} */
export const BINARY = {
  ADD: SUM,
  OR: { r: 'a | b', c: '0' },
  ADC: { ...SUM, r: 'a + b + (state[LF_CARRY] >>> 31)' },
  SBB: { ...DIFFERENCE, r: 'a - b - (state[LF_CARRY] >>> 31)' },
  AND: { r: 'a & b', c: '0' },
  SUB: DIFFERENCE,
  XOR: { r: 'a ^ b', c: '0' },
  CMP: DIFFERENCE,
  TEST: { r: 'a & b', c: '0' },
};
/** Those that only set the flags. */
export const COMPARISONS = ['CMP', 'TEST'];

/** INC and DEC leave CF as it is. @param {number} column @param {string} changed the bits that a carry went out of */
function countCarries(column, changed) {
  const top = [`(${changed} & 0x80) << 23`, `(${changed} & 0x8000) << 15`, `(${changed} >>> 31) << 30`][column];
  return `(((state[LF_CARRY] >> 31) & -0x40000000) ^ (${top})) | (((a ^ r) & 0x10) >> 1)`;
}

/** The operations on one operand: `r` of `a`, and LF_CARRY. @param {number} column */
export function unary(column) {
  const c = ['(a | r)', '(a | r)', '(a | r)'][column];
  return {
    INC: { r: 'a + 1', carry: countCarries(column, '(~a & r)') },
    DEC: { r: 'a - 1', carry: countCarries(column, '(a & ~r)') },
    NEG: { r: '-a', carry: [`${c} | (${c} << 24)`, `${c} | (${c} << 16)`, c][column] },
  };
}

/** The conditions of Jcc, SETcc and CMOVcc by their codes; odd ones are the opposite of the even ones before them. */
const LESS = '(state[LF_SIGN] ^ state[LF_CARRY] ^ (state[LF_CARRY] << 1)) < 0';
const EVEN = '((0x9669 >>> ((state[LF_SIGN] ^ (state[LF_SIGN] >> 4)) & 15)) & 1) !== 0';
export const CONDITIONS = [
  ['O', '(state[LF_CARRY] ^ (state[LF_CARRY] << 1)) < 0'],
  ['NO', '(state[LF_CARRY] ^ (state[LF_CARRY] << 1)) >= 0'],
  ['B', 'state[LF_CARRY] < 0'],
  ['AE', 'state[LF_CARRY] >= 0'],
  ['E', 'state[LF_ZERO] === 0'],
  ['NE', 'state[LF_ZERO] !== 0'],
  ['BE', 'state[LF_CARRY] < 0 || state[LF_ZERO] === 0'],
  ['A', 'state[LF_CARRY] >= 0 && state[LF_ZERO] !== 0'],
  ['S', 'state[LF_SIGN] < 0'],
  ['NS', 'state[LF_SIGN] >= 0'],
  ['P', EVEN],
  ['NP', EVEN.replace('!==', '===')],
  ['L', LESS],
  ['GE', LESS.replace('< 0', '>= 0')],
  ['LE', `${LESS} || state[LF_ZERO] === 0`],
  ['G', `${LESS.replace('< 0', '>= 0')} && state[LF_ZERO] !== 0`],
];
