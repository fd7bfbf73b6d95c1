import type { Cpu } from '../../cpu/cpu.ts';
import { write8 } from '../../cpu/memory.ts';
import { probeWrite } from '../../cpu/slow-memory.ts';
import { REG } from '../../cpu/state-layout.ts';
import { locateWide } from '../../cpu/wide-memory.ts';
import { AUX, RECORD } from '../../decode/record.ts';
import { type Handler, NEXT, STAY } from '../handler.ts';
import { segmentOf } from '../operand.ts';
import { enterMmx, enterSse, useMmx } from './enter.ts';
import { registerOperand, rmRegister } from './operand.ts';

const DI = REG.DI * 2;

// Writes the bytes whose mask has its top bit set. The manuals leave open which faults the bytes that are not written have: here,
// as on AMD's processors, all must be writable, even if the mask is 0, and 16 bytes are looked at as two times 8.
function storeMasked(cpu: Cpu, rec: number, size: 8 | 16): void {
  const { mem, state, cache } = cpu;
  const segment = segmentOf(cpu, rec);
  const wide = (cache.code[rec + RECORD.AUX] & AUX.ADDRESS32) !== 0;
  const offset = wide ? state[DI] : state[DI] & 0xffff;
  const from = registerOperand(cpu, rec);
  const mask = rmRegister(cpu, rec);
  const at = locateWide(cpu, segment, offset, size);
  if (at >= 0) {
    for (let i = 0; i < size; i++) if (mem[mask + i] > 0x7f) mem[at + i] = mem[from + i];
    return;
  }
  for (let i = 0; i < size; i += 8) probeWrite(cpu, segment, (offset + i) | 0, 8);
  for (let i = 0; i < size; i++) if (mem[mask + i] > 0x7f) write8(cpu, segment, (offset + i) | 0, mem[from + i]);
}

const maskmovq: Handler = (cpu, rec) => {
  if (!enterMmx(cpu)) return STAY;
  storeMasked(cpu, rec, 8);
  useMmx(cpu);
  return NEXT;
};

const maskmovdqu: Handler = (cpu, rec) => {
  enterSse(cpu);
  storeMasked(cpu, rec, 16);
  return NEXT;
};

/** Stores of chosen bytes (Intel SDM volume 2: MASKMOVQ, MASKMOVDQU). */
export const MASKED_STORE: Record<string, Handler> = {
  'MASKMOVQ P,N,X': maskmovq,
  'MASKMOVDQU V,U,X': maskmovdqu,
};
