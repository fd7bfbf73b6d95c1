import type { Handler } from '../handler.ts';
import { APPROXIMATE } from './approximate.ts';
import { CONVERT_FORMAT } from './convert-format.ts';
import { CONVERT_FROM_INTEGER } from './convert-from-integer.ts';
import { CONVERT_TO_INTEGER } from './convert-to-integer.ts';
import { FLOAT_ARITHMETIC } from './float-arithmetic.ts';
import { FLOAT_COMPARE } from './float-compare.ts';
import { MXCSR_TRANSFERS } from './mxcsr.ts';

/** The floating-point instructions of SSE, SSE2 and SSE3. */
export const SIMD_FLOAT: Record<string, Handler> = {
  ...FLOAT_ARITHMETIC,
  ...APPROXIMATE,
  ...FLOAT_COMPARE,
  ...CONVERT_FORMAT,
  ...CONVERT_FROM_INTEGER,
  ...CONVERT_TO_INTEGER,
  ...MXCSR_TRANSFERS,
};
