// The cases of the stack, and of transfers of control.

import { CONDITION, NAMES, single } from './case.mjs';
import * as p from './pieces.mjs';

/** @typedef {import('./case.mjs').Case} Case */

/** Where a value is pushed to, at `at`. @param {number} column */
function pushAt(column) {
  const bytes = column === 2 ? 4 : 2;
  return `const mask = state[STACK_MASK];
const esp = state[ESP];
const offset = (esp - ${bytes}) & mask;
${p.locate(column, 'WRITE', 'SS')}`;
}

/** The push of `value`, to there. @param {number} column */
function pushed(column) {
  return `${p.store(column, 'value')}\nstate[ESP] = (esp & ~mask) | offset;`;
}

/** Both. @param {number} column */
function push(column) {
  return `${pushAt(column)}\n${pushed(column)}`;
}

/** Reads the memory operand into a variable, where another access follows. @param {number} column @param {string} name */
function readFirst(column, name) {
  return `let ${name}: number;\n{\n${p.ADDRESS}\n${p.locate(column, 'READ')}\n${name} = ${p.loaded(column)};\n}`;
}

/** `value` comes from the stack; ESP is moved by as much as `moved` says. @param {number} column */
function pop(column, moved = '') {
  const bytes = column === 2 ? 4 : 2;
  return `const mask = state[STACK_MASK];
const esp = state[ESP];
const offset = esp & mask;
${p.locate(column, 'READ', 'SS')}
const value = ${p.loaded(column)};
const top = (esp + ${bytes}${moved}) & mask;`;
}
const SET_TOP = 'state[ESP] = (esp & ~mask) | top;';

/**
 * Goes on at `target`, an IP: what may fail comes before, what must not be done then behind.
 * @param {string} effects
 */
function goTo(effects = '') {
  return `const distance = (target - ipBase) | 0;
let to = (pcBase + (distance << 3)) & PLACE;
if (distance >>> 0 >= 4096 || to < pcLow) {
  to = enterOther(cpu, target);
  if (to < 0) break slow;
  pcBase = cpu.pcBase | 0;
  ipBase = cpu.ipBase | 0;
  pcLow = pcBase;
}
${effects}
pc = to & PLACE;`;
}

/** The IP that follows the current instruction. */
const NEXT_IP = '(((pc + code[pc + LENGTH] - pcBase) >> 3) + ipBase) | 0';

/** `target`, which a relative jump leads to. @param {number} column */
function awayTarget(column) {
  return `const target = (((pc - pcBase) >> 3) + ipBase + ${p.field('IMM')}) ${column === 2 ? '| 0' : '& 0xffff'};`;
}

/** The stack, calls and returns. @param {number} column @returns {Case[]} */
export function stack(column) {
  const n = NAMES[column];
  return [
    single(
      `PUSH r${n}`,
      [[`PUSH E`, column, 'register']],
      `const value = ${p.register(column, p.field('RM'))};\n${push(column)}\n${p.NEXT}`,
    ),
    single(
      `PUSH imm${n}`,
      [['PUSH I', column, 'plain']],
      `const value = ${p.field('IMM')};\n${push(column)}\n${p.NEXT}`,
    ),
    single(
      `POP r${n}`,
      [['POP E', column, 'register']],
      `${pop(column)}\n${SET_TOP}\n${p.register(column, p.field('RM'))} = value;\n${p.NEXT}`,
    ),
    single(
      `CALL, ${n} bits, inside the page`,
      [['CALL J', column, 'jump']],
      `const to = (pc + ${p.field('DISP')}) & PLACE;
if (to < pcLow) break slow;
const value = ${NEXT_IP};
${push(column)}
pc = to;`,
    ),
    single(
      `CALL, ${n} bits, to another page`,
      [['CALL J', column, 'away']],
      `${awayTarget(column)}\nconst value = ${NEXT_IP};\n${pushAt(column)}\n${goTo(pushed(column))}`,
    ),
    single(
      `CALL r${n}`,
      [['CALL E', column, 'register']],
      `const target = ${p.register(column, p.field('RM'))};\nconst value = ${NEXT_IP};\n${pushAt(column)}\n${goTo(pushed(column))}`,
    ),
    single(
      `CALL m${n}`,
      [['CALL E', column, 'memory']],
      `${readFirst(column, 'target')}\nconst value = ${NEXT_IP};\n${pushAt(column)}\n${goTo(pushed(column))}`,
    ),
    single(
      `JMP r${n}`,
      [['JMP E', column, 'register']],
      `const target = ${p.register(column, p.field('RM'))};\n${goTo()}`,
    ),
    single(`JMP m${n}`, [['JMP E', column, 'memory']], `${readFirst(column, 'target')}\n${goTo()}`),
    single(`PUSH m${n}`, [['PUSH E', column, 'memory']], `${readFirst(column, 'value')}\n${push(column)}\n${p.NEXT}`),
    single(
      `RET, ${n} bits`,
      [['RET', column, 'plain']],
      `${pop(column, ` + ${p.field('IMM')}`)}
const target = value;
${goTo(SET_TOP)}`,
    ),
  ];
}

/** @returns {Case[]} */
export function jumps() {
  const go = `const to = (pc + ${p.field('DISP')}) & PLACE;\nif (to < pcLow) break slow;\npc = to;`;
  return [
    ...p.CONDITIONS.map(([name, test], code) =>
      single(
        `J${name}, inside the page`,
        [
          ['Jcc J', 1, 'jump', code],
          ['Jcc J', 2, 'jump', code],
        ],
        `if (${test}) {\n${go}\n} else ${p.NEXT}`,
      ),
    ),
    single(
      'JMP, inside the page',
      [
        ['JMP J', 1, 'jump'],
        ['JMP J', 2, 'jump'],
      ],
      go,
    ),
    single(
      'LOOP with 16-bit addresses, inside the page',
      [['LOOP', 1, 'jump']],
      `const ecx = state[ECX];
const count = (ecx - 1) & 0xffff;
if (count !== 0) {
  const to = (pc + ${p.field('DISP')}) & PLACE;
  if (to < pcLow) break slow;
  pc = to;
} else ${p.NEXT}
state[ECX] = (ecx & -0x10000) | count;`,
    ),
    single(
      'LOOP with 32-bit addresses, inside the page',
      [['LOOP', 2, 'jump']],
      `const count = (state[ECX] - 1) | 0;
if (count !== 0) {
  const to = (pc + ${p.field('DISP')}) & PLACE;
  if (to < pcLow) break slow;
  pc = to;
} else ${p.NEXT}
state[ECX] = count;`,
    ),
    ...[1, 2].flatMap((column) => [
      single(
        `Jcc, ${NAMES[column]} bits, to another page`,
        [['Jcc J', column, 'away']],
        `${CONDITION}\nif (holds) {\n${awayTarget(column)}\n${goTo()}\n} else ${p.NEXT}`,
      ),
      single(
        `JMP, ${NAMES[column]} bits, to another page`,
        [['JMP J', column, 'away']],
        `${awayTarget(column)}\n${goTo()}`,
      ),
    ]),
    single(
      'JCXZ with 16-bit addresses, inside the page',
      [['JCXZ', 1, 'jump']],
      `if ((state[ECX] & 0xffff) === 0) {\n${go}\n} else ${p.NEXT}`,
    ),
    single(
      'JCXZ with 32-bit addresses, inside the page',
      [['JCXZ', 2, 'jump']],
      `if (state[ECX] === 0) {\n${go}\n} else ${p.NEXT}`,
    ),
  ];
}
