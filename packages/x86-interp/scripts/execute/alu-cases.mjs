// The cases of integer arithmetic and logic.

import { NAMES, single } from './case.mjs';
import * as p from './pieces.mjs';

/** @typedef {import('./case.mjs').Case} Case @typedef {import('./case.mjs').Handled} Handled @typedef {import('./case.mjs').Numbers} Numbers */

const OPERATIONS = Object.entries(p.BINARY);

/** An inner switch that makes `r` and `c` of `a` and `b`. @param {string[]} names @param {number} column @param {Numbers} op */
function compute(names, column, op) {
  const arms = names.map((name) => {
    const { r, c } = p.BINARY[name];
    return `${op(name)
      .map((number) => `case ${number}:`)
      .join('\n')}\nr = ${p.cut(column, r)};\nc = ${c};\nbreak;`;
  });
  // The last one needs no test.
  arms[arms.length - 1] = arms[arms.length - 1].replace(/(case \d+:\n)+/, 'default:\n').replace(/break;$/, '');
  return `let r: number;\nlet c: number;\nswitch (op) {\n${arms.join('\n')}\n}`;
}

/** op register, register or immediate: a case for each, in the sizes that are frequent. @param {number} column @returns {Case[]} */
export function binaryRegister(column) {
  return OPERATIONS.map(([name, { r, c }]) => {
    const compares = p.COMPARISONS.includes(name);
    /** @type {Handled[]} */
    const handlers = [
      [`${name} E,G`, column, 'register'],
      [`${name} E,I`, column, 'register'],
    ];
    if (name !== 'TEST') handlers.push([`${name} G,E`, column, 'swap']);
    return single(
      `${name} r${NAMES[column]}, r${NAMES[column]}/imm`,
      handlers,
      `const to = ${p.field('RM')};
const a = ${p.register(column, 'to')};
${p.source(column)}
const r = ${p.cut(column, r)};
${compares ? '' : `${p.register(column, 'to')} = r;`}
${c === '0' ? '' : `const c = ${c};`}
${p.setResult(column)}
${c === '0' ? 'state[LF_CARRY] = 0;' : p.setCarries(column)}
${p.NEXT}`,
    );
  });
}

/** The same, with all operations in one case: for the size that is less frequent. @param {number} column @returns {Case} */
export function binaryRegisters(column) {
  const names = OPERATIONS.map(([name]) => name);
  return {
    labels: names.map((name) => ({
      name: `${name} r${NAMES[column]}, r${NAMES[column]}/imm`,
      key: name,
      handlers: [
        [`${name} E,G`, column, 'register'],
        [`${name} E,I`, column, 'register'],
        ...(name === 'TEST' ? [] : [/** @type {Handled} */ ([`${name} G,E`, column, 'swap'])]),
      ],
    })),
    body: (op) => `const to = ${p.field('RM')};
const a = ${p.register(column, 'to')};
${p.source(column)}
${compute(names, column, op)}
if (op < ${op('CMP')[0]}) ${p.register(column, 'to')} = r;
${p.setResult(column)}
${p.setCarries(column)}
${p.NEXT}`,
  };
}

/** op register, memory. @param {number} column @returns {Case} */
export function binaryLoad(column) {
  const names = OPERATIONS.map(([name]) => name).filter((name) => name !== 'TEST');
  return {
    labels: names.map((name) => ({
      name: `${name} r${NAMES[column]}, m${NAMES[column]}`,
      key: name,
      handlers: [[`${name} G,E`, column, 'memory']],
    })),
    body: (op) => `${p.ADDRESS}
${p.locate(column, 'READ')}
const b = ${p.loaded(column)};
const to = ${p.field('REG')};
const a = ${p.register(column, 'to')};
${compute(names, column, op)}
if (op !== ${op('CMP')[0]}) ${p.register(column, 'to')} = r;
${p.setResult(column)}
${p.setCarries(column)}
${p.NEXT}`,
  };
}

/** op memory, register or immediate. @param {number} column @returns {Case} */
export function binaryModify(column) {
  const names = OPERATIONS.map(([name]) => name).filter((name) => !p.COMPARISONS.includes(name));
  return {
    labels: names.map((name) => ({
      name: `${name} m${NAMES[column]}, r${NAMES[column]}/imm`,
      key: name,
      handlers: [
        [`${name} E,G`, column, 'memory'],
        [`${name} E,I`, column, 'memory'],
      ],
    })),
    body: (op) => `${p.ADDRESS}
${p.locate(column, 'WRITE')}
const a = ${p.loaded(column)};
${p.source(column)}
${compute(names, column, op)}
${p.store(column, 'r')}
${p.setResult(column)}
${p.setCarries(column)}
${p.NEXT}`,
  };
}

/** CMP and TEST of memory with a register or an immediate. @param {number} column @returns {Case} */
export function compareMemory(column) {
  return {
    labels: p.COMPARISONS.map((name) => ({
      name: `${name} m${NAMES[column]}, r${NAMES[column]}/imm`,
      key: name,
      handlers: [
        [`${name} E,G`, column, 'memory'],
        [`${name} E,I`, column, 'memory'],
      ],
    })),
    body: (op) => `${p.ADDRESS}
${p.locate(column, 'READ')}
const a = ${p.loaded(column)};
${p.source(column)}
${compute(p.COMPARISONS, column, op)}
${p.setResult(column)}
${p.setCarries(column)}
${p.NEXT}`,
  };
}

