import type { Cpu } from '../cpu/cpu.ts';
import { read16, read32, write16, write32 } from '../cpu/memory.ts';
import { REG, SLOT, SS } from '../cpu/state-layout.ts';

const ESP = REG.SP * 2;
const { STACK_MASK } = SLOT;

/** The stack pointer plus `displacement`, cut to the width of the stack segment. */
export function stackOffset(cpu: Cpu, displacement: number): number {
  return (cpu.state[ESP] + displacement) & cpu.state[STACK_MASK];
}

/** Moves the stack pointer; with a 16-bit stack segment only SP changes. */
export function moveStack(cpu: Cpu, displacement: number): void {
  setStack(cpu, cpu.state[ESP] + displacement);
}

/** Sets ESP, or SP if the stack segment is one of 16 bits. */
export function setStack(cpu: Cpu, value: number): void {
  const mask = cpu.state[STACK_MASK];
  cpu.state[ESP] = (cpu.state[ESP] & ~mask) | (value & mask);
}

/** Pushes 16 bits. */
export function push16(cpu: Cpu, value: number): void {
  write16(cpu, SS, stackOffset(cpu, -2), value);
  moveStack(cpu, -2);
}

/** Pushes 32 bits. */
export function push32(cpu: Cpu, value: number): void {
  write32(cpu, SS, stackOffset(cpu, -4), value);
  moveStack(cpu, -4);
}

/** The 16 bits `displacement` above the top of the stack, unsigned. */
export function peek16(cpu: Cpu, displacement: number): number {
  return read16(cpu, SS, stackOffset(cpu, displacement));
}

/** The 32 bits `displacement` above the top of the stack, signed. */
export function peek32(cpu: Cpu, displacement: number): number {
  return read32(cpu, SS, stackOffset(cpu, displacement));
}
