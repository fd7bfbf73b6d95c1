import { CR0, RFLAGS } from '@picovm/core/x86';
import { COUNT } from './counts.ts';
import type { Cpu } from './cpu.ts';
import { deriveWatches, watchesPage } from './debug-registers.ts';
import { lookAtEvents } from './pace.ts';
import { ACCESS, PAGE_FLAG, PAGING } from './page-walk.ts';
import { FETCH_ENTRIES, MMIO_ENTRIES, SLOT, TLB_ENTRIES } from './state-layout.ts';

// Constants of this module, because V8 folds those, but not imported ones, into compiled code.
const { TLB_READ, TLB_WRITE, TLB_ADDEND } = SLOT;
const ENTRY_MASK = TLB_ENTRIES - 1;
const NONE = -1;
/** Bits of CR4 and EFER that paging heeds (Intel SDM volume 3A, sections 2.5 and 2.2.1). */
const CR4 = { PSE: 0x10, PAE: 0x20, PGE: 0x80 } as const;
const EFER_NXE = 0x800;
/** What the tags have in their low bits. */
export const TAG = { SUPERVISOR: 0, USER: 1, NEVER: 2 } as const;
const CPL_USER = 3;

/** Forgets all that is known of addresses: after a change of the address lines or of the memory map. */
export function flushTlb(cpu: Cpu): void {
  flushTranslations(cpu);
  cpu.state.fill(NONE, SLOT.MMIO_TAG, SLOT.MMIO_TAG + MMIO_ENTRIES);
  cpu.lastRegion = undefined;
}

/** Forgets all translations, those of global pages too. */
export function flushTranslations(cpu: Cpu): void {
  cpu.counts[COUNT.TLB_FLUSHES]++;
  cpu.state.fill(NONE, SLOT.TLB_READ, SLOT.TLB_READ + TLB_ENTRIES);
  flushTlbWrites(cpu);
  cpu.globalEntries = 0;
  cpu.largePages = false;
  forgetWalks(cpu);
}

/** Forgets the translations of pages that are not global: after a load of CR3 (Intel SDM volume 3A, section 4.10.4.1). */
export function flushLocalTranslations(cpu: Cpu): void {
  if (cpu.globalEntries === 0) {
    flushTranslations(cpu);
    return;
  }
  cpu.counts[COUNT.TLB_FLUSHES]++;
  const { state, tlbGlobals } = cpu;
  for (let entry = 0; entry < TLB_ENTRIES; entry++) {
    if (tlbGlobals[entry] !== 0) continue;
    state[SLOT.TLB_READ + entry] = NONE;
    state[SLOT.TLB_WRITE + entry] = NONE;
  }
  forgetWalks(cpu);
}

/** Forgets the translation of the page that holds a linear address, be it global: INVLPG. */
export function flushPage(cpu: Cpu, linear: number): void {
  // Large pages have many entries here, all of which must go.
  if (cpu.largePages) {
    flushTranslations(cpu);
    return;
  }
  const entry = (linear >>> 12) & (TLB_ENTRIES - 1);
  cpu.state[SLOT.TLB_READ + entry] = NONE;
  cpu.state[SLOT.TLB_WRITE + entry] = NONE;
  forgetWalks(cpu);
}

// The instruction that follows is fetched with the new translations.
function forgetWalks(cpu: Cpu): void {
  cpu.walkTags.fill(NONE);
  flushTlbFetches(cpu);
  lookAtEvents(cpu);
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
 * Enters the translation that was made last.
 * @param linear any address on the page @param at the arena offset of that address
 * @param access what it was translated for: see `ACCESS` @param writable further writes need no look
 */
export function fillTlb(cpu: Cpu, linear: number, at: number, access: number, writable: boolean): void {
  const { state } = cpu;
  const entry = (linear >>> 12) & ENTRY_MASK;
  let mayWrite = writable;
  if (cpu.watchData !== 0) {
    if (watchesPage(cpu, linear, ACCESS.READ)) return;
    mayWrite &&= !watchesPage(cpu, linear, ACCESS.WRITE);
  }
  cpu.counts[COUNT.TLB_FILLS]++;
  const tag = (linear & -4096) | ((access & ACCESS.USER) !== 0 ? TAG.USER : TAG.SUPERVISOR);
  if (mayWrite) state[TLB_WRITE + entry] = tag;
  // The addend is shared: an entry for writes that belongs to another page ends here.
  else if (state[TLB_WRITE + entry] !== tag) state[TLB_WRITE + entry] = NONE;
  state[TLB_READ + entry] = tag;
  state[TLB_ADDEND + entry] = at - linear;
  if (cpu.paging === 0) return;
  const global = (cpu.pageFlags & PAGE_FLAG.GLOBAL) !== 0;
  cpu.tlbGlobals[entry] = global ? 1 : 0;
  if (global) cpu.globalEntries++;
}

/**
 * To be called after a change of the privilege level, of CR0, CR4, EFER or EFLAGS.AC: what memory accesses heed of them.
 * Changes of how pages are translated empty the TLB; a load of CR3 is `setControl`'s.
 */
export function modeChanged(cpu: Cpu): void {
  const { state } = cpu;
  const user = cpu.cpl === CPL_USER;
  cpu.user = user ? ACCESS.USER : 0;
  // At level 3 an instruction may not begin with VIF and VIP set.
  if (user && (state[SLOT.FLAGS] & RFLAGS.VIP) !== 0) lookAtEvents(cpu);
  // With alignment checks, each access of the user is looked at.
  const aligned = (state[SLOT.CR0] & CR0.AM) !== 0 && (state[SLOT.FLAGS] & RFLAGS.AC) !== 0;
  state[SLOT.TLB_MODE] = !user ? TAG.SUPERVISOR : aligned ? TAG.NEVER : TAG.USER;
  // A task switch takes breakpoints away. None is added here, so that the TLB stays as it is.
  const watched = cpu.watchExecute | cpu.watchData | cpu.watchPorts;
  if (((state[SLOT.DR + 14] & 0xff) | watched) !== 0) deriveWatches(cpu);
  const paging = pagingOf(cpu);
  if (paging === cpu.paging) return;
  cpu.paging = paging;
  flushTranslations(cpu);
}

/** To be called after a change of the debug registers, or of CR4.DE. */
export function watchesChanged(cpu: Cpu): void {
  if (deriveWatches(cpu)) flushTranslations(cpu);
}

function pagingOf({ state, processor }: Cpu): number {
  const cr0 = state[SLOT.CR0];
  if ((cr0 & CR0.PG) === 0) return 0;
  const cr4 = state[SLOT.CR4];
  const pae = (cr4 & CR4.PAE) !== 0;
  return (
    PAGING.ON |
    ((cr4 & CR4.PSE) !== 0 ? PAGING.PSE : 0) |
    (pae ? PAGING.PAE : 0) |
    ((cr0 & CR0.WP) !== 0 ? PAGING.WP : 0) |
    (pae && (state[SLOT.EFER] & EFER_NXE) !== 0 ? PAGING.NX : 0) |
    ((cr4 & CR4.PGE) !== 0 ? PAGING.GLOBAL : 0) |
    (processor.features.has('pse36') ? PAGING.PSE36 : 0)
  );
}
