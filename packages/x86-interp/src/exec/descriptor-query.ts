import type { Cpu } from '../cpu/cpu.ts';
import {
  type Descriptor,
  dplOf,
  findDescriptor,
  isConforming,
  isNull,
  isReadableSegment,
  isSegment,
  isWritableData,
  limitOf,
  rplOf,
  SYSTEM,
  typeOf,
} from '../cpu/descriptor.ts';
import { MODEL } from '../cpu/models.ts';
import { SLOT } from '../cpu/state-layout.ts';
import { type Handler, NEXT } from './handler.ts';
import { load16, reg16, setReg16, setReg32, store16 } from './operand.ts';
import { requireProtected } from './privilege.ts';

// What a program asks about a selector before it uses it: ZF tells (Intel SDM volume 3A, section 5.10).

/** The part of the second word of a descriptor that LAR gives: access rights, flags, and what of the limit is between. */
const LAR_32 = 0x00ffff00;
const LAR_16 = 0xff00;
const RPL = 3;

/** ZF alone: SF and PF have words of their own. */
function setZero(cpu: Cpu, zero: boolean): void {
  cpu.state[SLOT.LF_ZERO] = zero ? 0 : 1;
}

// The descriptor, if the program may know of it.
function visible(cpu: Cpu, selector: number): Descriptor | undefined {
  if (isNull(selector)) return undefined;
  const descriptor = findDescriptor(cpu, selector);
  if (descriptor === undefined || isConforming(descriptor)) return descriptor;
  return Math.max(cpu.cpl, rplOf(selector)) <= dplOf(descriptor) ? descriptor : undefined;
}

/** System descriptors that LAR tells of; of those LSL knows the ones with a limit. */
const WITH_RIGHTS_16: ReadonlySet<number> = new Set([
  SYSTEM.TSS16,
  SYSTEM.LDT,
  SYSTEM.TSS16_BUSY,
  SYSTEM.CALL_GATE16,
  SYSTEM.TASK_GATE,
]);
const WITH_RIGHTS_32: ReadonlySet<number> = new Set([SYSTEM.TSS32, SYSTEM.TSS32_BUSY, SYSTEM.CALL_GATE32]);
const WITH_LIMIT: ReadonlySet<number> = new Set([
  SYSTEM.TSS16,
  SYSTEM.LDT,
  SYSTEM.TSS16_BUSY,
  SYSTEM.TSS32,
  SYSTEM.TSS32_BUSY,
]);

function hasRights(cpu: Cpu, descriptor: Descriptor): boolean {
  const type = typeOf(descriptor);
  if (isSegment(descriptor) || WITH_RIGHTS_16.has(type)) return true;
  return cpu.model >= MODEL.I80386 && WITH_RIGHTS_32.has(type);
}

function lar(wide: boolean): Handler {
  return (cpu, rec) => {
    requireProtected(cpu);
    const descriptor = visible(cpu, load16(cpu, rec));
    const found = descriptor !== undefined && hasRights(cpu, descriptor);
    if (found && wide) setReg32(cpu, rec, descriptor.high & LAR_32);
    else if (found) setReg16(cpu, rec, descriptor.high & LAR_16);
    setZero(cpu, found);
    return NEXT;
  };
}

function lsl(wide: boolean): Handler {
  return (cpu, rec) => {
    requireProtected(cpu);
    const descriptor = visible(cpu, load16(cpu, rec));
    const found =
      descriptor !== undefined &&
      hasRights(cpu, descriptor) &&
      (isSegment(descriptor) || WITH_LIMIT.has(typeOf(descriptor)));
    if (found && wide) setReg32(cpu, rec, limitOf(cpu, descriptor));
    else if (found) setReg16(cpu, rec, limitOf(cpu, descriptor));
    setZero(cpu, found);
    return NEXT;
  };
}

function verify(allows: (descriptor: Descriptor) => boolean): Handler {
  return (cpu, rec) => {
    requireProtected(cpu);
    const descriptor = visible(cpu, load16(cpu, rec));
    setZero(cpu, descriptor !== undefined && allows(descriptor));
    return NEXT;
  };
}

const arpl: Handler = (cpu, rec) => {
  requireProtected(cpu);
  const selector = load16(cpu, rec);
  const rpl = reg16(cpu, rec) & RPL;
  const lower = (selector & RPL) < rpl;
  if (lower) store16(cpu, rec, (selector & ~RPL) | rpl);
  setZero(cpu, lower);
  return NEXT;
};

/** LAR, LSL, VERR, VERW and ARPL. */
export const DESCRIPTOR_QUERIES: Record<string, Handler | readonly [Handler, Handler, Handler]> = {
  LAR: [lar(false), lar(false), lar(true)],
  LSL: [lsl(false), lsl(false), lsl(true)],
  VERR: verify(isReadableSegment),
  VERW: verify(isWritableData),
  ARPL: arpl,
};
