import type { Cpu } from '../../cpu/cpu.ts';
import { done, type Handler, NEXT, STAY } from '../handler.ts';
import { load32, reg32, store32 } from '../operand.ts';
import { enterMmx, enterSse, leaveMmx, useMmx, wroteMmx } from './enter.ts';
import {
  copy64,
  copy128,
  isMemoryOperand,
  registerOperand,
  rmRegister,
  source32,
  source64,
  source128,
  source128Unaligned,
  store32Bits,
  store64,
  store128,
  store128Unaligned,
} from './operand.ts';

function setZero64(view: DataView, at: number): void {
  view.setInt32(at, 0, true);
  view.setInt32(at + 4, 0, true);
}

const loadAligned: Handler = (cpu, rec) => {
  enterSse(cpu);
  const from = source128(cpu, rec);
  copy128(cpu.view, registerOperand(cpu, rec), from);
  return NEXT;
};

const loadUnaligned: Handler = (cpu, rec) => {
  enterSse(cpu);
  const from = source128Unaligned(cpu, rec);
  copy128(cpu.view, registerOperand(cpu, rec), from);
  return NEXT;
};

const storeAligned: Handler = (cpu, rec) => {
  enterSse(cpu);
  store128(cpu, rec, registerOperand(cpu, rec));
  return NEXT;
};

const storeUnaligned: Handler = (cpu, rec) => {
  enterSse(cpu);
  store128Unaligned(cpu, rec, registerOperand(cpu, rec));
  return NEXT;
};

// Scalars: of memory, a load sets the rest of the register to 0; of a register, it stays.

const loadSingle: Handler = (cpu, rec) => {
  enterSse(cpu);
  const { view } = cpu;
  const from = source32(cpu, rec);
  const to = registerOperand(cpu, rec);
  view.setInt32(to, view.getInt32(from, true), true);
  if (isMemoryOperand(cpu, rec)) {
    view.setInt32(to + 4, 0, true);
    setZero64(view, to + 8);
  }
  return NEXT;
};

const loadDouble: Handler = (cpu, rec) => {
  enterSse(cpu);
  const from = source64(cpu, rec);
  const to = registerOperand(cpu, rec);
  copy64(cpu.view, to, from);
  if (isMemoryOperand(cpu, rec)) setZero64(cpu.view, to + 8);
  return NEXT;
};

const storeSingle: Handler = (cpu, rec) => {
  enterSse(cpu);
  store32Bits(cpu, rec, registerOperand(cpu, rec));
  return NEXT;
};

// Stores of the lower or upper half of a register. The other half of a register that is stored to stays.

const storeLow: Handler = (cpu, rec) => {
  enterSse(cpu);
  store64(cpu, rec, registerOperand(cpu, rec));
  return NEXT;
};

const storeHigh: Handler = (cpu, rec) => {
  enterSse(cpu);
  store64(cpu, rec, registerOperand(cpu, rec) + 8);
  return NEXT;
};

const loadLow: Handler = (cpu, rec) => {
  enterSse(cpu);
  const from = source64(cpu, rec);
  copy64(cpu.view, registerOperand(cpu, rec), from);
  return NEXT;
};

const loadHigh: Handler = (cpu, rec) => {
  enterSse(cpu);
  const from = source64(cpu, rec);
  copy64(cpu.view, registerOperand(cpu, rec) + 8, from);
  return NEXT;
};

const highToLow: Handler = (cpu, rec) => {
  enterSse(cpu);
  copy64(cpu.view, registerOperand(cpu, rec), rmRegister(cpu, rec) + 8);
  return NEXT;
};

// Moves of integers set the rest of the register to 0.

const loadQuadWord: Handler = (cpu, rec) => {
  enterSse(cpu);
  const from = source64(cpu, rec);
  const to = registerOperand(cpu, rec);
  copy64(cpu.view, to, from);
  setZero64(cpu.view, to + 8);
  return NEXT;
};

const storeQuadWord: Handler = (cpu, rec) => {
  enterSse(cpu);
  store64(cpu, rec, registerOperand(cpu, rec));
  if (!isMemoryOperand(cpu, rec)) setZero64(cpu.view, rmRegister(cpu, rec) + 8);
  return NEXT;
};

const loadDoubleWord: Handler = (cpu, rec) => {
  enterSse(cpu);
  const { view } = cpu;
  const value = load32(cpu, rec);
  const to = registerOperand(cpu, rec);
  view.setInt32(to, value, true);
  view.setInt32(to + 4, 0, true);
  setZero64(view, to + 8);
  return NEXT;
};

const storeDoubleWord: Handler = (cpu, rec) => {
  enterSse(cpu);
  store32(cpu, rec, reg32(cpu, rec));
  return NEXT;
};

