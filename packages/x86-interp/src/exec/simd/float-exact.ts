import type { Cpu } from '../../cpu/cpu.ts';
import { add } from '../../float/add.ts';
import { compare, ORDER } from '../../float/compare.ts';
import { divide } from '../../float/divide.ts';
import { copyFloat, Float } from '../../float/float.ts';
import { packF32, packF64High, packF64Low, unpackF32, unpackF64 } from '../../float/formats.ts';
import { multiply } from '../../float/multiply.ts';
import { F32, F64, type Format } from '../../float/round.ts';
import { squareRoot } from '../../float/square-root.ts';
import { OPERATION, operationOf } from './float-operation.ts';
import { beginFloat, report, status } from './float-status.ts';

// The general case: all operands, all rounding modes, all exceptions.

const x = new Float();
const y = new Float();
const r = new Float();
/** Results, until it is known that they are delivered. */
const results = new Int32Array(4);

/** Does an operation on f32 elements. @throws FAULT (#XM, or #UD) for an exception that is not masked: nothing is stored then */
export function exactSingles(cpu: Cpu, operation: number, count: number, to: number, a: number, b: number): void {
  const { view } = cpu;
  let flags = 0;
  beginFloat(cpu);
  for (let i = 0; i < count; i++) {
    status.flags = 0;
    unpackF32(x, view.getInt32(a + i * 4, true), status);
    unpackF32(y, view.getInt32(b + i * 4, true), status);
    operate(operationOf(operation, i), F32);
    results[i] = packF32(r);
    flags |= status.flags;
  }
  report(cpu, flags);
  for (let i = 0; i < count; i++) view.setInt32(to + i * 4, results[i], true);
}

/** The same on f64 elements. */
export function exactDoubles(cpu: Cpu, operation: number, count: number, to: number, a: number, b: number): void {
  const { view } = cpu;
  let flags = 0;
  beginFloat(cpu);
  for (let i = 0; i < count; i++) {
    const at = i * 8;
    status.flags = 0;
    unpackF64(x, view.getInt32(a + at + 4, true), view.getInt32(a + at, true), status);
    unpackF64(y, view.getInt32(b + at + 4, true), view.getInt32(b + at, true), status);
    operate(operationOf(operation, i), F64);
    results[i * 2] = packF64Low(r);
    results[i * 2 + 1] = packF64High(r);
    flags |= status.flags;
  }
  report(cpu, flags);
  for (let i = 0; i < count * 2; i++) view.setInt32(to + i * 4, results[i], true);
}

function operate(operation: number, format: Format): void {
  const { precision } = format;
  switch (operation) {
    case OPERATION.ADD:
    case OPERATION.SUB:
      add(r, x, y, operation === OPERATION.SUB, format, precision, 'sse', status);
      break;
    case OPERATION.MUL:
      multiply(r, x, y, format, precision, 'sse', status);
      break;
    case OPERATION.DIV:
      divide(r, x, y, format, precision, 'sse', status);
      break;
    case OPERATION.SQRT:
      squareRoot(r, y, format, precision, status);
      break;
    default:
      extreme(operation);
  }
}

// Without an order, and of two zeros, the second operand is the result, whatever it is.
function extreme(operation: number): void {
  const order = compare(x, y, false, status);
  copyFloat(r, order === (operation === OPERATION.MIN ? ORDER.LESS : ORDER.GREATER) ? x : y);
}
