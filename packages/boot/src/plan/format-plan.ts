import { hex } from '@picovm/core';
import { formatFarPointer } from '@picovm/core/x86';
import type { BootCpu, BootPlan } from './boot-plan.ts';

/** A plan as a table for people: what is written where, and where the CPU begins. */
export function formatBootPlan({ protocol, segments, cpu }: BootPlan): string {
  const rows = [...segments]
    .sort((a, b) => a.address - b.address)
    .map(({ name, address, bytes, size = bytes.length }) => {
      const range = `${hex(address, 8)}-${hex(address + Math.max(size, 1) - 1, 8)}`;
      return `  ${range}  ${String(size).padStart(9)}  ${name}`;
    });
  return [`${protocol}, ${formatStart(cpu)}`, ...rows].join('\n');
}

function formatStart(cpu: BootCpu): string {
  if (cpu.mode === 'reset') return 'from the reset vector';
  if (cpu.mode === 'real') return `real mode at ${formatFarPointer(cpu.segment, cpu.offset)}`;
  return `${cpu.mode} mode at ${hex(cpu.entry, 8)}`;
}
