// The cases of the x87: what is done to normal numbers and zeros when every exception is masked and results are rounded to the
// nearest. The arithmetic itself is that of src/exec/x87/fast.ts.

import * as p from './pieces.mjs';

/** @typedef {import('./case.mjs').Case} Case @typedef {import('./case.mjs').Numbers} Numbers */

const ANY = [0, 1, 2];

/** @param {string} name @param {string} operand @param {string} body @returns {Case} */
function single(name, operand, body) {
  return { labels: [{ name, handlers: [[name, ANY, operand]] }], body: () => body };
}

/** @param {string[]} names @param {string} operand @param {Case['body']} body @returns {Case} */
function several(names, operand, body) {
  return { labels: names.map((name) => ({ name, handlers: [[name, ANY, operand]] })), body };
}

/** No #NM, and no error of an earlier instruction. */
const READY = `const fsw = state[FSW];
if (((state[CR0] & 0xc) | (fsw & 0x80)) !== 0) break slow;`;

/** Records the instruction as the last one. */
const NOTE = `state[FIP] = (((pc - pcBase) >> 3) + ipBase) | 0;
state[FCS] = state[CS + SELECTOR];
state[FOP_NOW] = code[pc + IMM];`;
const NOTE_MEMORY = `${NOTE}
state[FDP] = offset;
state[FDS] = state[segment + SELECTOR];`;

/** `d`, the words of ST(0), which is not empty. */
const TOP_OPERAND = `const top = (fsw >> 11) & 7;
if (((state[FTW] >> top) & 1) === 0) break slow;
const d = X87 + (top << 2);`;

/** `s`, the words of ST(i), which is not empty. */
const OTHER_OPERAND = `const other = (top + code[pc + REG]) & 7;
if (((state[FTW] >> other) & 1) === 0) break slow;
const s = X87 + (other << 2);`;

/** `d`, the words of a register to push to. */
const NEW_TOP = `const to = ((fsw >> 11) - 1) & 7;
if (((state[FTW] >> to) & 1) !== 0) break slow;
const d = X87 + (to << 2);`;
const PUSH = `state[FTW] |= 1 << to;
state[FSW] = (fsw & 0xc5ff) | (to << 11);`;
/** Behind the arithmetic, which sets flags. */
const POP = `state[FTW] &= ~(1 << top);
state[FSW] = (state[FSW] & 0xc7ff) | (((top + 1) & 7) << 11);`;

/** `low` and `high`, the words of a value in memory; `high` alone for 32 bits. @param {boolean} double */
function read(double) {
  return double
    ? `${p.ADDRESS}\n${p.locate64('READ')}\nconst low = view.getInt32(at, true);\nconst high = view.getInt32(at + 4, true);`
    : `${p.ADDRESS}\n${p.locate(2, 'READ')}\nconst high = view.getInt32(at, true);`;
}

/** A normal number or zero from memory, as the words at `d`. @param {boolean} double */
function unpack(double) {
  const [exp, bias] = double ? ['(high >>> 20) & 0x7ff', 15360] : ['(high >>> 23) & 0xff', 16256];
  const special = double ? '0x7ff' : '0xff';
  const rest = double ? '(high << 1) | low' : 'high << 1';
  return `const exp = ${exp};
if (exp === ${special}) break slow;
if (exp === 0) {
  if ((${rest}) !== 0) break slow;
  state[d] = 0;
  state[d + 1] = 0;
  state[d + 2] = (high >>> 16) & 0x8000;
} else {
  state[d] = ${double ? 'low << 11' : '0'};
  state[d + 1] = ${double ? '(high << 11) | (low >>> 21)' : '(high << 8)'} | -0x80000000;
  state[d + 2] = ((high >>> 16) & 0x8000) | (exp + ${bias});
}`;
}

const loads = [false, true].map((double) =>
  single(
    double ? 'FLD Mq' : 'FLD Md',
    'memory',
    `${READY}\n${NEW_TOP}\n${read(double)}\n${unpack(double)}\n${NOTE_MEMORY}\n${PUSH}\n${p.NEXT}`,
  ),
);

const stores = [false, true].map((double) => {
  const names = double ? ['FSTP Mq', 'FST Mq'] : ['FSTP Md', 'FST Md'];
  const write = double
    ? `view.setInt32(at, state[X87_OPERAND], true);\nview.setInt32(at + 4, state[X87_OPERAND + 1], true);`
    : 'view.setInt32(at, state[X87_OPERAND], true);';
  return several(
    names,
    'memory',
    (op) => `${READY}
${TOP_OPERAND}
${p.ADDRESS}
${double ? p.locate64('WRITE') : p.locate(2, 'WRITE')}
if (!${double ? 'toDouble' : 'toSingle'}(state, d)) break slow;
${NOTE_MEMORY}
state[FSW] = (fsw & ~0x200) | state[X87_OPERAND + 2];
if (op === ${op(names[0])[0]}) {
${POP}
}
${write}
${p.NEXT}`,
  );
});

