import { type Handler, NEXT } from '../handler.ts';
import { immediate } from '../operand.ts';
import { enterSse } from './enter.ts';
import { rmRegister } from './operand.ts';
import { shifts } from './operation.ts';

// Counts above the width of an element leave zeros, or copies of the sign.

function leftWords(view: DataView, to: number, count: number, bytes: number): void {
  const kept = count > 15 ? 0 : ((0xffff << count) & 0xffff) * 0x10001;
  for (let i = 0; i < bytes; i += 4) view.setInt32(to + i, (view.getInt32(to + i, true) << count) & kept, true);
}

function rightWords(view: DataView, to: number, count: number, bytes: number): void {
  const kept = count > 15 ? 0 : (0xffff >> count) * 0x10001;
  for (let i = 0; i < bytes; i += 4) view.setInt32(to + i, (view.getInt32(to + i, true) >>> count) & kept, true);
}

function signedWords(view: DataView, to: number, count: number, bytes: number): void {
  const by = Math.min(count, 15);
  for (let i = 0; i < bytes; i += 4) {
    const a = view.getInt32(to + i, true);
    view.setInt32(to + i, ((((a << 16) >> 16) >> by) & 0xffff) | ((a >> by) & -0x10000), true);
  }
}

function leftDoubleWords(view: DataView, to: number, count: number, bytes: number): void {
  const kept = count > 31 ? 0 : -1;
  for (let i = 0; i < bytes; i += 4) view.setInt32(to + i, (view.getInt32(to + i, true) << count) & kept, true);
}

function rightDoubleWords(view: DataView, to: number, count: number, bytes: number): void {
  const kept = count > 31 ? 0 : -1;
  for (let i = 0; i < bytes; i += 4) view.setInt32(to + i, (view.getInt32(to + i, true) >>> count) & kept, true);
}

function signedDoubleWords(view: DataView, to: number, count: number, bytes: number): void {
  const by = Math.min(count, 31);
  for (let i = 0; i < bytes; i += 4) view.setInt32(to + i, view.getInt32(to + i, true) >> by, true);
}

// JavaScript shifts by the count modulo 32: what goes from one half into the other is shifted in two steps, as the count may
// be 0.
function leftQuadWords(view: DataView, to: number, count: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 8) {
    const low = view.getInt32(to + i, true);
    if (count > 31) {
      view.setInt32(to + i, 0, true);
      view.setInt32(to + i + 4, count > 63 ? 0 : low << count, true);
    } else {
      const high = view.getInt32(to + i + 4, true);
      view.setInt32(to + i, low << count, true);
      view.setInt32(to + i + 4, (high << count) | ((low >>> 1) >>> (31 - count)), true);
    }
  }
}

function rightQuadWords(view: DataView, to: number, count: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 8) {
    const high = view.getInt32(to + i + 4, true);
    if (count > 31) {
      view.setInt32(to + i, count > 63 ? 0 : high >>> count, true);
      view.setInt32(to + i + 4, 0, true);
    } else {
      const low = view.getInt32(to + i, true);
      view.setInt32(to + i, (low >>> count) | ((high << 1) << (31 - count)), true);
      view.setInt32(to + i + 4, high >>> count, true);
    }
  }
}

// Byte by byte, in the order in which nothing is overwritten before it was read.
const leftBytes: Handler = (cpu, rec) => {
  enterSse(cpu);
  const { mem } = cpu;
  const to = rmRegister(cpu, rec);
  const by = Math.min(immediate(cpu, rec), 16);
  for (let i = 15; i >= by; i--) mem[to + i] = mem[to + i - by];
  for (let i = 0; i < by; i++) mem[to + i] = 0;
  return NEXT;
};

const rightBytes: Handler = (cpu, rec) => {
  enterSse(cpu);
  const { mem } = cpu;
  const to = rmRegister(cpu, rec);
  const left = 16 - Math.min(immediate(cpu, rec), 16);
  for (let i = 0; i < left; i++) mem[to + i] = mem[to + i + 16 - left];
  for (let i = left; i < 16; i++) mem[to + i] = 0;
  return NEXT;
};

/** Shifts (Intel SDM volume 2: PSLLW, PSRLW, PSRAW, PSLLDQ, PSRLDQ). */
export const SHIFT: Record<string, Handler> = {
  ...shifts({
    PSLLW: leftWords,
    PSRLW: rightWords,
    PSRAW: signedWords,
    PSLLD: leftDoubleWords,
    PSRLD: rightDoubleWords,
    PSRAD: signedDoubleWords,
    PSLLQ: leftQuadWords,
    PSRLQ: rightQuadWords,
  }),
  'PSLLDQ U,I': leftBytes,
  'PSRLDQ U,I': rightBytes,
};
