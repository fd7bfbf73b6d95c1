// The numbers behind the names in the cases, from the sources that define them.

import { readFileSync } from 'node:fs';

/** @param {string} file @param {string} name of an object of numbers */
function table(file, name) {
  const text = readFileSync(new URL(`../../src/${file}`, import.meta.url), 'utf8');
  const body = text.match(new RegExp(`export const ${name} = \\{([\\s\\S]*?)\\n?\\} as const;`))?.[1] ?? '';
  const numbers = [...body.replace(/\/\*[\s\S]*?\*\//g, '').matchAll(/(\w+): (-?(?:0x)?[0-9a-f]+)/g)];
  return Object.fromEntries(numbers.map(([, key, value]) => [key, Number(value)]));
}

const SLOT = table('cpu/state-layout.ts', 'SLOT');
const REG = table('cpu/state-layout.ts', 'REG');
const NAMES = {
  ...table('decode/record.ts', 'RECORD'),
  ...table('cpu/state-layout.ts', 'SEG'),
  ...SLOT,
  CS: 128,
  SS: 144,
  TLB_MASK: 1023,
  BEHIND_PAGE: 1,
  // What decoding takes, in instructions.
  DECODE_COST: 16,
  // The flows of handlers.
  JUMP: 1,
  STAY: 2,
  PLACE: 0xffffff,
  ECX: REG.CX * 2,
  EDX: REG.DX * 2,
  ESP: REG.SP * 2,
  EBP: REG.BP * 2,
  ESI: REG.SI * 2,
  EDI: REG.DI * 2,
  ES: 112,
  DF: 0x400,
  ADDRESS32: 0x20000,
};

/** The declarations of the constants that a text names. @param {string} text */
export function constants(text) {
  const code = text.replace(/\/\/.*|\/\*[\s\S]*?\*\//g, '');
  const used = Object.entries(NAMES).filter(([name]) => new RegExp(`[^.\\w]${name}\\b`).test(code));
  return used.map(([name, value]) => `const ${name} = ${value};`).join('\n');
}
