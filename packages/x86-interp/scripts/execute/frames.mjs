// What is around the cases.

const NOTICE = '// Written by scripts/execute/generate.mjs. Do not edit: the cases are in scripts/execute.';
const CONSTANTS = `// Constants of the function, because V8 folds those, but not always those of a module, into compiled code.
  /*constants*/`;

/** The loop, with the first switch. @param {string} cases @param {number} firstWarm @param {number} firstX87 */
export function outer(cases, firstWarm, firstX87) {
  return `${NOTICE}
import type { Cpu } from '../cpu/cpu.ts';
import { currentIp } from '../cpu/ip.ts';
import { charge } from '../cpu/pace.ts';
import { enterCode, enterOther, ipAt } from './enter.ts';
import { executeWarm } from './execute-warm.ts';
import { executeX87 } from './execute-x87.ts';
import { LAST_CASE } from './hot-cases.ts';

/**
 * Runs instructions from CS:RIP on, until \`SLOT.LEFT\` is used up or an instruction stays where it is. RIP is right afterwards.
 *
 * The frequent instructions are cases of a switch: here, or in one of two further functions. What a case cannot do the fast way, and
 * all other instructions, go through the table of handlers.
 * @throws FAULT for a fault of the guest; \`currentIp\` is the instruction's
 */
export function execute(cpu: Cpu): void {
  ${CONSTANTS}
  const FIRST_WARM = ${firstWarm};
  const FIRST_X87 = ${firstX87};
  const { state, mem, mem16, mem32, view, handlers } = cpu;
  let pc = enterCode(cpu) & PLACE;
  let left = state[LEFT];
  let { code } = cpu.cache;
  // Of the page that runs.
  let pcBase = cpu.pcBase | 0;
  let ipBase = cpu.ipBase | 0;
  let pcLow = cpu.pcLow | 0;
  for (;;) {
    // biome-ignore lint/suspicious/noConfusingLabels: every case may leave for what is behind it
    slow: {
      const op = code[pc];
      switch (op) {
        ${cases}
        default: {
          if (op < FIRST_WARM || op > LAST_CASE) break slow;
          const next = op < FIRST_X87 ? executeWarm(cpu, code, pc) : executeX87(cpu, code, pc);
          if (next < 0) break slow;
          pc = next & PLACE;
        }
      }
      left = (left - 1) | 0;
      if (left > 0) continue;
      state[LEFT] = left;
      state[RIP] = ipAt(cpu, pc);
      return;
    }
    state[PC] = pc;
    state[LEFT] = left;
    let rec = pc;
    if (code[pc] === BEHIND_PAGE) {
      state[RIP] = ipAt(cpu, pc);
      pc = enterCode(cpu) & PLACE;
    } else {
      if (code[pc] === 0) {
        charge(cpu, DECODE_COST);
        rec = cpu.decoder.decode(pc) | 0;
        left = state[LEFT];
        if (rec === pc) continue;
      }
      const flow = handlers[code[rec]](cpu, rec);
      if (flow === STAY) {
        state[RIP] = currentIp(cpu);
        return;
      }
      left = (state[LEFT] - 1) | 0;
      state[LEFT] = left;
      if (flow !== JUMP) {
        pc = (pc + code[rec + LENGTH]) & PLACE;
        if (left > 0) continue;
        state[RIP] = ipAt(cpu, pc);
        return;
      }
      if (left <= 0) return;
      pc = enterCode(cpu) & PLACE;
    }
    ({ code } = cpu.cache);
    pcBase = cpu.pcBase | 0;
    ipBase = cpu.ipBase | 0;
    pcLow = cpu.pcLow | 0;
  }
}
`;
}

/** A function with a further switch. @param {string} name @param {string} what @param {string} cases */
export function inner(name, what, cases) {
  const body = cases.replaceAll('break slow', 'return MISS');
  const fast = [
    'addFast',
    'compareFast',
    'divideFast',
    'doubleOperand',
    'multiplyFast',
    'rootFast',
    'singleOperand',
    'toDouble',
    'toInteger',
    'toSingle',
  ];
  const used = fast.filter((each) => body.includes(`${each}(`));
  const locals = ['state', 'mem', 'mem16', 'mem32', 'view'].filter((each) => new RegExp(`\\b${each}[[.]`).test(body));
  const page = body.includes('pcBase') ? '  const { pcBase, ipBase } = cpu;\n' : '';
  return `${NOTICE}
import type { Cpu } from '../cpu/cpu.ts';
${used.length > 0 ? `import { ${used.join(', ')} } from './x87/fast.ts';\n` : ''}
/** A case that can do nothing the fast way. */
const MISS = -1;

/**
 * The cases of ${what}.
 * @param code the table of decoded instructions @param from the place of the instruction
 * @returns the place of the one that follows; or -1, and nothing has changed
 */
export function ${name}(cpu: Cpu, code: Int32Array, from: number): number {
  ${CONSTANTS}
  const { ${locals.join(', ')} } = cpu;
${page}  const op = code[from];
  let pc = from;
  switch (op) {
    ${body}
    default:
      return MISS;
  }
  return pc;
}
`;
}

/** @param {readonly string[]} rows @param {number} first @param {number} firstX87 @param {number} end the number behind the last one */
export function table(rows, first, firstX87, end) {
  return `${NOTICE}

/** What the r/m operand must be for a case, or which other instructions it is for. */
export type HotOperand = 'register' | 'swap' | 'memory' | 'jump' | 'away' | 'once' | 'plain';

/** The number of the first case, of the first one of the x87, and of the last one. */
export const FIRST_CASE: number = ${first};
export const FIRST_X87_CASE: number = ${firstX87};
export const LAST_CASE: number = ${end - 1};

/** The cases: number, the handler that it stands for, its column (8, 16, 32 bits), operand, and the condition of a Jcc, or -1. */
export const HOT_CASES: readonly (readonly [number, string, 0 | 1 | 2, HotOperand, number])[] = [
${rows.join('\n')}
];
`;
}
