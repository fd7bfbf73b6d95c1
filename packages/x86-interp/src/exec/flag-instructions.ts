import { RFLAGS } from '@picovm/core/x86';
import type { Cpu } from '../cpu/cpu.ts';
import { raise, VECTOR } from '../cpu/fault.ts';
import { readFlags } from '../cpu/flags.ts';
import { MODE } from '../cpu/mode.ts';
import { lookAtEvents } from '../cpu/pace.ts';
import { SLOT } from '../cpu/state-layout.ts';
import { shadow } from './events.ts';
import { type Handler, NEXT } from './handler.ts';
import { changeableFlags, loadFlags } from './load-flags.ts';
import { iopl } from './privilege.ts';
import { moveStack, peek16, peek32, push16, push32 } from './stack.ts';
import { canUseVif, clearVif, loadVirtualFlags, setVif, virtualFlags } from './virtual-if.ts';

const LOW16 = 0xffff;
/** What PUSHF shows as 0, and POPF leaves or clears: RF and VM. */
const HIDDEN = RFLAGS.RF | RFLAGS.VM;
/** What POPF never changes. */
const KEPT = RFLAGS.VM | RFLAGS.VIF | RFLAGS.VIP;

/** Whether IF is the program's own (Intel SDM volume 2A, CLI). Real mode has privilege level 0. */
function ownsIf(cpu: Cpu): boolean {
  return cpu.cpl <= iopl(cpu);
}

const cli: Handler = (cpu) => {
  if (ownsIf(cpu)) cpu.state[SLOT.FLAGS] &= ~RFLAGS.IF;
  else if (canUseVif(cpu)) clearVif(cpu);
  else raise(cpu, VECTOR.GP);
  return NEXT;
};

// Interrupts are let in after the instruction that follows STI, if IF was clear.
const sti: Handler = (cpu) => {
  const { state } = cpu;
  if (!ownsIf(cpu)) {
    if (!canUseVif(cpu)) raise(cpu, VECTOR.GP);
    setVif(cpu);
  } else if ((state[SLOT.FLAGS] & RFLAGS.IF) === 0) {
    state[SLOT.FLAGS] |= RFLAGS.IF;
    shadow(cpu, false);
    if (cpu.windowWanted) lookAtEvents(cpu);
  }
  return NEXT;
};

/** Whether PUSHF and POPF fault, or mean VIF: in virtual-8086 mode with IOPL below 3. */
function isVirtual(cpu: Cpu): boolean {
  return cpu.mode === MODE.V86 && iopl(cpu) < 3;
}

const pushf: Handler = (cpu) => {
  if (!isVirtual(cpu)) push16(cpu, readFlags(cpu));
  else if (canUseVif(cpu)) push16(cpu, virtualFlags(cpu));
  else raise(cpu, VECTOR.GP);
  return NEXT;
};
const pushf32: Handler = (cpu) => {
  if (isVirtual(cpu)) raise(cpu, VECTOR.GP);
  push32(cpu, readFlags(cpu) & ~HIDDEN);
  return NEXT;
};

const popf: Handler = (cpu) => {
  const value = peek16(cpu, 0);
  if (!isVirtual(cpu)) loadFlags(cpu, value, changeableFlags(cpu) & LOW16);
  else if (canUseVif(cpu)) loadVirtualFlags(cpu, value);
  else raise(cpu, VECTOR.GP);
  moveStack(cpu, 2);
  return NEXT;
};
const popf32: Handler = (cpu) => {
  if (isVirtual(cpu)) raise(cpu, VECTOR.GP);
  loadFlags(cpu, peek32(cpu, 0) & ~RFLAGS.RF, changeableFlags(cpu) & ~KEPT);
  moveStack(cpu, 4);
  return NEXT;
};

/** Instructions on flags that depend on IOPL. */
export const FLAG_INSTRUCTIONS: Record<string, Handler | readonly [Handler, Handler, Handler]> = {
  CLI: cli,
  STI: sti,
  PUSHF: [pushf, pushf, pushf32],
  POPF: [popf, popf, popf32],
};