const KINDS = ['FADD', 'FMUL', 'FSUB', 'FSUBR', 'FDIV', 'FDIVR'];
/** The arithmetic by the case. @param {Numbers} op @param {(kind: string) => string[]} names @param {string} s the words of the source */
function arithmetic(op, names, s) {
  /** @param {string} a @param {string} b @returns {Record<string, string>} */
  const of = (a, b) => ({
    FADD: `addFast(state, d, ${a}, ${b}, 0)`,
    FMUL: `multiplyFast(state, d, ${a}, ${b})`,
    FSUB: `addFast(state, d, ${a}, ${b}, 0x8000)`,
    FSUBR: `addFast(state, d, ${b}, ${a}, 0x8000)`,
    FDIV: `divideFast(state, d, ${a}, ${b})`,
    FDIVR: `divideFast(state, d, ${b}, ${a})`,
  });
  const arms = KINDS.map((kind, i) => {
    const labels = names(kind).flatMap((name) => op(name).map((number) => `case ${number}:`));
    const head = i === KINDS.length - 1 ? 'default:' : labels.join('\n');
    return `${head}\ndone = ${of('d', s)[kind]};${i === KINDS.length - 1 ? '' : '\nbreak;'}`;
  });
  return `let done: boolean;\nswitch (op) {\n${arms.join('\n')}\n}\nif (!done) break slow;`;
}

/** Between registers: to ST(0), or to ST(i) with or without a pop. */
const toTop = several(
  KINDS.map((kind) => `${kind} ST,STi`),
  'register',
  (op) => `${READY}
${TOP_OPERAND}
${OTHER_OPERAND}
${arithmetic(op, (kind) => [`${kind} ST,STi`], 's')}
${NOTE}
${p.NEXT}`,
);
const popping = KINDS.map((kind) => `${kind}P STi,ST`);
const toOther = several(
  [...KINDS.map((kind) => `${kind} STi,ST`), ...popping],
  'register',
  (op) => `${READY}
const top = (fsw >> 11) & 7;
const other = (top + code[pc + REG]) & 7;
const both = (1 << top) | (1 << other);
if ((state[FTW] & both) !== both) break slow;
const d = X87 + (other << 2);
const s = X87 + (top << 2);
${arithmetic(op, (kind) => [`${kind} STi,ST`, `${kind}P STi,ST`], 's')}
${NOTE}
if (op >= ${op(popping[0])[0]}) {
${POP}
}
${p.NEXT}`,
);

/** With a number in memory, which becomes the words at \`X87_OPERAND\`. */
const withMemory = [false, true].map((double) => {
  const type = double ? 'Mq' : 'Md';
  return several(
    KINDS.map((kind) => `${kind} ${type}`),
    'memory',
    (op) => `${READY}
${TOP_OPERAND}
${read(double)}
if (!${double ? 'doubleOperand(state, high, low)' : 'singleOperand(state, high)'}) break slow;
${arithmetic(op, (kind) => [`${kind} ${type}`], 'X87_OPERAND')}
${NOTE_MEMORY}
${p.NEXT}`,
  );
});

/** @param {string} to @param {string} from */
const COPY = (to, from) => `state[${to}] = state[${from}];
state[${to} + 1] = state[${from} + 1];
state[${to} + 2] = state[${from} + 2];`;

const others = [
  single(
    'FSQRT',
    'plain',
    `${READY}
${TOP_OPERAND}
if (!rootFast(state, d)) break slow;
${NOTE}
${p.NEXT}`,
  ),
  single(
    'FLD STi',
    'register',
    `${READY}
${NEW_TOP}
const from = ((fsw >> 11) + code[pc + REG]) & 7;
if (((state[FTW] >> from) & 1) === 0) break slow;
const s = X87 + (from << 2);
${COPY('d', 's')}
${NOTE}
${PUSH}
${p.NEXT}`,
  ),
  several(
    ['FSTP STi', 'FST STi'],
    'register',
    (op) => `${READY}
${TOP_OPERAND}
const to = (top + code[pc + REG]) & 7;
const s = X87 + (to << 2);
${COPY('s', 'd')}
${NOTE}
state[FTW] |= 1 << to;
state[FSW] = fsw & ~0x200;
if (op === ${op('FSTP STi')[0]}) {
${POP}
}
${p.NEXT}`,
  ),
  single(
    'FXCH',
    'register',
    `${READY}
${TOP_OPERAND}
${OTHER_OPERAND}
const low = state[d];
const high = state[d + 1];
const signExp = state[d + 2];
${COPY('d', 's')}
state[s] = low;
state[s + 1] = high;
state[s + 2] = signExp;
${NOTE}
state[FSW] = fsw & ~0x200;
${p.NEXT}`,
  ),
  several(
    ['FLD1', 'FLDZ'],
    'plain',
    (op) => `${READY}
${NEW_TOP}
const one = op === ${op('FLD1')[0]};
state[d] = 0;
state[d + 1] = one ? -0x80000000 : 0;
state[d + 2] = one ? 0x3fff : 0;
${NOTE}
${PUSH}
${p.NEXT}`,
  ),
];

