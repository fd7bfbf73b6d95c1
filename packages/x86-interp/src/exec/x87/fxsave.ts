import { CR0 } from '@picovm/core/x86';
import type { Cpu } from '../../cpu/cpu.ts';
import { raise, VECTOR } from '../../cpu/fault.ts';
import { lastOpcode, setLastOpcode } from '../../cpu/fpu-state.ts';
import { mxcsrMask } from '../../cpu/mxcsr.ts';
import { probeRead, probeWrite } from '../../cpu/slow-memory.ts';
import { SEG, SLOT } from '../../cpu/state-layout.ts';
import { type Handler, NEXT } from '../handler.ts';
import { effectiveAddress, segmentOf } from '../operand.ts';
import { setControl } from './control.ts';
import { updateError } from './exceptions.ts';
import { area, readArea, writeArea } from './operand.ts';
import { physical } from './state.ts';

const { X87, FCW, FSW, FTW, FIP, FCS, FDP, FDS, XMM, MXCSR } = SLOT;
/** CR4.OSFXSR: the system saves the SSE registers too. */
const OSFXSR = 0x200;
/** Words of the area: the header, the x87's registers, and XMM0 to XMM7. What is behind stays as it is. */
const STACK = 8;
const SSE = 40;
const X87_WORDS = 40;
const ALL_WORDS = 72;
const AREA_BYTES = 512;

// Both raise #NM, but report no pending error; and the area is aligned, and accessible as a whole.
function check(cpu: Cpu, rec: number, probe: typeof probeRead): void {
  if ((cpu.state[SLOT.CR0] & (CR0.EM | CR0.TS)) !== 0) raise(cpu, VECTOR.NM);
  const segment = segmentOf(cpu, rec);
  const offset = effectiveAddress(cpu, rec);
  if (((cpu.state[segment + SEG.BASE] + offset) & 15) !== 0) raise(cpu, VECTOR.GP);
  probe(cpu, segment, offset, AREA_BYTES);
}

// Before SSE there is neither MXCSR nor an XMM register.
function hasSse(cpu: Cpu): boolean {
  return cpu.processor.features.has('sse');
}

function wordsOf(cpu: Cpu): number {
  return (cpu.state[SLOT.CR4] & OSFXSR) !== 0 && hasSse(cpu) ? ALL_WORDS : X87_WORDS;
}

// Intel SDM volume 2, FXSAVE: the layout outside of 64-bit mode.
const fxsave: Handler = (cpu, rec) => {
  check(cpu, rec, probeWrite);
  const { state } = cpu;
  const words = wordsOf(cpu);
  area[0] = state[FCW] | (state[FSW] << 16);
  area[1] = state[FTW] | (lastOpcode(cpu) << 16);
  area[2] = state[FIP];
  area[3] = state[FCS];
  area[4] = state[FDP];
  area[5] = state[FDS];
  area[6] = hasSse(cpu) ? state[MXCSR] : 0;
  area[7] = hasSse(cpu) ? mxcsrMask(cpu) : 0;
  for (let i = 0; i < 8; i++) {
    const at = X87 + physical(cpu, i) * 4;
    area.set(state.subarray(at, at + 4), STACK + i * 4);
  }
  if (words === ALL_WORDS) area.set(state.subarray(XMM, XMM + 32), SSE);
  writeArea(cpu, rec, words * 4);
  return NEXT;
};

const fxrstor: Handler = (cpu, rec) => {
  check(cpu, rec, probeRead);
  const { state } = cpu;
  const words = wordsOf(cpu);
  readArea(cpu, rec, words * 4);
  if (words === ALL_WORDS) {
    if ((area[6] & ~mxcsrMask(cpu)) !== 0) raise(cpu, VECTOR.GP);
    state[MXCSR] = area[6];
    state.set(area.subarray(SSE, SSE + 32), XMM);
  }
  setControl(cpu, area[0]);
  // ES and B keep what was pending, so that FERR# changes if they do.
  state[FSW] = ((area[0] >>> 16) & 0x7f7f) | (state[FSW] & 0x8080);
  state[FTW] = area[1] & 0xff;
  setLastOpcode(cpu, area[1] >>> 16);
  state[FIP] = area[2];
  state[FCS] = area[3] & 0xffff;
  state[FDP] = area[4];
  state[FDS] = area[5] & 0xffff;
  for (let i = 0; i < 8; i++) {
    const at = X87 + physical(cpu, i) * 4;
    state.set(area.subarray(STACK + i * 4, STACK + i * 4 + 2), at);
    state[at + 2] = area[STACK + i * 4 + 2] & 0xffff;
  }
  updateError(cpu);
  return NEXT;
};

/** Saving and restoring of x87 and SSE together. */
export const FXSAVE: Record<string, Handler> = {
  'FXSAVE M': fxsave,
  'FXRSTOR M': fxrstor,
};
