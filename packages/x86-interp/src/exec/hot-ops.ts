import { MODEL } from '../cpu/models.ts';
import { HANDLER_NAMES, HANDLERS } from './handlers.ts';
import { HOT_CASES, type HotOperand } from './hot-cases.ts';

// Which instructions are cases of the hot switch in `execute.ts`. A case stands for one handler, which is in the table of handlers
// at the number of the case too: it does what the case cannot do the fast way.

const byOperand: Readonly<Record<HotOperand, Map<number, number>>> = {
  register: new Map(),
  swap: new Map(),
  memory: new Map(),
  jump: new Map(),
  away: new Map(),
  once: new Map(),
  plain: new Map(),
};
/** The cases of Jcc, by its handler and the condition. */
const conditional: Map<number, number[]> = new Map();
const PUSH_16 = handler('PUSH E', 1);
const SHIFTS = new Set(
  ['SHL', 'SHR', 'SAR', 'ROL', 'ROR'].flatMap((name) => [0, 1].map((column) => handler(`${name} E,CL`, column))),
);

for (const [number, name, column, operand, condition] of HOT_CASES) {
  const op = handler(name, column);
  if (operand !== 'swap') HANDLERS[number] = HANDLERS[op];
  if (condition < 0) byOperand[operand].set(op, number);
  else {
    const cases = conditional.get(op) ?? [];
    cases[condition] = number;
    conditional.set(op, cases);
  }
}

function handler(name: string, column: number): number {
  return (HANDLER_NAMES.get(name) as [number, number, number])[column];
}

/** The case for an instruction with the handler `op`, or 0. @param inMemory where the r/m operand is, if there is one */
export function hotCase(op: number, inMemory: boolean): number {
  return (inMemory ? byOperand.memory : byOperand.register).get(op) ?? 0;
}

/** The case for an instruction whose two register operands change places, or 0. */
export function swappedCase(op: number): number {
  return byOperand.swap.get(op) ?? 0;
}

/** The case for an instruction whose operands do not matter, or 0. @param repeats it has a REP prefix */
export function plainCase(op: number, repeats: boolean): number {
  return byOperand.plain.get(op) ?? (repeats ? 0 : (byOperand.once.get(op) ?? 0));
}

/** The case of a relative jump to another page, or 0. */
export function awayCase(op: number): number {
  return byOperand.away.get(op) ?? 0;
}

/** The case of a jump that stays on its page, or 0. @param condition its condition code, if it has one */
export function jumpCase(op: number, condition: number): number {
  return conditional.get(op)?.[condition] ?? byOperand.jump.get(op) ?? 0;
}

/** Whether a model executes `op` in a way of its own, for which there is no case: PUSH SP; shifts by more than 31. */
export function isOwnWay(op: number, model: number): boolean {
  if (model >= MODEL.I80286) return false;
  return op === PUSH_16 || (model === MODEL.I8086 && SHIFTS.has(op));
}
