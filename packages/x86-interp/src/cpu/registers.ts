import { X86_GPRS, X86_SEGMENTS, type X86Registers, type X86Segment, type X86SpecialRegisters } from '@picovm/core/x86';
import { controlsReplaced } from './control-registers.ts';
import type { Cpu } from './cpu.ts';
import { readFlags, writeFlags } from './flags.ts';
import { currentIp } from './ip.ts';
import { getSegment, setSegment } from './segment.ts';
import { SLOT } from './state-layout.ts';
import { deriveMode } from './switch-mode.ts';

/** A register of 64 bits. @param slot its word in the state */
export function get64(cpu: Cpu, slot: number): bigint {
  return (BigInt(cpu.u32[slot + 1]) << 32n) | BigInt(cpu.u32[slot]);
}

/** Sets a register of 64 bits. */
export function set64(cpu: Cpu, slot: number, value: bigint): void {
  cpu.u32[slot] = Number(value & 0xffffffffn);
  cpu.u32[slot + 1] = Number((value >> 32n) & 0xffffffffn);
}

/** A copy of the general registers. Between two instructions, or of the current one while it runs. */
export function getRegisters(cpu: Cpu): X86Registers {
  const registers = { rip: rip(cpu), rflags: BigInt(readFlags(cpu) >>> 0) } as X86Registers;
  X86_GPRS.forEach((name, n) => {
    registers[name] = get64(cpu, SLOT.GPR + n * 2);
  });
  return registers;
}

function rip(cpu: Cpu): bigint {
  if (cpu.running) return BigInt((cpu.redirect ?? currentIp(cpu)) >>> 0);
  return get64(cpu, SLOT.RIP);
}

/** Changes general registers. */
export function setRegisters(cpu: Cpu, registers: Partial<X86Registers>): void {
  X86_GPRS.forEach((name, n) => {
    const value = registers[name];
    if (value !== undefined) set64(cpu, SLOT.GPR + n * 2, value);
  });
  if (registers.rip !== undefined) {
    // While an instruction runs, its end would overwrite RIP.
    if (cpu.running) cpu.redirect = Number(BigInt.asIntN(32, registers.rip));
    else set64(cpu, SLOT.RIP, registers.rip);
  }
  if (registers.rflags !== undefined) {
    writeFlags(cpu, Number(registers.rflags & 0xffffffffn));
    deriveMode(cpu);
  }
}

const CONTROL = [
  ['cr0', SLOT.CR0],
  ['cr2', SLOT.CR2],
  ['cr3', SLOT.CR3],
  ['cr4', SLOT.CR4],
  ['cr8', SLOT.CR8],
  ['efer', SLOT.EFER],
  ['apicBase', SLOT.APIC_BASE],
] as const;
const TABLES = [
  ['gdt', SLOT.GDT_BASE, SLOT.GDT_LIMIT],
  ['idt', SLOT.IDT_BASE, SLOT.IDT_LIMIT],
] as const;
/** Segment registers by their number in the state. */
const SEGMENTS = [...X86_SEGMENTS, 'tr', 'ldt'] as const;

/** A copy of the special registers. */
export function getSpecialRegisters(cpu: Cpu): X86SpecialRegisters {
  const special: Record<string, unknown> = {};
  SEGMENTS.forEach((name, n) => {
    special[name] = getSegment(cpu, n);
  });
  for (const [name, slot] of CONTROL) special[name] = get64(cpu, slot);
  for (const [name, base, limit] of TABLES) special[name] = { base: get64(cpu, base), limit: cpu.state[limit] };
  return special as unknown as X86SpecialRegisters;
}

/** Changes special registers. */
export function setSpecialRegisters(cpu: Cpu, special: Partial<X86SpecialRegisters>): void {
  SEGMENTS.forEach((name, n) => {
    const segment: X86Segment | undefined = special[name];
    if (segment !== undefined) setSegment(cpu, n, segment);
  });
  for (const [name, slot] of CONTROL) {
    const value = special[name];
    if (value !== undefined) set64(cpu, slot, value);
  }
  for (const [name, base, limit] of TABLES) {
    const table = special[name];
    if (table === undefined) continue;
    set64(cpu, base, table.base);
    cpu.state[limit] = table.limit & 0xffff;
  }
  deriveMode(cpu);
  // A debugger that changes a segment leaves the page-directory pointers alone.
  if (CONTROL.some(([name]) => special[name] !== undefined)) controlsReplaced(cpu);
}
