import type { Cpu } from '../../cpu/cpu.ts';
import { SLOT } from '../../cpu/state-layout.ts';
import { type Handler, NEXT } from '../handler.ts';
import { enterSse } from './enter.ts';
import { exactDoubles, exactSingles } from './float-exact.ts';
import { fastDoubles, fastSingles } from './float-fast.ts';
import { OPERATION } from './float-operation.ts';
import { quickDouble, quickDoubles, quickSingle, quickSingles } from './float-quick.ts';
import { registerOperand, source32, source64, source128 } from './operand.ts';

const { SIMD_SCRATCH } = SLOT;

function singles(cpu: Cpu, operation: number, count: number, to: number, a: number, b: number): typeof NEXT {
  if (!fastSingles(cpu, operation, count, to, a, b)) exactSingles(cpu, operation, count, to, a, b);
  return NEXT;
}

function doubles(cpu: Cpu, operation: number, count: number, to: number, a: number, b: number): typeof NEXT {
  if (!fastDoubles(cpu, operation, count, to, a, b)) exactDoubles(cpu, operation, count, to, a, b);
  return NEXT;
}

function packedSingle(operation: number): Handler {
  return (cpu, rec) => {
    enterSse(cpu);
    const to = registerOperand(cpu, rec);
    const from = source128(cpu, rec);
    return quickSingles(cpu, operation, to, from) ? NEXT : singles(cpu, operation, 4, to, to, from);
  };
}

function packedDouble(operation: number): Handler {
  return (cpu, rec) => {
    enterSse(cpu);
    const to = registerOperand(cpu, rec);
    const from = source128(cpu, rec);
    return quickDoubles(cpu, operation, to, from) ? NEXT : doubles(cpu, operation, 2, to, to, from);
  };
}

function scalarSingle(operation: number): Handler {
  return (cpu, rec) => {
    enterSse(cpu);
    const to = registerOperand(cpu, rec);
    const from = source32(cpu, rec);
    return quickSingle(cpu, operation, to, from) ? NEXT : singles(cpu, operation, 1, to, to, from);
  };
}

function scalarDouble(operation: number): Handler {
  return (cpu, rec) => {
    enterSse(cpu);
    const to = registerOperand(cpu, rec);
    const from = source64(cpu, rec);
    return quickDouble(cpu, operation, to, from) ? NEXT : doubles(cpu, operation, 1, to, to, from);
  };
}

// Square roots have one operand.
const sqrtps: Handler = (cpu, rec) => {
  enterSse(cpu);
  const from = source128(cpu, rec);
  return singles(cpu, OPERATION.SQRT, 4, registerOperand(cpu, rec), from, from);
};
const sqrtpd: Handler = (cpu, rec) => {
  enterSse(cpu);
  const from = source128(cpu, rec);
  return doubles(cpu, OPERATION.SQRT, 2, registerOperand(cpu, rec), from, from);
};
const sqrtss: Handler = (cpu, rec) => {
  enterSse(cpu);
  const from = source32(cpu, rec);
  return singles(cpu, OPERATION.SQRT, 1, registerOperand(cpu, rec), from, from);
};
const sqrtsd: Handler = (cpu, rec) => {
  enterSse(cpu);
  const from = source64(cpu, rec);
  return doubles(cpu, OPERATION.SQRT, 1, registerOperand(cpu, rec), from, from);
};

// Neighbours with each other: those of the destination give the lower half of the result, those of the source the upper one.
// They are put side by side, so that the operation is an ordinary one.
function horizontalSingle(operation: number): Handler {
  return (cpu, rec) => {
    enterSse(cpu);
    const { view, state } = cpu;
    const from = source128(cpu, rec);
    const to = registerOperand(cpu, rec);
    for (let i = 0; i < 4; i++) {
      const at = (i < 2 ? to : from) + (i & 1) * 8;
      state[SIMD_SCRATCH + i] = view.getInt32(at, true);
      state[SIMD_SCRATCH + 4 + i] = view.getInt32(at + 4, true);
    }
    const pairs = cpu.base + SIMD_SCRATCH * 4;
    return singles(cpu, operation, 4, to, pairs, pairs + 16);
  };
}

function horizontalDouble(operation: number): Handler {
  return (cpu, rec) => {
    enterSse(cpu);
    const { view, state } = cpu;
    const from = source128(cpu, rec);
    const to = registerOperand(cpu, rec);
    for (let i = 0; i < 2; i++) {
      state[SIMD_SCRATCH + i] = view.getInt32(to + i * 4, true);
      state[SIMD_SCRATCH + 2 + i] = view.getInt32(from + i * 4, true);
      state[SIMD_SCRATCH + 4 + i] = view.getInt32(to + 8 + i * 4, true);
      state[SIMD_SCRATCH + 6 + i] = view.getInt32(from + 8 + i * 4, true);
    }
    const pairs = cpu.base + SIMD_SCRATCH * 4;
    return doubles(cpu, operation, 2, to, pairs, pairs + 16);
  };
}

function allTypes(name: string, operation: number): Record<string, Handler> {
  return {
    [`${name}PS V,W`]: packedSingle(operation),
    [`${name}PD V,W`]: packedDouble(operation),
    [`${name}SS V,W`]: scalarSingle(operation),
    [`${name}SD V,W`]: scalarDouble(operation),
  };
}

/** Arithmetic, minimum and maximum. */
export const FLOAT_ARITHMETIC: Record<string, Handler> = {
  ...allTypes('ADD', OPERATION.ADD),
  ...allTypes('SUB', OPERATION.SUB),
  ...allTypes('MUL', OPERATION.MUL),
  ...allTypes('DIV', OPERATION.DIV),
  ...allTypes('MIN', OPERATION.MIN),
  ...allTypes('MAX', OPERATION.MAX),
  'SQRTPS V,W': sqrtps,
  'SQRTPD V,W': sqrtpd,
  'SQRTSS V,W': sqrtss,
  'SQRTSD V,W': sqrtsd,
  'ADDSUBPS V,W': packedSingle(OPERATION.ADDSUB),
  'ADDSUBPD V,W': packedDouble(OPERATION.ADDSUB),
  'HADDPS V,W': horizontalSingle(OPERATION.ADD),
  'HADDPD V,W': horizontalDouble(OPERATION.ADD),
  'HSUBPS V,W': horizontalSingle(OPERATION.SUB),
  'HSUBPD V,W': horizontalDouble(OPERATION.SUB),
};
