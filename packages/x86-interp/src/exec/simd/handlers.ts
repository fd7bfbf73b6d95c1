import type { Handler } from '../handler.ts';
import { ADD } from './add.ts';
import { COMPARE } from './compare.ts';
import { EXTRACT } from './extract.ts';
import { SIMD_FLOAT } from './float-handlers.ts';
import { LOGICAL } from './logical.ts';
import { MASKED_STORE } from './masked-store.ts';
import { MOVE } from './move.ts';
import { MULTIPLY } from './multiply.ts';
import { PACK } from './pack.ts';
import { SATURATE } from './saturate.ts';
import { SHIFT } from './shift.ts';
import { SHUFFLE } from './shuffle.ts';
import { UNPACK } from './unpack.ts';

/** MMX, SSE, SSE2 and SSE3. */
export const SIMD: Record<string, Handler> = {
  ...MOVE,
  ...MASKED_STORE,
  ...EXTRACT,
  ...ADD,
  ...SATURATE,
  ...MULTIPLY,
  ...COMPARE,
  ...LOGICAL,
  ...SHIFT,
  ...PACK,
  ...UNPACK,
  ...SHUFFLE,
  ...SIMD_FLOAT,
};
