import type { GuestCase } from '../harness/guest-case.ts';
import { arithmetic } from './arithmetic.ts';
import { control } from './control.ts';
import { data } from './data.ts';
import { floatAndVector } from './float-and-vector.ts';
import { interrupts } from './interrupts.ts';
import { mmio } from './mmio.ts';
import { ports } from './ports.ts';
import { protectedMode } from './protected.ts';

/** All cases of the suite. */
export const cases: readonly GuestCase[] = [
  ...arithmetic,
  ...data,
  ...control,
  ...interrupts,
  ...ports,
  ...mmio,
  ...protectedMode,
  ...floatAndVector,
];