/** INC and DEC of memory. @param {number} column @returns {Case} */
export function countMemory(column) {
  const { INC, DEC } = p.unary(column);
  return {
    labels: ['INC', 'DEC'].map((name) => ({
      name: `${name} m${NAMES[column]}`,
      key: name,
      handlers: [[`${name} E`, column, 'memory']],
    })),
    body: (op) => `${p.ADDRESS}
${p.locate(column, 'WRITE')}
const a = ${p.loaded(column)};
let r: number;
if (op === ${op('INC')[0]}) {
  r = ${p.cut(column, INC.r)};
  state[LF_CARRY] = ${INC.carry};
} else {
  r = ${p.cut(column, DEC.r)};
  state[LF_CARRY] = ${DEC.carry};
}
${p.store(column, 'r')}
${p.setResult(column)}
${p.NEXT}`,
  };
}

/** INC, DEC and NEG of a register. @param {number} column @returns {Case[]} */
export function unaryRegister(column) {
  return Object.entries(p.unary(column)).map(([name, { r, carry }]) =>
    single(
      `${name} r${NAMES[column]}`,
      [[`${name} E`, column, 'register']],
      `const to = ${p.field('RM')};
const a = ${p.register(column, 'to')};
const r = ${p.cut(column, r)};
${p.register(column, 'to')} = r;
${p.setResult(column)}
state[LF_CARRY] = ${carry};
${p.NEXT}`,
    ),
  );
}

/** Shifts by an immediate or by CL, of which five bits count. A count of 0 changes nothing. @param {number} column @returns {Case[]} */
export function shifts(column) {
  const size = [8, 16, 32][column];
  const top = `(r >>> ${size - 1}) & 1`;
  const below = `(r >>> ${size - 2}) & 1`;
  const signed = p.signed(column, 'a');
  /** The result, CF, what bit 30 of LF_CARRY is (CF XOR OF), and whether the other flags are set by the result. */
  /** @type {Record<string, [string, string, string, boolean]>} */
  const operations = {
    SHL: ['a << count', column === 2 ? '(a >>> (32 - count)) & 1' : `((a << count) >>> ${size}) & 1`, top, true],
    SHR: ['a >>> count', '(a >>> (count - 1)) & 1', `cf ^ (${below})`, true],
    SAR: [`(${signed}) >> count`, `((${signed}) >> (count - 1)) & 1`, 'cf', true],
    ROL: [
      column === 2
        ? '(a << count) | (a >>> (32 - count))'
        : `(a << (count & ${size - 1})) | (a >>> (${size} - (count & ${size - 1})))`,
      'r & 1',
      top,
      false,
    ],
    ROR: [
      column === 2
        ? '(a >>> count) | (a << (32 - count))'
        : `(a >>> (count & ${size - 1})) | (a << (${size} - (count & ${size - 1})))`,
      top,
      below,
      false,
    ],
  };
  return Object.entries(operations).map(([name, [r, cf, other, sets]]) => ({
    labels: ['I', 'CL'].map((by) => ({
      name: `${name} r${size}, ${by === 'I' ? 'imm' : by}`,
      key: by,
      handlers: [/** @type {Handled} */ ([`${name} E,${by}`, column, 'register'])],
    })),
    body: (op) => `const count = (op === ${op('CL')[0]} ? state[ECX] : ${p.field('IMM')}) & 31;
if (count !== 0) {
const to = ${p.field('RM')};
const a = ${p.register(column, 'to')};
const r = ${p.cut(column, r)};
${p.register(column, 'to')} = r;
const cf = ${cf};
${sets ? `${p.setResult(column)}\nstate[LF_CARRY] = (cf << 31) | ((${other}) << 30);` : `state[LF_CARRY] = (state[LF_CARRY] & 8) | (cf << 31) | ((${other}) << 30);`}
}
${p.NEXT}`,
  }));
}

/** IMUL of two operands. @returns {Case[]} */
export function multiplications() {
  return [
    multiply(
      'IMUL r32, r32',
      [['IMUL G,E', 2, 'register']],
      `const a = mem32[${p.field('REG')} >> 2];\nconst b = mem32[${p.field('RM')} >> 2];`,
    ),
    multiply(
      'IMUL r32, r32, imm',
      [['IMUL G,E,I', 2, 'register']],
      `const a = mem32[${p.field('RM')} >> 2];\nconst b = ${p.field('IMM')};`,
    ),
    multiply(
      'IMUL r32, m32',
      [['IMUL G,E', 2, 'memory']],
      `${p.ADDRESS}\n${p.locate(2, 'READ')}\nconst a = mem32[${p.field('REG')} >> 2];\nconst b = ${p.loaded(2)};`,
    ),
  ];
}

/** CF and OF tell whether the product has more than 32 bits. @param {string} name @param {Handled[]} handlers @param {string} operands */
function multiply(name, handlers, operands) {
  return single(
    name,
    handlers,
    `${operands}
const r = Math.imul(a, b);
mem32[${p.field('REG')} >> 2] = r;
${p.setResult(2)}
state[LF_CARRY] = (state[LF_CARRY] & 8) | (a * b === r ? 0 : -0x80000000);
${p.NEXT}`,
  );
}
