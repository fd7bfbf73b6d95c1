import type { Cpu } from './cpu.ts';
import { FETCH_ENTRIES, MMIO_ENTRIES, SLOT, TLB_ENTRIES } from './state-layout.ts';

const NONE = -1;

/** Forgets all translations: after a change of the address lines or of the memory map. */
export function flushTlb(cpu: Cpu): void {
  const { state } = cpu;
  state.fill(NONE, SLOT.TLB_READ, SLOT.TLB_READ + TLB_ENTRIES);
  flushTlbWrites(cpu);
  flushTlbFetches(cpu);
  state.fill(NONE, SLOT.MMIO_TAG, SLOT.MMIO_TAG + MMIO_ENTRIES);
  cpu.lastRegion = undefined;
}

/** Makes the next write to each page take the slow path: a page came to hold code, or writes are being logged anew. */
export function flushTlbWrites(cpu: Cpu): void {
  cpu.state.fill(NONE, SLOT.TLB_WRITE, SLOT.TLB_WRITE + TLB_ENTRIES);
}

/** Forgets which decoded page belongs to which linear page. */
export function flushTlbFetches(cpu: Cpu): void {
  cpu.state.fill(NONE, SLOT.FETCH_TAG, SLOT.FETCH_TAG + FETCH_ENTRIES);
}

/**
 * Enters a translation.
 * @param linear any address on the page @param at the arena offset of that address
 */
export function fillTlb(cpu: Cpu, linear: number, at: number, writable: boolean): void {
  const { state } = cpu;
  const entry = (linear >>> 12) & (TLB_ENTRIES - 1);
  const page = linear & -4096;
  if (writable) state[SLOT.TLB_WRITE + entry] = page;
  // The addend is shared: an entry for writes that belongs to another page ends here.
  else if (state[SLOT.TLB_WRITE + entry] !== page) state[SLOT.TLB_WRITE + entry] = NONE;
  state[SLOT.TLB_READ + entry] = page;
  state[SLOT.TLB_ADDEND + entry] = at - linear;
}
