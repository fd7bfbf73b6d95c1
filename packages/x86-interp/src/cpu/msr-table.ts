import type { CpuFeature } from './features.ts';
import { MODEL } from './models.ts';
import { SLOT } from './state-layout.ts';

/** What is special about a model-specific register. */
export const MSR_KIND = {
  /** Nothing: it is kept in the state, or always reads as its value after RESET. */
  REGISTER: 0,
  READ_ONLY: 1,
  WRITE_ONLY: 2,
  TIME_STAMP: 3,
  COUNTER: 4,
  /** Says what performance counters count. */
  COUNTER_CONTROL: 5,
  EFER: 6,
  APIC_BASE: 7,
} as const;

/** A model-specific register (Intel SDM volume 4). Values are words, the low one first. */
export interface Msr {
  readonly index: number;
  /** See {@link MSR_KIND}. */
  readonly kind: number;
  /** Where it is in the state; -1: nowhere. */
  readonly slot: number;
  readonly reset: Words;
  /** The bits that can be changed. */
  readonly writable: Words;
  /** The bits that may be written, and stay as they are. Others are reserved. */
  readonly ignored: Words;
  /** Whether a value with no reserved bits can be. */
  readonly valid: (low: number, high: number) => boolean;
}

type Words = readonly [low: number, high: number];

const NONE: Words = [0, 0];
const ALL: Words = [-1, -1];
/** Page addresses of 36 bits. */
const ADDRESS: Words = [-0x1000, 0xf];
/** Types of memory: UC, WC, WT, WP, WB; and UC- in the PAT. */
const MTRR_TYPES: ReadonlySet<number> = new Set([0, 1, 4, 5, 6]);
const PAT_TYPES: ReadonlySet<number> = new Set([...MTRR_TYPES, 7]);
const VARIABLE_MTRRS = 8;
/** IA32_MTRRCAP: 8 variable ranges, fixed ranges, write-combining memory. */
const MTRR_CAP = 0x508;
const FIXED_MTRRS = [0x250, 0x258, 0x259, ...span(0x268, 8)];
const PAT_RESET: Words = [0x00070406, 0x00070406];
/** EBC_FREQUENCY_ID: 15 times 200 MHz. */
const FREQUENCY_ID: Words = [0x0f020000, 0];
/** The ESCRs of the Pentium 4, of which there are two a unit. */
const ESCRS = [...span(0x3a0, 31), ...span(0x3c0, 6), ...span(0x3c8, 6), 0x3e0, 0x3e1];
const COUNTER_BITS: Words = [-1, 0xff];
const CCCR_BITS = 0xcffff000 | 0;
const EFER_NXE = 0x800;

/** Bit of IA32_APIC_BASE: the local APIC is enabled. */
export const APIC_ENABLE = 0x800;

/** Bits of IA32_MISC_ENABLE that do something here; and those that only are there. */
export const MISC_ENABLE = { FOPCODE: 0x4, MONITOR: 0x40000, LIMIT_CPUID: 0x400000, XD_DISABLE_HIGH: 0x4 } as const;
const MISC_OTHERS = 0x0188275d;
/** EMON, which is not there, and that BTS and PEBS are not: read-only. */
const MISC_READ_ONLY = 0x1880;
const MISC_RESET = 0x1801;

/** The model-specific registers that a processor has, by their numbers. */
export function msrTable(model: number, features: ReadonlySet<CpuFeature>): ReadonlyMap<number, Msr> {
  const p6 = model >= MODEL.PENTIUM_PRO;
  const list = [
    ...(features.has('tsc') ? [msr(0x10, { kind: MSR_KIND.TIME_STAMP, writable: ALL })] : []),
    ...(features.has('mce') ? [msr(0, { ignored: ALL }), msr(1, { ignored: ALL })] : []),
    ...(p6 ? bios() : []),
    ...(features.has('mtrr') ? mtrrs() : []),
    ...(features.has('pat') ? [msr(0x277, { slot: SLOT.PAT, reset: PAT_RESET, writable: ALL, valid: isPat })] : []),
    ...(features.has('sep') ? sysenter() : []),
    ...(features.has('mca') ? machineChecks() : []),
    ...(features.has('nx') ? [msr(0xc0000080, { kind: MSR_KIND.EFER, slot: SLOT.EFER, writable: [EFER_NXE, 0] })] : []),
    ...(model === MODEL.PENTIUM_4 ? [miscEnable(features), readOnly(0x2c, FREQUENCY_ID)] : []),
    ...counters(model),
  ];
  return new Map(list.map((one) => [one.index, one]));
}

function msr(index: number, own: Partial<Msr>): Msr {
  const { REGISTER } = MSR_KIND;
  return { index, kind: REGISTER, slot: -1, reset: NONE, writable: NONE, ignored: NONE, valid: () => true, ...own };
}

function readOnly(index: number, reset: Words): Msr {
  return msr(index, { kind: MSR_KIND.READ_ONLY, reset });
}

