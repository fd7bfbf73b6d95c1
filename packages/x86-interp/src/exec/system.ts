import { CR0 } from '@picovm/core/x86';
import { setControl } from '../cpu/control-registers.ts';
import { controlWritten } from '../cpu/control-written.ts';
import type { Cpu } from '../cpu/cpu.ts';
import { checkDebugAccess } from '../cpu/debug-registers.ts';
import { raise, VECTOR } from '../cpu/fault.ts';
import { read16, read32, write16, write32 } from '../cpu/memory.ts';
import { cr0Bits, MODEL } from '../cpu/models.ts';
import { probeWrite } from '../cpu/slow-memory.ts';
import { SEG, SLOT } from '../cpu/state-layout.ts';
import { updateMode } from '../cpu/switch-mode.ts';
import { flushPage, watchesChanged } from '../cpu/tlb.ts';
import { AUX, RECORD } from '../decode/record.ts';
import { done, type Flow, type Handler, NEXT } from './handler.ts';
import { effectiveAddress, load16, load32, partAddress, segmentOf, store16, store32 } from './operand.ts';
import { requireSystem } from './privilege.ts';

type Sizes = readonly [Handler, Handler, Handler];

function loadCr0(cpu: Cpu, value: number): Flow {
  if ((value & CR0.PG) !== 0 && (value & CR0.PE) === 0) raise(cpu, VECTOR.GP);
  if (cpu.model >= MODEL.I80486 && (value & CR0.NW) !== 0 && (value & CR0.CD) === 0) raise(cpu, VECTOR.GP);
  // ET reads as 1 from the 80486 on.
  setControl(cpu, SLOT.CR0, (value & cr0Bits(cpu.model)) | (cpu.model >= MODEL.I80486 ? CR0.ET : 0));
  updateMode(cpu);
  return NEXT;
}

// LMSW sets PE, but does not clear it.
const lmsw: Handler = (cpu, rec) => {
  requireSystem(cpu);
  const value = load16(cpu, rec);
  return loadCr0(cpu, (cpu.state[SLOT.CR0] & ~0xe) | (value & 0xf));
};

const smsw: Handler = (cpu, rec) => {
  store16(cpu, rec, machineStatus(cpu));
  return NEXT;
};
const smsw32: Handler = (cpu, rec) => {
  if (cpu.cache.code[rec + RECORD.RM] >= 0) store32(cpu, rec, cpu.state[SLOT.CR0]);
  else store16(cpu, rec, machineStatus(cpu));
  return NEXT;
};

// The machine status word of the 80286 has ones where nothing is.
function machineStatus(cpu: Cpu): number {
  return cpu.state[SLOT.CR0] | (cpu.model === MODEL.I80286 ? 0xfff0 : 0);
}

const CONTROL_SLOTS: Readonly<Record<number, number>> = { 0: SLOT.CR0, 2: SLOT.CR2, 3: SLOT.CR3, 4: SLOT.CR4 };

function controlSlot(cpu: Cpu, rec: number): number {
  const number = cpu.cache.code[rec + RECORD.REG];
  const slot = CONTROL_SLOTS[number];
  if (slot === undefined || (number === 4 && cpu.processor.cr4 === 0)) raise(cpu, VECTOR.UD);
  return slot;
}

const readControl: Handler = (cpu, rec) => {
  const slot = controlSlot(cpu, rec);
  requireSystem(cpu);
  store32(cpu, rec, cpu.state[slot]);
  return NEXT;
};
const writeControl: Handler = (cpu, rec) => {
  const slot = controlSlot(cpu, rec);
  requireSystem(cpu);
  const value = load32(cpu, rec);
  if (slot === SLOT.CR0) return loadCr0(cpu, value);
  if (slot === SLOT.CR4 && (value & ~cpu.processor.cr4) !== 0) raise(cpu, VECTOR.GP);
  if (slot === SLOT.CR2) {
    const before = cpu.state[slot];
    cpu.state[slot] = value;
    controlWritten(cpu, slot, before);
  } else setControl(cpu, slot, value);
  return NEXT;
};

// DR4 and DR5 are other names of DR6 and DR7, until CR4.DE takes them away.
function debugSlot(cpu: Cpu, rec: number): number {
  const number = cpu.cache.code[rec + RECORD.REG];
  const isAlias = number === 4 || number === 5;
  if (isAlias && (cpu.state[SLOT.CR4] & 8) !== 0) raise(cpu, VECTOR.UD);
  requireSystem(cpu);
  return SLOT.DR + (isAlias ? number + 2 : number) * 2;
}

