import { MODEL } from '../cpu/models.ts';
import { HANDLER_NAMES } from './handlers.ts';

/** What the r/m operand must be for a case: a register, one that changes places with the other operand, or memory. */
type Operand = 'register' | 'swap' | 'memory';

/** The cases of the switch in `execute.ts`: number, handler that it replaces, its column (8, 16, 32 bits), operand. */
const CASES: readonly (readonly [number, string, 0 | 1 | 2, Operand])[] = [
  [2, 'ADD E,G', 1, 'register'],
  [2, 'ADD E,I', 1, 'register'],
  [2, 'ADD G,E', 1, 'swap'],
  [3, 'SUB E,G', 1, 'register'],
  [3, 'SUB E,I', 1, 'register'],
  [3, 'SUB G,E', 1, 'swap'],
  [4, 'CMP E,G', 1, 'register'],
  [4, 'CMP E,I', 1, 'register'],
  [4, 'CMP G,E', 1, 'swap'],
  [5, 'AND E,G', 1, 'register'],
  [5, 'AND E,I', 1, 'register'],
  [5, 'AND G,E', 1, 'swap'],
  [6, 'OR E,G', 1, 'register'],
  [6, 'OR E,I', 1, 'register'],
  [6, 'OR G,E', 1, 'swap'],
  [7, 'XOR E,G', 1, 'register'],
  [7, 'XOR E,I', 1, 'register'],
  [7, 'XOR G,E', 1, 'swap'],
  [8, 'TEST E,G', 1, 'register'],
  [8, 'TEST E,I', 1, 'register'],
  [9, 'INC E', 1, 'register'],
  [10, 'DEC E', 1, 'register'],
  [11, 'ADD E,G', 2, 'register'],
  [11, 'ADD E,I', 2, 'register'],
  [11, 'ADD G,E', 2, 'swap'],
  [12, 'SUB E,G', 2, 'register'],
  [12, 'SUB E,I', 2, 'register'],
  [12, 'SUB G,E', 2, 'swap'],
  [13, 'CMP E,G', 2, 'register'],
  [13, 'CMP E,I', 2, 'register'],
  [13, 'CMP G,E', 2, 'swap'],
  [14, 'AND E,G', 2, 'register'],
  [14, 'AND E,I', 2, 'register'],
  [14, 'AND G,E', 2, 'swap'],
  [15, 'OR E,G', 2, 'register'],
  [15, 'OR E,I', 2, 'register'],
  [15, 'OR G,E', 2, 'swap'],
  [16, 'XOR E,G', 2, 'register'],
  [16, 'XOR E,I', 2, 'register'],
  [16, 'XOR G,E', 2, 'swap'],
  [17, 'TEST E,G', 2, 'register'],
  [17, 'TEST E,I', 2, 'register'],
  [18, 'INC E', 2, 'register'],
  [19, 'DEC E', 2, 'register'],
  [20, 'MOV E,G', 0, 'register'],
  [20, 'MOV E,I', 0, 'register'],
  [20, 'MOV G,E', 0, 'swap'],
  [21, 'MOV G,E', 0, 'memory'],
  [22, 'MOV E,G', 0, 'memory'],
  [22, 'MOV E,I', 0, 'memory'],
  [23, 'MOV E,G', 1, 'register'],
  [23, 'MOV E,I', 1, 'register'],
  [23, 'MOV G,E', 1, 'swap'],
  [24, 'MOV G,E', 1, 'memory'],
  [25, 'MOV E,G', 1, 'memory'],
  [25, 'MOV E,I', 1, 'memory'],
  [26, 'MOV E,G', 2, 'register'],
  [26, 'MOV E,I', 2, 'register'],
  [26, 'MOV G,E', 2, 'swap'],
  [27, 'MOV G,E', 2, 'memory'],
  [28, 'MOV E,G', 2, 'memory'],
  [28, 'MOV E,I', 2, 'memory'],
  [29, 'LEA G,M', 1, 'memory'],
  [30, 'PUSH E', 1, 'register'],
  [31, 'POP E', 1, 'register'],
  [32, 'LEA G,M', 2, 'memory'],
  [33, 'PUSH E', 2, 'register'],
  [34, 'POP E', 2, 'register'],
];

/** The cases of jumps inside a page, by condition; 0 where there is none. */
const CONDITIONAL = [0, 0, 35, 36, 37, 38, 39, 40, 41, 42, 0, 0, 43, 44, 45, 46];
const JUMPS: readonly (readonly [number, string])[] = [
  [47, 'JMP J'],
  [48, 'LOOP'],
  [49, 'CALL J'],
];
const RETURN = 50;

const byOperand: Readonly<Record<Operand, Map<number, number>>> = {
  register: new Map(),
  swap: new Map(),
  memory: new Map(),
};
for (const [number, name, column, operand] of CASES) byOperand[operand].set(handler(name, column), number);

function handler(name: string, column: number): number {
  return (HANDLER_NAMES.get(name) as [number, number, number])[column];
}

/** The case for an instruction with the handler `op`, or 0. @param inMemory where the r/m operand is */
export function hotCase(op: number, inMemory: boolean): number {
  return byOperand[inMemory ? 'memory' : 'register'].get(op) ?? 0;
}

/** The case for an instruction whose two register operands change places, or 0. */
export function swappedCase(op: number): number {
  return byOperand.swap.get(op) ?? 0;
}

const JCC_16 = handler('Jcc J', 1);
const JCC_32 = handler('Jcc J', 2);
const JUMP_CASES = new Map(JUMPS.map(([number, name]) => [handler(name, 1), number]));
const JUMP_32 = handler('JMP J', 2);
const RETURN_16 = handler('RET', 1);
const PUSH_16 = handler('PUSH E', 1);

/** The case of a jump that stays on its page, or 0. @param condition its condition code, if it has one */
export function jumpCase(op: number, condition: number): number {
  if (op === JCC_16 || op === JCC_32) return CONDITIONAL[condition];
  return op === JUMP_32 ? 47 : (JUMP_CASES.get(op) ?? 0);
}

/** Whether `op` is a RET with nothing to release, and its case. */
export function returnCase(op: number, release: number): number {
  return op === RETURN_16 && release === 0 ? RETURN : 0;
}

/** Whether a model executes `op` in a way of its own, for which there is no case: PUSH SP. */
export function isOwnWay(op: number, model: number): boolean {
  return op === PUSH_16 && model < MODEL.I80286;
}
