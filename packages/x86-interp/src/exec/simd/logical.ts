import type { Handler } from '../handler.ts';
import { mmxAndSse, type Operation, sse } from './operation.ts';

function and(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 4) {
    const a = view.getInt32(to + i, true);
    const b = view.getInt32(from + i, true);
    view.setInt32(to + i, a & b, true);
  }
}

function andNot(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 4) {
    const a = view.getInt32(to + i, true);
    const b = view.getInt32(from + i, true);
    view.setInt32(to + i, ~a & b, true);
  }
}

function or(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 4) {
    const a = view.getInt32(to + i, true);
    const b = view.getInt32(from + i, true);
    view.setInt32(to + i, a | b, true);
  }
}

function xor(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 4) {
    const a = view.getInt32(to + i, true);
    const b = view.getInt32(from + i, true);
    view.setInt32(to + i, a ^ b, true);
  }
}

// They are the same for numbers of any type.
function forFloats(name: string, operation: Operation): Record<string, Handler> {
  return { [`${name}PS V,W`]: sse(operation), [`${name}PD V,W`]: sse(operation) };
}

/** Operations on bits (Intel SDM volume 2: PAND, PANDN, POR, PXOR, ANDPS, ANDNPS, ORPS, XORPS). */
export const LOGICAL: Record<string, Handler> = {
  ...mmxAndSse({ PAND: and, PANDN: andNot, POR: or, PXOR: xor }),
  ...forFloats('AND', and),
  ...forFloats('ANDN', andNot),
  ...forFloats('OR', or),
  ...forFloats('XOR', xor),
};
