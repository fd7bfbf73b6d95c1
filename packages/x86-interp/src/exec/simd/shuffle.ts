import { type Handler, NEXT, STAY } from '../handler.ts';
import { immediate } from '../operand.ts';
import { enterMmx, enterSse, wroteMmx } from './enter.ts';
import { copy64, registerOperand, source64, source128 } from './operand.ts';

// Sets four words of 16 bits from any of the four at `from`, which may be the same: two bits of `order` for each.
function shuffleWords(view: DataView, to: number, from: number, order: number): void {
  const a = view.getUint16(from + (order & 3) * 2, true);
  const b = view.getUint16(from + ((order >> 2) & 3) * 2, true);
  const c = view.getUint16(from + ((order >> 4) & 3) * 2, true);
  const d = view.getUint16(from + ((order >> 6) & 3) * 2, true);
  view.setInt32(to, a | (b << 16), true);
  view.setInt32(to + 4, c | (d << 16), true);
}

// The same with words of 32 bits, of which the first two are chosen at `first`, and the others at `last`.
function shuffleDoubleWords(view: DataView, to: number, first: number, last: number, order: number): void {
  const a = view.getInt32(first + (order & 3) * 4, true);
  const b = view.getInt32(first + ((order >> 2) & 3) * 4, true);
  const c = view.getInt32(last + ((order >> 4) & 3) * 4, true);
  const d = view.getInt32(last + ((order >> 6) & 3) * 4, true);
  view.setInt32(to, a, true);
  view.setInt32(to + 4, b, true);
  view.setInt32(to + 8, c, true);
  view.setInt32(to + 12, d, true);
}

const pshufw: Handler = (cpu, rec) => {
  if (!enterMmx(cpu)) return STAY;
  const from = source64(cpu, rec);
  const to = registerOperand(cpu, rec);
  shuffleWords(cpu.view, to, from, immediate(cpu, rec));
  wroteMmx(cpu, to);
  return NEXT;
};

const pshuflw: Handler = (cpu, rec) => {
  enterSse(cpu);
  const from = source128(cpu, rec);
  const to = registerOperand(cpu, rec);
  shuffleWords(cpu.view, to, from, immediate(cpu, rec));
  copy64(cpu.view, to + 8, from + 8);
  return NEXT;
};

const pshufhw: Handler = (cpu, rec) => {
  enterSse(cpu);
  const from = source128(cpu, rec);
  const to = registerOperand(cpu, rec);
  copy64(cpu.view, to, from);
  shuffleWords(cpu.view, to + 8, from + 8, immediate(cpu, rec));
  return NEXT;
};

const pshufd: Handler = (cpu, rec) => {
  enterSse(cpu);
  const from = source128(cpu, rec);
  shuffleDoubleWords(cpu.view, registerOperand(cpu, rec), from, from, immediate(cpu, rec));
  return NEXT;
};

const shufps: Handler = (cpu, rec) => {
  enterSse(cpu);
  const from = source128(cpu, rec);
  const to = registerOperand(cpu, rec);
  shuffleDoubleWords(cpu.view, to, to, from, immediate(cpu, rec));
  return NEXT;
};

const ORDER_PD = [0x44, 0x4e, 0xe4, 0xee];

// One bit for each half says which words of 32 bits those are.
const shufpd: Handler = (cpu, rec) => {
  enterSse(cpu);
  const from = source128(cpu, rec);
  const to = registerOperand(cpu, rec);
  shuffleDoubleWords(cpu.view, to, to, from, ORDER_PD[immediate(cpu, rec) & 3]);
  return NEXT;
};

const EVEN = 0xa0;
const ODD = 0xf5;

const movsldup: Handler = (cpu, rec) => {
  enterSse(cpu);
  const from = source128(cpu, rec);
  shuffleDoubleWords(cpu.view, registerOperand(cpu, rec), from, from, EVEN);
  return NEXT;
};

const movshdup: Handler = (cpu, rec) => {
  enterSse(cpu);
  const from = source128(cpu, rec);
  shuffleDoubleWords(cpu.view, registerOperand(cpu, rec), from, from, ODD);
  return NEXT;
};

// Of memory, it takes 8 bytes.
const movddup: Handler = (cpu, rec) => {
  enterSse(cpu);
  const from = source64(cpu, rec);
  const to = registerOperand(cpu, rec);
  copy64(cpu.view, to, from);
  copy64(cpu.view, to + 8, to);
  return NEXT;
};

/** Elements in another order (Intel SDM volume 2: PSHUFW, PSHUFD, SHUFPS, MOVDDUP). */
export const SHUFFLE: Record<string, Handler> = {
  'PSHUFW P,Q,I': pshufw,
  'PSHUFLW V,W,I': pshuflw,
  'PSHUFHW V,W,I': pshufhw,
  'PSHUFD V,W,I': pshufd,
  'SHUFPS V,W,I': shufps,
  'SHUFPD V,W,I': shufpd,
  'MOVSLDUP V,W': movsldup,
  'MOVSHDUP V,W': movshdup,
  'MOVDDUP V,W': movddup,
};
