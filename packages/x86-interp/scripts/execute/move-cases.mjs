// The cases of moves, and of instructions that are near to them.

import { ALL, CONDITION, NAMES, single } from './case.mjs';
import * as p from './pieces.mjs';

/** @typedef {import('./case.mjs').Case} Case @typedef {import('./case.mjs').Handled} Handled @typedef {import('./case.mjs').Numbers} Numbers */

/** MOV. @param {number} column @returns {Case[]} */
export function moves(column) {
  const n = NAMES[column];
  return [
    single(
      `MOV r${n}, r${n}/imm`,
      [
        ['MOV E,G', column, 'register'],
        ['MOV E,I', column, 'register'],
        ['MOV G,E', column, 'swap'],
      ],
      `${p.source(column)}
const to = ${p.field('RM')};
${p.register(column, 'to')} = b;
${p.NEXT}`,
    ),
    single(
      `MOV r${n}, m${n}`,
      [['MOV G,E', column, 'memory']],
      `${p.ADDRESS}
${p.locate(column, 'READ')}
const to = ${p.field('REG')};
${p.register(column, 'to')} = ${p.loaded(column)};
${p.NEXT}`,
    ),
    single(
      `MOV m${n}, r${n}/imm`,
      [
        ['MOV E,G', column, 'memory'],
        ['MOV E,I', column, 'memory'],
      ],
      `${p.ADDRESS}
${p.locate(column, 'WRITE')}
${p.source(column)}
${p.store(column, 'b')}
${p.NEXT}`,
    ),
  ];
}

/** MOVZX and MOVSX to 32 bits. @param {number} column @returns {Case[]} */
export function extensions(column) {
  const n = NAMES[column];
  const type = column === 0 ? 'Eb' : 'Ew';
  /** @param {string} operand */
  const labels = (operand) =>
    ['MOVZX', 'MOVSX'].map((name) => ({
      name: `${name} r32, ${operand === 'memory' ? 'm' : 'r'}${n}`,
      key: name,
      handlers: [/** @type {Handled} */ ([`${name} Gv,${type}`, 2, operand])],
    }));
  /** @param {Numbers} op */
  const body = (op) => `const to = ${p.field('REG')};
mem32[to >> 2] = op === ${op('MOVSX')[0]} ? ${p.signed(column, 'b')} : b;
${p.NEXT}`;
  return [
    { labels: labels('register'), body: (op) => `const b = ${p.register(column, p.field('RM'))};\n${body(op)}` },
    {
      labels: labels('memory'),
      body: (op) => `${p.ADDRESS}\n${p.locate(column, 'READ')}\nconst b = ${p.loaded(column)};\n${body(op)}`,
    },
  ];
}

/** LEA. @returns {Case[]} */
export function addresses() {
  return [1, 2].map((column) =>
    single(
      `LEA r${NAMES[column]}, m`,
      [['LEA G,M', column, 'memory']],
      `${p.ADDRESS.split('\n').slice(0, 3).join('\n')}
const to = ${p.field('REG')};
${p.register(column, 'to')} = offset;
${p.NEXT}`,
    ),
  );
}

/** LODS, STOS and MOVS of one element. @param {number} column @returns {Case[]} */
export function strings(column) {
  const bytes = 1 << column;
  const MASK = `const mask = (${p.field('AUX')} & ADDRESS32) !== 0 ? -1 : 0xffff;`;
  /** @param {string} name */
  const step = (name) =>
    `state[${name}] = (state[${name}] & ~mask) | ((state[${name}] + ((state[FLAGS] & DF) !== 0 ? -${bytes} : ${bytes})) & mask);`;
  const source = `let value: number;
{
const segment = (${p.field('EA')} >> 18) & 0x1ff;
const offset = state[ESI] & mask;
${p.locate(column, 'READ')}
value = ${p.loaded(column)};
}`;
  const destination = `const offset = state[EDI] & mask;\n${p.locate(column, 'WRITE', 'ES')}`;
  const accumulator = ['state[0] & 0xff', 'state[0] & 0xffff', 'state[0]'][column];
  const set = [
    'state[0] = (state[0] & -0x100) | value;',
    'state[0] = (state[0] & -0x10000) | value;',
    'state[0] = value;',
  ];
  const n = NAMES[column];
  return [
    single(
      `LODS, ${n} bits`,
      [['LODS', column, 'once']],
      `${MASK}\n${source}\n${set[column]}\n${step('ESI')}\n${p.NEXT}`,
    ),
    single(
      `STOS, ${n} bits`,
      [['STOS', column, 'once']],
      `${MASK}\n${destination}\nconst value = ${accumulator};\n${p.store(column, 'value')}\n${step('EDI')}\n${p.NEXT}`,
    ),
    single(
      `MOVS, ${n} bits`,
      [['MOVS', column, 'once']],
      `${MASK}\n${source}\n${destination}\n${p.store(column, 'value')}\n${step('ESI')}\n${step('EDI')}\n${p.NEXT}`,
    ),
  ];
}

