import { hex } from '../format.ts';

/** One row of a machine's address map. */
export interface MapEntry {
  /** Where the addresses lie: `memory` and `mmio` are physical. */
  readonly space: 'memory' | 'mmio' | 'port';
  /** First address. */
  readonly base: number;
  /** Number of addresses. */
  readonly length: number;
  /** The device's id, or the memory region's name. */
  readonly owner: string;
  /** What the range is for; may be empty. */
  readonly label: string;
  /** Set if its owner need not see writes at once: see `RangeSpec.coalesced`. */
  readonly coalesced?: boolean;
}

/** The map as lines of text: memory and MMIO in the order of their addresses, then the ports. */
export function formatAddressMap(entries: readonly MapEntry[]): string {
  const physical = entries.filter((entry) => entry.space !== 'port').sort((a, b) => a.base - b.base);
  const ports = entries.filter((entry) => entry.space === 'port').sort((a, b) => a.base - b.base);
  const rows = (list: readonly MapEntry[], digits: number): string[] =>
    list.map((entry) => {
      const range = `${hex(entry.base, digits)}-${hex(entry.base + entry.length - 1, digits)}`;
      const notes = [entry.label, entry.coalesced ? 'coalesced writes' : ''].filter((note) => note !== '').join(', ');
      return `  ${range}  ${entry.space.padEnd(6)}  ${entry.owner}${notes === '' ? '' : `  (${notes})`}`;
    });
  return ['physical addresses', ...rows(physical, 8), 'I/O ports', ...rows(ports, 4)].join('\n');
}
