import { type Exit, hex } from '@picovm/core';

/** An exit in one line, as reports show it: `io write 0x03f8 1 0x41 'A'`. */
export function exitLine(exit: Exit): string {
  if (exit.reason === 'io') {
    const { direction, port, size, count, data, block } = exit;
    if (block === undefined) return `io ${direction} ${hex(port, 4)} ${size} ${value(data, size)}`;
    const bytes = Array.from(block, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    return `io ${direction} ${hex(port, 4)} ${size}x${count} ${bytes}${size * count > block.length ? ' …' : ''}`;
  }
  if (exit.reason === 'mmio') {
    return `mmio ${exit.direction} ${hex(exit.address, 8)} ${exit.size} ${value(exit.data, exit.size)}`;
  }
  const fields = Object.entries(exit).filter(([name]) => name !== 'reason');
  return [exit.reason, ...fields.map(([name, field]) => `${name}=${show(field)}`)].join(' ');
}

// A printable low byte is what a reader looks for: most devices take characters.
function value(data: number | bigint, size: number): string {
  const low = Number(BigInt(data) & 0xffn);
  const printable = size <= 2 && low > 0x20 && low < 0x7f ? ` '${String.fromCharCode(low)}'` : '';
  return hex(data, size * 2) + printable;
}

function show(field: unknown): string {
  return typeof field === 'number' || typeof field === 'bigint' ? hex(field) : String(field);
}