/** What has little in common. @returns {Case[]} */
export function others() {
  return [
    single('SETcc r8', [['SETcc', 0, 'register']], `${CONDITION}\nmem[${p.field('RM')}] = holds ? 1 : 0;\n${p.NEXT}`),
    single(
      'CMOVcc r32, r32',
      [['CMOVcc', 2, 'register']],
      `${CONDITION}\nif (holds) mem32[${p.field('REG')} >> 2] = mem32[${p.field('RM')} >> 2];\n${p.NEXT}`,
    ),
    single(
      'CMOVcc r32, m32',
      [['CMOVcc', 2, 'memory']],
      `${p.ADDRESS}\n${p.locate(2, 'READ')}\n${CONDITION}\nif (holds) mem32[${p.field('REG')} >> 2] = ${p.loaded(2)};\n${p.NEXT}`,
    ),
    single('NOP', [['NOP', ALL, 'plain']], p.NEXT),
    single(
      'SAHF',
      [['SAHF', ALL, 'plain']],
      `const flags = (state[0] >> 8) & 0xff;
const c = state[LF_CARRY];
const of = (c ^ (c << 1)) >>> 31;
state[LF_CARRY] = (flags << 31) | (((flags & 1) ^ of) << 30) | ((flags >> 1) & 8);
state[LF_ZERO] = ~flags & 0x40;
state[LF_SIGN] = ((flags & 0x80) << 24) | ((flags & 4) !== 0 ? 0 : 1);
${p.NEXT}`,
    ),
    single(
      'CBW',
      [['CBW', 1, 'plain']],
      `state[0] = (state[0] & -0x10000) | (((state[0] << 24) >> 24) & 0xffff);\n${p.NEXT}`,
    ),
    single(
      'CWD',
      [['CWD', 1, 'plain']],
      `state[EDX] = (state[EDX] & -0x10000) | (((state[0] << 16) >> 31) & 0xffff);\n${p.NEXT}`,
    ),
    single('CWDE', [['CBW', 2, 'plain']], `state[0] = (state[0] << 16) >> 16;\n${p.NEXT}`),
    single('CDQ', [['CWD', 2, 'plain']], `state[EDX] = state[0] >> 31;\n${p.NEXT}`),
    single(
      'XCHG r32, r32',
      [['XCHG E,G', 2, 'register']],
      `const one = ${p.field('RM')} >> 2;
const other = ${p.field('REG')} >> 2;
const value = mem32[one];
mem32[one] = mem32[other];
mem32[other] = value;
${p.NEXT}`,
    ),
    single(
      'NOT r32',
      [['NOT E', 2, 'register']],
      `const to = ${p.field('RM')} >> 2;\nmem32[to] = ~mem32[to];\n${p.NEXT}`,
    ),
    single(
      'LEAVE, 32 bits',
      [['LEAVE', 2, 'plain']],
      `const mask = state[STACK_MASK];
const offset = state[EBP] & mask;
${p.locate(2, 'READ', 'SS')}
state[EBP] = ${p.loaded(2)};
state[ESP] = (state[ESP] & ~mask) | ((offset + 4) & mask);
${p.NEXT}`,
    ),
  ];
}
