import type { VcpuDump } from '@picovm/core';
import { formatFlags } from '@picovm/core/x86';

const GENERAL = ['ax', 'bx', 'cx', 'dx', 'si', 'di', 'sp', 'bp'];
const EXTENDED = ['r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15'];
const SEGMENTS = ['cs', 'ds', 'es', 'ss', 'fs', 'gs'];
const CONTROL = ['cr0', 'cr2', 'cr3', 'cr4', 'efer'];
const HIGH_HALF = 32n;

/** The registers as lines of text: 32 bits wide, unless the guest uses more. */
export function formatRegisters({ registers, location }: VcpuDump): string[] {
  const wide = [...GENERAL, 'ip'].some((name) => registers[`r${name}`] >> HIGH_HALF !== 0n);
  const digits = wide ? 16 : 8;
  const prefix = wide ? 'r' : 'e';
  const cell = (label: string, name: string, width: number): string => {
    return `${label}=${registers[name].toString(16).padStart(width, '0')}`;
  };
  const general = GENERAL.map((name) => cell(prefix + name, `r${name}`, digits));
  const extended = wide ? EXTENDED.map((name) => cell(name.padEnd(3), name, digits)) : [];
  const flags = `${cell(`${prefix}flags`, 'rflags', 8)} [${formatFlags(registers.rflags)}]`;
  return [
    ...rowsOfFour([...general, ...extended]),
    `${cell(`${prefix}ip`, 'rip', digits)} ${flags}  at ${location}`,
    SEGMENTS.map((name) => cell(name, name, 4)).join(' '),
    CONTROL.map((name) => cell(name, name, 8)).join(' '),
  ];
}

function rowsOfFour(cells: readonly string[]): string[] {
  const rows: string[] = [];
  for (let at = 0; at < cells.length; at += 4) rows.push(cells.slice(at, at + 4).join(' '));
  return rows;
}
