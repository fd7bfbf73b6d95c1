import { CR0 } from '@picovm/core/x86';
import type { BiosVm } from '../connection.ts';
import { BDA } from '../guest/bda.ts';
import type { LinearMemory } from '../guest/linear-memory.ts';

const SEGMENT = 0x400;
const BDA_START = 0x400;
const BDA_SIZE = 0x100;

/**
 * Whether the keyboard buffer of a machine's BIOS, this one or another, is full, and anybody looks at it: systems that left real mode
 * have drivers of their own. One that no BIOS has set up yet is full. Asked of physical memory (BIOS data area, 41Ah to 41Dh and
 * 480h to 483h).
 */
export function isKeyBufferFull({ memory, vcpu }: Pick<BiosVm, 'memory' | 'vcpu'>): boolean {
  if (memory.contiguous(BDA_START) < BDA_SIZE) return false;
  const [head, tail] = [memory.readU16(BDA.KEY_HEAD), memory.readU16(BDA.KEY_TAIL)];
  const [start, end] = [memory.readU16(BDA.KEY_BUFFER_START), memory.readU16(BDA.KEY_BUFFER_END)];
  const next = tail + 2 >= end ? start : tail + 2;
  return next === head && (vcpu.getSpecialRegisters().cr0 & BigInt(CR0.PE)) === 0n;
}

/** Puts a key into the ring buffer. @returns whether there was room */
export function putKey(memory: LinearMemory, key: number): boolean {
  const tail = memory.read16(BDA.KEY_TAIL);
  const next = after(memory, tail);
  if (next === memory.read16(BDA.KEY_HEAD)) return false;
  memory.write16(SEGMENT + tail, key);
  memory.write16(BDA.KEY_TAIL, next);
  return true;
}

/** The next key, or undefined. @param take whether it leaves the buffer */
export function nextKey(memory: LinearMemory, take: boolean): number | undefined {
  const head = memory.read16(BDA.KEY_HEAD);
  if (head === memory.read16(BDA.KEY_TAIL)) return undefined;
  if (take) memory.write16(BDA.KEY_HEAD, after(memory, head));
  return memory.read16(SEGMENT + head);
}

/** Empties the buffer. */
export function clearKeys(memory: LinearMemory): void {
  const start = memory.read16(BDA.KEY_BUFFER_START);
  memory.write16(BDA.KEY_HEAD, start);
  memory.write16(BDA.KEY_TAIL, start);
}

function after(memory: LinearMemory, offset: number): number {
  const next = (offset + 2) & 0xffff;
  return next >= memory.read16(BDA.KEY_BUFFER_END) ? memory.read16(BDA.KEY_BUFFER_START) : next;
}