/** Loads of integers of 16 and 32 bits. */
const integerLoads = [1, 2].map((column) =>
  single(
    column === 2 ? 'FILD Md' : 'FILD Mw',
    'memory',
    `${READY}
${NEW_TOP}
${p.ADDRESS}
${p.locate(column, 'READ')}
const value = ${p.signed(column, p.loaded(column))};
const magnitude = value < 0 ? -value | 0 : value;
const by = Math.clz32(magnitude);
state[d] = 0;
state[d + 1] = magnitude << by;
state[d + 2] = value === 0 ? 0 : ((value >>> 16) & 0x8000) | (0x401e - by);
${NOTE_MEMORY}
${PUSH}
${p.NEXT}`,
  ),
);

const integerStores = [1, 2].map((column) => {
  const names = column === 2 ? ['FISTP Md', 'FIST Md'] : ['FISTP Mw', 'FIST Mw'];
  return several(
    names,
    'memory',
    (op) => `${READY}
${TOP_OPERAND}
${p.ADDRESS}
${p.locate(column, 'WRITE')}
if (!toInteger(state, d, ${column === 2 ? 32 : 16})) break slow;
${NOTE_MEMORY}
state[FSW] = (fsw & ~0x200) | state[X87_OPERAND + 2];
if (op === ${op(names[0])[0]}) {
${POP}
}
const value = state[X87_OPERAND];
${p.store(column, 'value')}
${p.NEXT}`,
  );
});

/** C0, C2 and C3 of a comparison, of which C2 is for what is not taken here. @param {string} s the words of the other operand */
const COMPARED = (s) => `const codes = compareFast(state, d, ${s});
if (codes < 0) break slow;`;
const SET_CODES = 'state[FSW] = (fsw & ~0x4700) | codes;';
/** @param {readonly number[]} ops */
const popIf = (ops) => `if (${ops.map((number) => `op === ${number}`).join(' || ')}) {\n${POP}\n}`;

const comparisons = [
  ...[false, true].map((double) => {
    const type = double ? 'Mq' : 'Md';
    return several(
      [`FCOM ${type}`, `FCOMP ${type}`],
      'memory',
      (op) => `${READY}
${TOP_OPERAND}
${read(double)}
if (!${double ? 'doubleOperand(state, high, low)' : 'singleOperand(state, high)'}) break slow;
${COMPARED('X87_OPERAND')}
${NOTE_MEMORY}
${SET_CODES}
${popIf(op(`FCOMP ${type}`))}
${p.NEXT}`,
    );
  }),
  several(
    ['FCOM ST,STi', 'FUCOM ST,STi', 'FCOMP ST,STi', 'FUCOMP ST,STi'],
    'register',
    (op) => `${READY}
${TOP_OPERAND}
${OTHER_OPERAND}
${COMPARED('s')}
${NOTE}
${SET_CODES}
${popIf([...op('FCOMP ST,STi'), ...op('FUCOMP ST,STi')])}
${p.NEXT}`,
  ),
  several(
    ['FCOMI ST,STi', 'FUCOMI ST,STi', 'FCOMIP ST,STi', 'FUCOMIP ST,STi'],
    'register',
    (op) => `${READY}
${TOP_OPERAND}
${OTHER_OPERAND}
${COMPARED('s')}
${NOTE}
state[LF_ZERO] = (codes & 0x4000) ^ 0x4000;
state[LF_SIGN] = 1;
state[LF_CARRY] = (codes & 0x100) !== 0 ? -0x40000000 : 0;
state[FSW] = fsw & ~0x200;
${popIf([...op('FCOMIP ST,STi'), ...op('FUCOMIP ST,STi')])}
${p.NEXT}`,
  ),
  several(
    ['FCOMPP', 'FUCOMPP'],
    'plain',
    () => `${READY}
${TOP_OPERAND}
const other = (top + 1) & 7;
if (((state[FTW] >> other) & 1) === 0) break slow;
${COMPARED('(X87 + (other << 2))')}
${NOTE}
state[FTW] &= ~((1 << top) | (1 << other));
state[FSW] = (fsw & ~0x7f00) | codes | (((top + 2) & 7) << 11);
${p.NEXT}`,
  ),
  single(
    'FNSTSW AX',
    'plain',
    `if ((state[CR0] & 0xc) !== 0) break slow;
state[0] = (state[0] & -0x10000) | (state[FSW] & 0xffff);
${p.NEXT}`,
  ),
  several(
    ['FCHS', 'FABS'],
    'plain',
    (op) => `${READY}
${TOP_OPERAND}
state[d + 2] = op === ${op('FCHS')[0]} ? state[d + 2] ^ 0x8000 : state[d + 2] & 0x7fff;
${NOTE}
state[FSW] = fsw & ~0x200;
${p.NEXT}`,
  ),
];

/** @returns {Case[]} */
export function x87Cases() {
  return [
    ...integerLoads,
    ...integerStores,
    ...comparisons,
    ...loads,
    ...stores,
    toTop,
    toOther,
    ...withMemory,
    ...others,
  ];
}
