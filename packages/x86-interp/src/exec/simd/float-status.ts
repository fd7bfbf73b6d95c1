import type { Cpu } from '../../cpu/cpu.ts';
import { raise, VECTOR } from '../../cpu/fault.ts';
import { MXCSR_BITS } from '../../cpu/mxcsr.ts';
import { SLOT } from '../../cpu/state-layout.ts';
import { FLAG, FloatStatus } from '../../float/status.ts';

// Constants of this module, because V8 folds those, but not imported ones, into compiled code.
const { MXCSR, CR4 } = SLOT;
/** CR4: the system handles #XM. */
const OSXMMEXCPT = 0x400;
/** The exceptions that are found before anything is computed. */
const BEFORE = FLAG.IE | FLAG.DE | FLAG.ZE;
const FLAGS = 0x3f;

/** How the current instruction rounds, and what it reports of one element. */
export const status: FloatStatus = new FloatStatus();
/** What of MXCSR `status` was set by. */
let control = -1;

/** Sets {@link status} by MXCSR: to be called before anything is computed or unpacked. */
export function beginFloat(cpu: Cpu): void {
  const wanted = cpu.state[MXCSR] & ~FLAGS;
  if (wanted === control) return;
  control = wanted;
  status.rounding = (wanted >> 13) & 3;
  status.masks = (wanted >> 7) & FLAGS;
  status.denormalsAreZeros = (wanted & MXCSR_BITS.DAZ) !== 0;
  status.flushToZero = (wanted & MXCSR_BITS.FTZ) !== 0;
}

/**
 * Enters exceptions into MXCSR: to be called before results are stored. If one that is found before computing is not masked, those
 * of the computation did not happen (Intel SDM volume 1, section 11.5.3).
 * @param flags of all elements together
 * @throws FAULT (#XM, or #UD) for an exception that is not masked
 */
export function report(cpu: Cpu, flags: number): void {
  const { state } = cpu;
  const unmasked = flags & ~(state[MXCSR] >> 7);
  const reported = (unmasked & BEFORE) !== 0 ? flags & BEFORE : flags;
  state[MXCSR] |= reported;
  if (unmasked !== 0) raise(cpu, (state[CR4] & OSXMMEXCPT) !== 0 ? VECTOR.XM : VECTOR.UD);
}
