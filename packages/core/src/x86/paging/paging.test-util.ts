import { Arena, GuestMemory, type MemoryRegionSpec } from '../../index.ts';
import { type PageWalk, type PagingMode, type PagingRegisters, walkPageTables } from '../index.ts';

/** Bits of entries. */
export const P = 1n;
export const RW = 2n;
export const US = 4n;
export const PS = 0x80n;
export const XD: bigint = 1n << 63n;

/** Guest memory with nothing around it; a page at 0 of 1 MiB if nothing is said. */
export function memoryOf(...regions: MemoryRegionSpec[]): GuestMemory {
  const specs = regions.length === 0 ? [{ base: 0, size: 0x100000 }] : regions;
  return new GuestMemory(new Arena(specs.reduce((sum, { size }) => sum + size, 0)), specs);
}

const CONTROLS: Readonly<Record<PagingMode, Omit<PagingRegisters, 'cr3'>>> = {
  none: { cr0: 0x11n, cr4: 0n, efer: 0n },
  '32-bit': { cr0: 0x80000011n, cr4: 0x10n, efer: 0n },
  pae: { cr0: 0x80000011n, cr4: 0x20n, efer: 0n },
  '4-level': { cr0: 0x80000011n, cr4: 0x20n, efer: 0x500n },
  '5-level': { cr0: 0x80000011n, cr4: 0x1020n, efer: 0x500n },
};

/** The registers of a mode, tables at 1000. */
export function registersOf(mode: PagingMode, changes: Partial<PagingRegisters> = {}): PagingRegisters {
  return { cr3: 0x1000n, ...CONTROLS[mode], ...changes };
}

/** What a walk comes to, in short. */
export function summary({ physical, pageSize, fault }: PageWalk): string {
  if (fault === undefined) return `${physical?.toString(16)} in ${pageSize?.toString(16)}`;
  return `${fault.reason} ${fault.errorCode}`;
}

/** Walks with entries of 64 bits (in 32-bit paging 32) at these addresses. */
export function walkWith(
  mode: PagingMode,
  entries: Readonly<Record<number, bigint>>,
  linear: bigint,
  options: Parameters<typeof walkPageTables>[3] & { readonly registers?: Partial<PagingRegisters> } = {},
): PageWalk {
  const memory = memoryOf();
  for (const [address, value] of Object.entries(entries)) {
    if (mode === '32-bit') memory.writeU32(Number(address), Number(value));
    else memory.writeU64(Number(address), value);
  }
  return walkPageTables(memory, registersOf(mode, options.registers), linear, options);
}
