import type { BootRegisters, LongModeCpu } from './boot-plan.ts';
import { placeGdt } from './flat-gdt.ts';
import type { Placement } from './placement.ts';

/** One table of level 4, one of level 3, and four of level 2 with pages of 2 MiB: all of 4 GiB. */
const TABLES = 6 * 4096;

/** Long mode with the first 4 GiB mapped one to one. @param codeSelector that of CS; the data segments' is behind it */
export function longMode(
  placement: Placement,
  entry: number,
  stack: number,
  codeSelector: number,
  registers: BootRegisters,
): LongModeCpu {
  const address = placement.find('page tables', TABLES, { align: 4096, below: 0x100000 });
  placement.reserve(address, TABLES);
  const mappings = [{ linear: 0n, physical: 0, length: 2 ** 32, pageSize: 2 ** 21 }];
  const flat = placeGdt(placement, codeSelector, 'code64');
  return { mode: 'long', entry: BigInt(entry), stack, ...flat, registers, pageTables: { address, mappings } };
}
