// Writes the inner loop of the interpreter, and what the decoder must know of it, into src/exec: see docs/design/interpreter.md.
//
//   node scripts/execute/generate.mjs [--check]
//
// With --check, nothing is written, and the status is 1 if a file is not what it would be.

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as alu from './alu-cases.mjs';
import { ALL } from './case.mjs';
import * as control from './control-cases.mjs';
import { inner, outer, table } from './frames.mjs';
import { constants } from './layout.mjs';
import * as move from './move-cases.mjs';
import { x87Cases } from './x87-cases.mjs';

/** @typedef {import('./case.mjs').Case} Case @typedef {import('./case.mjs').Handled} Handled */

/** The most frequent instructions. */
const HOT = [
  ...[2, 1].flatMap((column) => alu.binaryRegister(column)),
  alu.binaryRegisters(0),
  ...ALL.map((column) => alu.binaryLoad(column)),
  ...ALL.map((column) => alu.binaryModify(column)),
  ...ALL.map((column) => alu.compareMemory(column)),
  ...ALL.flatMap((column) => alu.unaryRegister(column)),
  ...ALL.map((column) => alu.countMemory(column)),
  ...ALL.flatMap((column) => move.moves(column)),
  ...[0, 1].flatMap((column) => move.extensions(column)),
  ...move.addresses(),
  ...[1, 2].flatMap((column) => control.stack(column)),
  ...control.jumps(),
  ...alu.shifts(2),
];
/** Those that are worth more than a handler, but would make the first switch too large for V8. */
const WARM = [
  ...alu.multiplications(),
  ...[0, 1].flatMap((column) => alu.shifts(column)),
  ...ALL.flatMap((column) => move.strings(column)),
  ...move.others(),
];

/** Below are a place with nothing decoded, and the end of a page. */
const FIRST = 2;

/** @returns {Map<string, string>} the files by their names in src/exec, formatted */
export function generate() {
  let next = FIRST;
  /** @type {string[]} */
  const rows = [];
  /** @param {readonly Case[]} cases */
  const textOf = (cases) => cases.map((each) => number(each, () => next++, rows)).join('\n');
  const hot = textOf(HOT);
  const firstWarm = next;
  const warm = textOf(WARM);
  const firstX87 = next;
  const x87 = textOf(x87Cases());
  const files = new Map([
    ['execute.ts', outer(hot, firstWarm, firstX87)],
    ['execute-warm.ts', inner('executeWarm', 'less frequent instructions', warm)],
    ['execute-x87.ts', inner('executeX87', 'the x87, with normal numbers and zeros', x87)],
    ['hot-cases.ts', table(rows, FIRST, firstX87, next)],
  ]);
  for (const [name, text] of files) files.set(name, format(name, text.replace('/*constants*/', constants(text))));
  return files;
}

/** Gives the labels of a case their numbers. @param {Case} one @param {() => number} take @param {string[]} rows */
function number({ labels, body }, take, rows) {
  /** @type {Map<string, number[]>} */
  const numbers = new Map();
  const heads = [];
  for (const { name, key = name, handlers } of labels) {
    /** @type {Map<string, number>} */
    const handled = new Map();
    for (const [handler, column, operand, condition = -1] of handlers) {
      // Registers that have changed places make the instruction one that there is.
      const id = `${handler} ${column} ${operand}`;
      if (operand !== 'swap') handled.set(id, take());
      const of = handled.get(id) ?? [...handled.values()][0];
      for (const each of [column].flat()) rows.push(`[${of}, '${handler}', ${each}, '${operand}', ${condition}],`);
    }
    numbers.set(key, [...handled.values()]);
    heads.push(`// ${name}`, ...[...handled.values()].map((of) => `case ${of}:`));
  }
  const text = body((key) => {
    const found = numbers.get(key);
    if (found === undefined) throw new Error(`the case has no label ${key}`);
    return found;
  });
  return `${heads.join('\n')} {\n${text}\nbreak;\n}`;
}

/** @param {string} name @param {string} text */
function format(name, text) {
  const root = fileURLToPath(new URL('../../../../', import.meta.url));
  const biome = fileURLToPath(import.meta.resolve('@biomejs/biome/bin/biome'));
  const path = `packages/x86-interp/src/exec/${name}`;
  return execFileSync(process.execPath, [biome, 'format', `--stdin-file-path=${path}`], {
    cwd: root,
    input: text,
    encoding: 'utf8',
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, text] of generate()) {
    const file = new URL(`../../src/exec/${name}`, import.meta.url);
    if (!process.argv.includes('--check')) writeFileSync(file, text);
    else if (readFileSync(file, 'utf8') !== text) {
      console.error(`${name} is not what generate.mjs writes`);
      process.exitCode = 1;
    }
  }
}
