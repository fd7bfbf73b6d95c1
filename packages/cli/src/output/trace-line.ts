import { type Exit, hex } from '@picovm/core';

/** What `--trace` can show. */
export type TraceKind = 'exits' | 'io' | 'mmio';

/** One exit in one line: reason, direction, address or port, width, data. */
export function traceLine(exit: Exit): string {
  switch (exit.reason) {
    case 'io': {
      const width = exit.block === undefined ? `${exit.size}` : `${exit.size}x${exit.count}`;
      const data = exit.block === undefined ? hex(exit.data, exit.size * 2) : hexBytes(exit.block);
      return `io ${exit.direction} ${hex(exit.port, 4)} ${width} ${data}`;
    }
    case 'mmio':
      return `mmio ${exit.direction} ${hex(exit.address, 8)} ${exit.size} ${hex(exit.data, exit.size * 2)}`;
    case 'cpuid': {
      const { leaf, subleaf, eax, ebx, ecx, edx } = exit;
      const registers = Object.entries({ eax, ebx, ecx, edx }).map(([name, value]) => `${name}=${hex(value, 8)}`);
      return `cpuid leaf ${hex(leaf, 8)} subleaf ${hex(subleaf)} ${registers.join(' ')}`;
    }
    case 'rdmsr':
    case 'wrmsr':
      return `${exit.reason} ${exit.reason === 'rdmsr' ? 'read' : 'write'} ${hex(exit.index, 8)} 8 ${hex(exit.data, 16)}`;
    default: {
      const fields = Object.entries(exit).filter(([name]) => name !== 'reason');
      return [exit.reason, ...fields.map(([name, value]) => `${name}=${format(value)}`)].join(' ');
    }
  }
}

/** Whether a trace of `kind` shows this exit. */
export function isTraced(kind: TraceKind, exit: Exit): boolean {
  return kind === 'exits' || kind === exit.reason;
}

/** Bytes as `48 65 6c`. */
export function hexBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

function format(value: unknown): string {
  return typeof value === 'bigint' || typeof value === 'number' ? hex(value) : String(value);
}
