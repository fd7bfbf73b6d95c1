import type { Handler } from '../handler.ts';
import { ARITHMETIC } from './arithmetic.ts';
import { BINARY } from './binary.ts';
import { COMPARE } from './compare.ts';
import { CONSTANTS } from './constants.ts';
import { CONTROL } from './control.ts';
import { ENVIRONMENT } from './environment.ts';
import { FXSAVE } from './fxsave.ts';
import { INTEGER } from './integer.ts';
import { TRANSFER } from './transfer.ts';
import { UNARY } from './unary.ts';

/** The x87, whole. */
export const X87: Record<string, Handler> = {
  ...TRANSFER,
  ...INTEGER,
  ...CONSTANTS,
  ...ARITHMETIC,
  ...UNARY,
  ...BINARY,
  ...COMPARE,
  ...CONTROL,
  ...ENVIRONMENT,
  ...FXSAVE,
};
