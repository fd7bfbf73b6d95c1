import { raise, VECTOR } from '../../cpu/fault.ts';
import { mxcsrMask } from '../../cpu/mxcsr.ts';
import { SLOT } from '../../cpu/state-layout.ts';
import { done, type Handler, NEXT } from '../handler.ts';
import { load32, store32 } from '../operand.ts';
import { enterSse } from './enter.ts';

// Flags that are loaded together with a clear mask raise nothing: only the next operation that sets one does.
const ldmxcsr: Handler = (cpu, rec) => {
  enterSse(cpu);
  const value = load32(cpu, rec);
  if ((value & ~mxcsrMask(cpu)) !== 0) raise(cpu, VECTOR.GP);
  cpu.state[SLOT.MXCSR] = value;
  return NEXT;
};

const stmxcsr: Handler = (cpu, rec) => {
  enterSse(cpu);
  return done(store32(cpu, rec, cpu.state[SLOT.MXCSR]));
};

/** The control and status register of SSE. */
export const MXCSR_TRANSFERS: Record<string, Handler> = {
  'LDMXCSR M': ldmxcsr,
  'STMXCSR M': stmxcsr,
};