const loadMmx: Handler = (cpu, rec) => {
  if (!enterMmx(cpu)) return STAY;
  const from = source64(cpu, rec);
  const to = registerOperand(cpu, rec);
  copy64(cpu.view, to, from);
  wroteMmx(cpu, to);
  return NEXT;
};

const storeMmx: Handler = (cpu, rec) => {
  if (!enterMmx(cpu)) return STAY;
  store64(cpu, rec, registerOperand(cpu, rec));
  if (isMemoryOperand(cpu, rec)) useMmx(cpu);
  else wroteMmx(cpu, rmRegister(cpu, rec));
  return NEXT;
};

const loadMmxDoubleWord: Handler = (cpu, rec) => {
  if (!enterMmx(cpu)) return STAY;
  const { view } = cpu;
  const value = load32(cpu, rec);
  const to = registerOperand(cpu, rec);
  view.setInt32(to, value, true);
  view.setInt32(to + 4, 0, true);
  wroteMmx(cpu, to);
  return NEXT;
};

const storeMmxDoubleWord: Handler = (cpu, rec) => {
  if (!enterMmx(cpu)) return STAY;
  store32(cpu, rec, reg32(cpu, rec));
  useMmx(cpu);
  return NEXT;
};

// Whether an instruction on MMX and XMM registers both may go on.
function enterBoth(cpu: Cpu): boolean {
  enterSse(cpu);
  return enterMmx(cpu);
}

const mmxToSse: Handler = (cpu, rec) => {
  if (!enterBoth(cpu)) return STAY;
  const to = registerOperand(cpu, rec);
  copy64(cpu.view, to, rmRegister(cpu, rec));
  setZero64(cpu.view, to + 8);
  useMmx(cpu);
  return NEXT;
};

const sseToMmx: Handler = (cpu, rec) => {
  if (!enterBoth(cpu)) return STAY;
  const to = registerOperand(cpu, rec);
  copy64(cpu.view, to, rmRegister(cpu, rec));
  wroteMmx(cpu, to);
  return NEXT;
};

const emms: Handler = (cpu) => {
  if (!enterMmx(cpu)) return STAY;
  leaveMmx(cpu);
  return NEXT;
};

// It is no instruction on XMM registers: CR0 and CR4 do not matter.
const storeGeneral: Handler = (cpu, rec) => done(store32(cpu, rec, reg32(cpu, rec)));

/** Moves of whole registers, halves and scalars (Intel SDM volume 2: MOVD, MOVQ, MOVAPS, MOVSS, MOVLPS, MOVNTDQ). */
export const MOVE: Record<string, Handler> = {
  'MOVAPS V,W': loadAligned,
  'MOVAPD V,W': loadAligned,
  'MOVDQA V,W': loadAligned,
  'MOVUPS V,W': loadUnaligned,
  'MOVUPD V,W': loadUnaligned,
  'MOVDQU V,W': loadUnaligned,
  'LDDQU V,M': loadUnaligned,
  'MOVAPS W,V': storeAligned,
  'MOVAPD W,V': storeAligned,
  'MOVDQA W,V': storeAligned,
  'MOVNTPS M,V': storeAligned,
  'MOVNTPD M,V': storeAligned,
  'MOVNTDQ M,V': storeAligned,
  'MOVUPS W,V': storeUnaligned,
  'MOVUPD W,V': storeUnaligned,
  'MOVDQU W,V': storeUnaligned,
  'MOVSS V,W': loadSingle,
  'MOVSD V,W': loadDouble,
  'MOVSS W,V': storeSingle,
  'MOVSD W,V': storeLow,
  'MOVLPS V,M': loadLow,
  'MOVLPD V,M': loadLow,
  'MOVHPS V,M': loadHigh,
  'MOVHPD V,M': loadHigh,
  'MOVLHPS V,U': loadHigh,
  'MOVHLPS V,U': highToLow,
  'MOVLPS M,V': storeLow,
  'MOVLPD M,V': storeLow,
  'MOVHPS M,V': storeHigh,
  'MOVHPD M,V': storeHigh,
  'MOVQ V,W': loadQuadWord,
  'MOVQ W,V': storeQuadWord,
  'MOVD V,E': loadDoubleWord,
  'MOVD E,V': storeDoubleWord,
  'MOVQ P,Q': loadMmx,
  'MOVQ Q,P': storeMmx,
  'MOVNTQ M,P': storeMmx,
  'MOVD P,E': loadMmxDoubleWord,
  'MOVD E,P': storeMmxDoubleWord,
  'MOVQ2DQ V,N': mmxToSse,
  'MOVDQ2Q P,U': sseToMmx,
  'MOVNTI M,G': storeGeneral,
  EMMS: emms,
};
