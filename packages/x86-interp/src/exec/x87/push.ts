import type { Cpu } from '../../cpu/cpu.ts';
import { SLOT } from '../../cpu/state-layout.ts';
import { overflow } from './exceptions.ts';
import { FSW_BITS, moveTop, setIndefiniteRegister } from './state.ts';

const { FSW, FTW, X87 } = SLOT;
const { C1, TOP } = FSW_BITS;

/** Pushes a value, of its parts; or what a stack overflow leaves. */
export function pushValue(cpu: Cpu, signExp: number, high: number, low: number): void {
  const { state } = cpu;
  const fsw = state[FSW];
  const to = ((fsw >> 11) - 1) & 7;
  if (((state[FTW] >> to) & 1) === 0) {
    const at = X87 + (to << 2);
    state[at] = low;
    state[at + 1] = high;
    state[at + 2] = signExp;
    state[FTW] |= 1 << to;
    state[FSW] = (fsw & ~(TOP | C1)) | (to << 11);
  } else if (overflow(cpu)) {
    moveTop(cpu, -1);
    setIndefiniteRegister(cpu, to);
  }
}
