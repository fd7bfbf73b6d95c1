import type { Cpu } from '../cpu/cpu.ts';
import { selectorOf } from '../cpu/segment.ts';
import { probeWrite } from '../cpu/slow-memory.ts';
import { SS } from '../cpu/state-layout.ts';
import { push16, push32, stackOffset } from './stack.ts';

const CS_NUMBER = 1;

/** Raises what `count` pushes of `size` bytes would raise. */
export function probePushes(cpu: Cpu, count: number, size: number): void {
  for (let n = 1; n <= count; n++) probeWrite(cpu, SS, stackOffset(cpu, -n * size), size);
}

/** Pushes 2 or 4 bytes. */
export function pushSize(cpu: Cpu, size: number, value: number): void {
  if (size === 4) push32(cpu, value);
  else push16(cpu, value);
}

/** Pushes CS and the return address. */
export function pushReturn(cpu: Cpu, next: number, size: number): void {
  pushSize(cpu, size, selectorOf(cpu, CS_NUMBER));
  pushSize(cpu, size, next);
}
