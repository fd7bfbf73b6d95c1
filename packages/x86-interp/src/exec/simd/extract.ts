import { type Handler, NEXT, STAY } from '../handler.ts';
import { immediate, load16, setReg32 } from '../operand.ts';
import { enterMmx, enterSse, useMmx, wroteMmx } from './enter.ts';
import { registerOperand, rmRegister } from './operand.ts';

/** The top bits of the bytes of a word of 32 bits, as a number of four bits. */
function bytesMask(a: number): number {
  // The product gathers bits 0, 8, 16 and 24 in its top four.
  return Math.imul((a >>> 7) & 0x01010101, 0x10204080) >>> 28;
}

const mmxBytesMask: Handler = (cpu, rec) => {
  if (!enterMmx(cpu)) return STAY;
  const { view } = cpu;
  const from = rmRegister(cpu, rec);
  setReg32(cpu, rec, bytesMask(view.getInt32(from, true)) | (bytesMask(view.getInt32(from + 4, true)) << 4));
  useMmx(cpu);
  return NEXT;
};

const sseBytesMask: Handler = (cpu, rec) => {
  enterSse(cpu);
  const { view } = cpu;
  const from = rmRegister(cpu, rec);
  let mask = 0;
  for (let i = 0; i < 16; i += 4) mask |= bytesMask(view.getInt32(from + i, true)) << i;
  setReg32(cpu, rec, mask);
  return NEXT;
};

const singlesMask: Handler = (cpu, rec) => {
  enterSse(cpu);
  const { view } = cpu;
  const from = rmRegister(cpu, rec);
  let mask = 0;
  for (let i = 0; i < 4; i++) mask |= (view.getInt32(from + i * 4, true) >>> 31) << i;
  setReg32(cpu, rec, mask);
  return NEXT;
};

const doublesMask: Handler = (cpu, rec) => {
  enterSse(cpu);
  const { view } = cpu;
  const from = rmRegister(cpu, rec);
  setReg32(cpu, rec, (view.getInt32(from + 4, true) >>> 31) | ((view.getInt32(from + 12, true) >>> 31) << 1));
  return NEXT;
};

const mmxExtract: Handler = (cpu, rec) => {
  if (!enterMmx(cpu)) return STAY;
  setReg32(cpu, rec, cpu.view.getUint16(rmRegister(cpu, rec) + (immediate(cpu, rec) & 3) * 2, true));
  useMmx(cpu);
  return NEXT;
};

const sseExtract: Handler = (cpu, rec) => {
  enterSse(cpu);
  setReg32(cpu, rec, cpu.view.getUint16(rmRegister(cpu, rec) + (immediate(cpu, rec) & 7) * 2, true));
  return NEXT;
};

const mmxInsert: Handler = (cpu, rec) => {
  if (!enterMmx(cpu)) return STAY;
  const value = load16(cpu, rec);
  const to = registerOperand(cpu, rec);
  cpu.view.setUint16(to + (immediate(cpu, rec) & 3) * 2, value, true);
  wroteMmx(cpu, to);
  return NEXT;
};

const sseInsert: Handler = (cpu, rec) => {
  enterSse(cpu);
  const value = load16(cpu, rec);
  cpu.view.setUint16(registerOperand(cpu, rec) + (immediate(cpu, rec) & 7) * 2, value, true);
  return NEXT;
};

/** Between single elements, or the top bits of all, and general registers (Intel SDM volume 2: PEXTRW, PINSRW, PMOVMSKB). */
export const EXTRACT: Record<string, Handler> = {
  'PMOVMSKB G,N': mmxBytesMask,
  'PMOVMSKB G,U': sseBytesMask,
  'MOVMSKPS G,U': singlesMask,
  'MOVMSKPD G,U': doublesMask,
  'PEXTRW G,N,I': mmxExtract,
  'PEXTRW G,U,I': sseExtract,
  'PINSRW P,E,I': mmxInsert,
  'PINSRW V,E,I': sseInsert,
};
