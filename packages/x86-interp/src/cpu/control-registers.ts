import { CR0 } from '@picovm/core/x86';
import { controlWritten } from './control-written.ts';
import type { Cpu } from './cpu.ts';
import { raise, VECTOR } from './fault.ts';
import { loadPdptes } from './page-walk.ts';
import { SLOT } from './state-layout.ts';
import { flushLocalTranslations, flushTranslations, modeChanged } from './tlb.ts';

const CR4 = { PSE: 0x10, PAE: 0x20, PGE: 0x80 } as const;
/** Changes of these bits empty the TLB, global pages included (Intel SDM volume 3A, section 4.10.4.1). */
const FLUSHING = { CR0: CR0.PG | 0, CR4: CR4.PSE | CR4.PAE | CR4.PGE } as const;
/** Changes of these load the PDPTEs anew, with PAE paging (section 4.4.1). */
const LOADING = { CR0: CR0.PG | CR0.CD | CR0.NW | 0, CR4: CR4.PSE | CR4.PAE | CR4.PGE } as const;

/**
 * Sets CR0, CR3 or CR4, whose reserved bits were checked, with all that it means for paging.
 * @param slot which one: its word in the state
 * @throws FAULT (#GP) for page-directory pointers with reserved bits; nothing has changed then
 */
export function setControl(cpu: Cpu, slot: number, value: number): void {
  const { state } = cpu;
  const before = state[slot];
  const changed = before ^ value;
  state[slot] = value;
  if (pdptesDue(cpu, slot, changed) && !loadPdptes(cpu, state[SLOT.CR3])) {
    state[slot] = before;
    raise(cpu, VECTOR.GP);
  }
  if (slot === SLOT.CR3) flushLocalTranslations(cpu);
  else if ((changed & (slot === SLOT.CR0 ? FLUSHING.CR0 : FLUSHING.CR4)) !== 0) flushTranslations(cpu);
  modeChanged(cpu);
  controlWritten(cpu, slot, before);
}

function pdptesDue({ state }: Cpu, slot: number, changed: number): boolean {
  if ((state[SLOT.CR0] & CR0.PG) === 0 || (state[SLOT.CR4] & CR4.PAE) === 0) return false;
  return slot === SLOT.CR3 || (changed & (slot === SLOT.CR0 ? LOADING.CR0 : LOADING.CR4)) !== 0;
}

/** To be called after control registers were set from outside. Page-directory pointers with reserved bits stay away. */
export function controlsReplaced(cpu: Cpu): void {
  const { state } = cpu;
  if (!loadPdptes(cpu, state[SLOT.CR3])) state.fill(0, SLOT.PDPTE, SLOT.PDPTE + 8);
  flushTranslations(cpu);
  modeChanged(cpu);
}