const DR6_ONES = 0xffff0ff0 | 0;
const DR6_BITS = 0xe00f;

const readDebug: Handler = (cpu, rec) => {
  const slot = debugSlot(cpu, rec);
  checkDebugAccess(cpu);
  store32(cpu, rec, cpu.state[slot]);
  return NEXT;
};
const writeDebug: Handler = (cpu, rec) => {
  const slot = debugSlot(cpu, rec);
  checkDebugAccess(cpu);
  const value = load32(cpu, rec);
  const before = cpu.state[slot];
  if (slot === SLOT.DR + 12) cpu.state[slot] = (value & DR6_BITS) | DR6_ONES;
  else cpu.state[slot] = slot === SLOT.DR + 14 ? (value & ~0xd800) | 0x400 : value;
  watchesChanged(cpu);
  controlWritten(cpu, slot, before);
  return NEXT;
};

function testSlot(cpu: Cpu, rec: number): number {
  const number = cpu.cache.code[rec + RECORD.REG];
  if (number < (cpu.model === MODEL.I80386 ? 6 : 3)) raise(cpu, VECTOR.UD);
  requireSystem(cpu);
  return SLOT.TEST + number;
}

const readTest: Handler = (cpu, rec) => done(store32(cpu, rec, cpu.state[testSlot(cpu, rec)]));
const writeTest: Handler = (cpu, rec) => {
  cpu.state[testSlot(cpu, rec)] = load32(cpu, rec);
  return NEXT;
};

// The 80286 stores FF as the sixth byte, later ones the base of 32 bits.
function storeTable(limit: number, base: number): Handler {
  return (cpu, rec) => {
    const segment = segmentOf(cpu, rec);
    const offset = effectiveAddress(cpu, rec);
    const at = partAddress(cpu, rec, 2);
    probeWrite(cpu, segment, offset, 2);
    probeWrite(cpu, segment, at, 4);
    write16(cpu, segment, offset, cpu.state[limit]);
    write32(cpu, segment, at, cpu.state[base] | (cpu.model === MODEL.I80286 ? -0x1000000 : 0));
    return NEXT;
  };
}

// With 16-bit operands the base has 24 bits.
function loadTable(limit: number, base: number): Handler {
  return (cpu, rec) => {
    requireSystem(cpu);
    const segment = segmentOf(cpu, rec);
    const offset = effectiveAddress(cpu, rec);
    const newLimit = read16(cpu, segment, offset);
    const newBase = read32(cpu, segment, partAddress(cpu, rec, 2));
    const wide = (cpu.cache.code[rec + RECORD.AUX] & AUX.OPERAND32) !== 0;
    cpu.state[limit] = newLimit;
    cpu.state[base] = wide ? newBase : newBase & 0xffffff;
    return NEXT;
  };
}

function all(handler: Handler): Sizes {
  return [handler, handler, handler];
}

const clts: Handler = (cpu) => {
  requireSystem(cpu);
  const before = cpu.state[SLOT.CR0];
  cpu.state[SLOT.CR0] = before & ~CR0.TS;
  controlWritten(cpu, SLOT.CR0, before);
  return NEXT;
};

// There is no cache to empty.
const emptyCache: Handler = (cpu) => done(requireSystem(cpu));

const invalidatePage: Handler = (cpu, rec) => {
  requireSystem(cpu);
  flushPage(cpu, (cpu.state[segmentOf(cpu, rec) + SEG.BASE] + effectiveAddress(cpu, rec)) | 0);
  return NEXT;
};

/** System registers. */
export const SYSTEM: Record<string, Sizes> = {
  LMSW: all(lmsw),
  SMSW: [smsw, smsw, smsw32],
  CLTS: all(clts),
  'MOV R,C': all(readControl),
  'MOV C,R': all(writeControl),
  'MOV R,D': all(readDebug),
  'MOV D,R': all(writeDebug),
  'MOV R,T': all(readTest),
  'MOV T,R': all(writeTest),
  SGDT: all(storeTable(SLOT.GDT_LIMIT, SLOT.GDT_BASE)),
  SIDT: all(storeTable(SLOT.IDT_LIMIT, SLOT.IDT_BASE)),
  LGDT: all(loadTable(SLOT.GDT_LIMIT, SLOT.GDT_BASE)),
  LIDT: all(loadTable(SLOT.IDT_LIMIT, SLOT.IDT_BASE)),
  INVD: all(emptyCache),
  WBINVD: all(emptyCache),
  INVLPG: all(invalidatePage),
};
