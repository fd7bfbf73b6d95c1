import type { Cpu } from '../cpu/cpu.ts';
import { raiseLimit } from '../cpu/fault.ts';
import { probeLinear } from '../cpu/linear-memory.ts';
import { insideLimit } from '../cpu/segment-access.ts';
import { ATTR, SEG } from '../cpu/state-layout.ts';
import { type Handler, NEXT } from './handler.ts';
import { effectiveAddress, segmentOf } from './operand.ts';

// There are no caches, and all accesses are in order: what is about those does nothing.

const nothing: Handler = () => NEXT;

// It faults as a read of a byte does, but for code that can be executed alone (Intel SDM volume 2, CLFLUSH).
const clflush: Handler = (cpu: Cpu, rec: number) => {
  const segment = segmentOf(cpu, rec);
  const offset = effectiveAddress(cpu, rec);
  const usable = (cpu.state[segment + SEG.ATTRIBUTES] & ATTR.UNUSABLE) === 0;
  if (!usable || !insideLimit(cpu, segment, offset, 1)) raiseLimit(cpu, segment);
  probeLinear(cpu, (cpu.state[segment + SEG.BASE] + offset) | 0, 1, cpu.user);
  return NEXT;
};

/** Hints about caches and loops, and fences. */
export const HINTS: Record<string, Handler> = {
  PREFETCHNTA: nothing,
  PREFETCHT0: nothing,
  PREFETCHT1: nothing,
  PREFETCHT2: nothing,
  PREFETCHW: nothing,
  PAUSE: nothing,
  LFENCE: nothing,
  MFENCE: nothing,
  SFENCE: nothing,
  CLFLUSH: clflush,
};
