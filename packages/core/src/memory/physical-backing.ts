import type { MapEntry } from '../bus/address-map.ts';
import type { GuestMemory } from './guest-memory.ts';
import type { MemoryRegion } from './region.ts';

/** What is behind a guest-physical address: memory, a device, or nothing. */
export interface PhysicalBacking {
  /**
   * The region of memory that holds it: the guest's accesses go there without an exit. In the host, the byte lies at
   * `region.arenaOffset + offset` of the VM's arena.
   */
  readonly region: MemoryRegion | undefined;
  /** That region's number in `GuestMemory.regions`, and on KVM its memory slot's; -1 if there is none. */
  readonly slot: number;
  /** The range of the device that answers there: each access is an exit. */
  readonly range: MapEntry | undefined;
  /** Bytes from the beginning of the region, or of the range, on; 0 if there is nothing. */
  readonly offset: number;
}

/**
 * The second level of a translation: from a guest-physical address to what the machine has there.
 * @param map as `vm.map()` gives it
 * @param address guest-physical, an integer from 0
 */
export function physicalBacking(memory: GuestMemory, map: readonly MapEntry[], address: number): PhysicalBacking {
  const slot = memory.regions.findIndex(({ base, end }) => address >= base && address < end);
  const region: MemoryRegion | undefined = memory.regions[slot];
  const range = map.find(({ space, base, length }) => space === 'mmio' && address >= base && address < base + length);
  return { region, slot, range, offset: address - ((region ?? range)?.base ?? address) };
}
