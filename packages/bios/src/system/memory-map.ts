import type { BiosConnection, BiosMemoryRange } from '../connection.ts';

const KIB = 1024;
const MIB = 0x10_0000;
const LOW_MEMORY = 0x9fc00;
const ROMS = 0xf0000;
const ROM_TOP = 0xfffc0000;
/** RAM ends here at the latest: above it are the frame buffer, PCI and ROM. */
const HOLE = 0xe000_0000;
const MOST_RANGES = 64;

/** Bytes of RAM from 0 on, as the machine says, or as its memory has them. */
export function memoryBytes({ memoryBytes: told, vm }: BiosConnection): number {
  return Math.min(HOLE, told ?? MIB + vm.memory.contiguous(MIB));
}

/** What INT 15h, AX=E820h tells. */
export function memoryMap(connection: BiosConnection): readonly BiosMemoryRange[] {
  if (connection.memoryMap !== undefined) return connection.memoryMap.slice(0, MOST_RANGES);
  const end = memoryBytes(connection);
  return [
    { base: 0, length: LOW_MEMORY, type: 1 },
    { base: LOW_MEMORY, length: 0xa0000 - LOW_MEMORY, type: 2 },
    { base: ROMS, length: MIB - ROMS, type: 2 },
    ...(end > MIB ? [{ base: MIB, length: end - MIB, type: 1 }] : []),
    { base: ROM_TOP, length: 0x1_0000_0000 - ROM_TOP, type: 2 },
  ];
}

/** KiB between 1 and 16 MiB, and blocks of 64 KiB above. */
export function extendedMemory(connection: BiosConnection): { readonly kib: number; readonly blocks: number } {
  const above = Math.max(0, memoryBytes(connection) - MIB);
  const below16 = Math.min(above, 15 * MIB);
  return { kib: Math.floor(below16 / KIB), blocks: Math.min(0xffff, Math.floor((above - below16) / 0x1_0000)) };
}