// IA32_PLATFORM_ID, IA32_APIC_BASE, EBL_CR_POWERON, IA32_BIOS_UPDT_TRIG and IA32_BIOS_SIGN_ID: there are no updates.
function bios(): Msr[] {
  return [
    readOnly(0x17, NONE),
    msr(0x1b, {
      kind: MSR_KIND.APIC_BASE,
      slot: SLOT.APIC_BASE,
      writable: [ADDRESS[0] | APIC_ENABLE | 0x100, ADDRESS[1]],
    }),
    msr(0x2a, { ignored: ALL }),
    msr(0x79, { kind: MSR_KIND.WRITE_ONLY, ignored: ALL }),
    msr(0x8b, { slot: SLOT.BIOS_SIGN_ID, writable: ALL }),
  ];
}

function mtrrs(): Msr[] {
  const fixed = FIXED_MTRRS.map((index, n) => {
    return msr(index, { slot: SLOT.MTRR_FIXED + n * 2, writable: ALL, valid: isFixedMtrr });
  });
  const variable = span(0x200, VARIABLE_MTRRS * 2).map((index, n) => {
    const slot = SLOT.MTRR_VARIABLE + n * 2;
    // A mask has the bit that makes the range valid.
    if (n % 2 !== 0) return msr(index, { slot, writable: [ADDRESS[0] | 0x800, ADDRESS[1]] });
    return msr(index, { slot, writable: [ADDRESS[0] | 0xff, ADDRESS[1]], valid: hasMtrrType });
  });
  const defaultType = msr(0x2ff, { slot: SLOT.MTRR_DEF_TYPE, writable: [0xcff, 0], valid: hasMtrrType });
  return [readOnly(0xfe, [MTRR_CAP, 0]), ...fixed, ...variable, defaultType];
}

// The upper halves are there with 64 bits alone.
function sysenter(): Msr[] {
  return [SLOT.SYSENTER_CS, SLOT.SYSENTER_ESP, SLOT.SYSENTER_EIP].map((slot, n) => {
    return msr(0x174 + n, { slot, writable: [-1, 0], ignored: [0, -1] });
  });
}

// No banks: nothing here goes wrong.
function machineChecks(): Msr[] {
  return [readOnly(0x179, NONE), msr(0x17a, { slot: SLOT.MCG_STATUS, writable: [7, 0] })];
}

function miscEnable(features: ReadonlySet<CpuFeature>): Msr {
  const monitor = features.has('monitor') ? MISC_ENABLE.MONITOR : 0;
  return msr(0x1a0, {
    slot: SLOT.MISC_ENABLE,
    reset: [MISC_RESET | monitor, 0],
    writable: [MISC_OTHERS | MISC_ENABLE.LIMIT_CPUID | monitor, features.has('nx') ? MISC_ENABLE.XD_DISABLE_HIGH : 0],
    ignored: [MISC_READ_ONLY, 0],
  });
}

// Those of the Pentium 4 count nothing: IA32_MISC_ENABLE says that they are not available.
function counters(model: number): Msr[] {
  const { COUNTER, COUNTER_CONTROL } = MSR_KIND;
  const { COUNTERS, COUNTER_CONTROLS, ESCRS: ESCR_SLOTS } = SLOT;
  const counter = (index: number, n: number): Msr =>
    msr(index, { kind: COUNTER, slot: COUNTERS + n * 2, writable: COUNTER_BITS });
  const control = (index: number, n: number, bits: number): Msr =>
    msr(index, { kind: COUNTER_CONTROL, slot: COUNTER_CONTROLS + n * 2, writable: [bits, 0] });
  if (model < MODEL.PENTIUM) return [];
  if (model < MODEL.PENTIUM_PRO) return [control(0x11, 0, 0x03ff03ff), counter(0x12, 0), counter(0x13, 1)];
  if (model < MODEL.PENTIUM_4) {
    return [counter(0xc1, 0), counter(0xc2, 1), control(0x186, 0, -0x200001), control(0x187, 1, -0x600001)];
  }
  return [
    ...span(0x300, 18).map(counter),
    ...span(0x360, 18).map((index, n) => msr(index, { slot: COUNTER_CONTROLS + n * 2, writable: [CCCR_BITS, 0] })),
    ...ESCRS.map((index, n) => msr(index, { slot: ESCR_SLOTS + n * 2, writable: [0x7fffffff, 0] })),
  ];
}

function span(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, n) => first + n);
}

function hasMtrrType(low: number): boolean {
  return MTRR_TYPES.has(low & 0xff);
}

function isFixedMtrr(low: number, high: number): boolean {
  return areTypes(MTRR_TYPES, low) && areTypes(MTRR_TYPES, high);
}

function isPat(low: number, high: number): boolean {
  return areTypes(PAT_TYPES, low) && areTypes(PAT_TYPES, high);
}

function areTypes(types: ReadonlySet<number>, word: number): boolean {
  return [0, 8, 16, 24].every((shift) => types.has((word >>> shift) & 0xff));
}
