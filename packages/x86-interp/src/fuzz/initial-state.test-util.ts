import {
  CR0,
  RFLAGS,
  realModeSegment,
  X86_DEBUG_REGISTERS,
  X86_GPRS,
  X86_SEGMENTS,
  type X86DebugRegisters,
  type X86FpuState,
  type X86Registers,
  type X86Segment,
  type X86SpecialRegisters,
  type X86VcpuState,
} from '@picovm/core/x86';
import type { Random } from '@picovm/testkit';
import { cr0Bits, MODEL } from '../cpu/models.ts';
import type { Processor } from '../cpu/processor.ts';
import { CODE_BYTES, ENTRY, PLACE } from './layout.test-util.ts';
import type { Paging } from './page-tables.test-util.ts';

/** Modes of a guest: `unreal` is real mode with the limits of protected mode. */
export type GuestMode = 'real' | 'unreal' | 'protected' | 'user' | 'v86';

/** What a guest begins as. */
export interface Beginning {
  readonly mode: GuestMode;
  readonly size: 16 | 32;
  readonly paging: Paging;
}

const CODE_TYPE = 11;
const DATA_TYPE = 3;
const PAE = 0x20;
const PSE = 0x10;
const NXE = 0x800;
/** All exceptions masked, and any of the other bits. */
const MXCSR_SAFE = 0x1f80;
const ALL_32 = 0xffffffff;
const FLAGS = RFLAGS.CF | RFLAGS.PF | RFLAGS.AF | RFLAGS.ZF | RFLAGS.SF | RFLAGS.OF | RFLAGS.DF | RFLAGS.IF;

/** A state to begin with: what must be right for the mode is, the rest is random. @param state of a fresh CPU */
export function initialState(
  state: X86VcpuState,
  random: Random,
  processor: Processor,
  beginning: Beginning,
): X86VcpuState {
  return {
    ...state,
    registers: registers(state.registers, random, processor, beginning),
    special: special(state.special, random, processor, beginning),
    debug: debugRegisters(state.debug, random, processor),
    fpu: fpu(state.fpu, random, processor),
  };
}

function registers(old: X86Registers, random: Random, processor: Processor, { mode, size }: Beginning): X86Registers {
  const result = { ...old };
  for (const name of X86_GPRS.slice(0, 8)) result[name] = BigInt(anyNumber(random));
  const flat = mode === 'protected' || mode === 'user';
  result.rip = BigInt(random.below(CODE_BYTES) + (flat && size === 32 ? PLACE.CODE : 0));
  result.rsp = BigInt(flat ? PLACE.STACK - 16 : 0x7ff0);
  let flags = 2 | (random.next() & FLAGS);
  if (processor.model >= MODEL.I80286 && mode !== 'real') flags |= random.below(4) << 12;
  if (mode === 'v86') flags |= RFLAGS.VM | (random.oneIn(3) ? 0 : 3 << 12);
  if (random.oneIn(10)) flags |= RFLAGS.TF;
  if (processor.model >= MODEL.I80486 && random.oneIn(4)) flags |= RFLAGS.AC;
  result.rflags = BigInt(flags >>> 0);
  return result;
}

// A small number, a place in memory, or anything.
function anyNumber(random: Random): number {
  const kind = random.below(4);
  if (kind === 0) return random.below(256);
  return kind === 1 ? random.next() : PLACE.DATA + random.below(0x10000);
}

function special(
  old: X86SpecialRegisters,
  random: Random,
  { model, cr4, features }: Processor,
  beginning: Beginning,
): X86SpecialRegisters {
  const { mode, paging } = beginning;
  const isProtected = mode === 'protected' || mode === 'user' || mode === 'v86';
  let cr0 = random.next() & cr0Bits(model) & (CR0.MP | CR0.EM | CR0.TS | CR0.NE | CR0.WP | CR0.AM);
  // Most of the time, the x87 and SSE can be used.
  if (!random.oneIn(6)) cr0 &= ~(CR0.EM | CR0.TS);
  cr0 |= Number(old.cr0 & BigInt(CR0.ET)) | (isProtected ? CR0.PE : 0) | (paging === 'none' ? 0 : CR0.PG);
  let control = random.oneIn(4) ? random.next() & cr4 : cr4 & 0x600;
  control &= ~(PAE | PSE);
  if (paging === 'pse') control |= PSE;
  if (paging === 'pae' || paging === 'pae-nx') control |= PAE;
  return {
    ...old,
    ...segments(random, beginning),
    tr: { ...flatSegment(8 * ENTRY.TSS_32, CODE_TYPE, 0), base: BigInt(PLACE.TSS_32), limit: 0x188, s: 0, g: 0, db: 0 },
    ldt: {
      ...flatSegment(8 * ENTRY.LDT, 2, 0),
      base: BigInt(PLACE.LDT),
      limit: ENTRY.COUNT * 8 - 1,
      s: 0,
      g: 0,
      db: 0,
    },
    gdt: { base: BigInt(PLACE.GDT), limit: random.oneIn(20) ? random.below(0x200) : ENTRY.COUNT * 8 - 1 },
    idt: {
      base: BigInt(isProtected ? PLACE.IDT : PLACE.VECTORS),
      limit: random.oneIn(20) ? random.below(0x800) : 0x7ff,
    },
    cr0: BigInt(cr0 >>> 0),
    cr3: BigInt(paging === 'none' ? 0 : PLACE.PAGE_DIRECTORY),
    cr4: BigInt(control),
    efer: paging === 'pae-nx' && features.has('nx') ? BigInt(NXE) : 0n,
  };
}

function segments(random: Random, { mode, size }: Beginning): Partial<X86SpecialRegisters> {
  if (mode === 'protected' || mode === 'user') return protectedSegments(mode === 'user' ? 3 : 0, size);
  const dpl = mode === 'v86' ? 3 : 0;
  const result: Partial<X86SpecialRegisters> = {};
  for (const name of X86_SEGMENTS) {
    const code = name === 'cs' || random.oneIn(3);
    const selector = name === 'ss' ? (PLACE.STACK - 0x8000) >> 4 : (code ? PLACE.CODE : PLACE.DATA) >> 4;
    const segment = { ...realModeSegment(selector), dpl };
    result[name] = mode === 'unreal' && name !== 'cs' ? { ...segment, limit: ALL_32, g: 1 } : segment;
  }
  const cs = result.cs as X86Segment;
  if (mode === 'unreal' && size === 32) result.cs = { ...cs, db: 1, limit: random.oneIn(2) ? ALL_32 : cs.limit, g: 1 };
  return result;
}

function protectedSegments(dpl: 0 | 3, size: 16 | 32): Partial<X86SpecialRegisters> {
  const user = dpl === 3;
  const selector = (entry: number): number => 8 * entry + dpl;
  const data = flatSegment(selector(user ? ENTRY.USER_DATA_32 : ENTRY.DATA_32), DATA_TYPE, dpl);
  const code = flatSegment(selector(user ? ENTRY.USER_CODE_32 : ENTRY.CODE_32), CODE_TYPE, dpl);
  const narrow = {
    ...code,
    selector: selector(user ? ENTRY.USER_CODE_16 : ENTRY.HIGH_CODE_16),
    base: BigInt(PLACE.CODE),
    limit: 0xffff,
    db: 0,
    g: 0,
  };
  return { es: data, cs: size === 32 ? code : narrow, ss: data, ds: data, fs: data, gs: data };
}

function flatSegment(selector: number, type: number, dpl: number): X86Segment {
  const flat = { base: 0n, limit: ALL_32, present: 1, db: 1, s: 1, l: 0, g: 1, avl: 0, unusable: 0 } as const;
  return { ...flat, selector, type, dpl };
}

function debugRegisters(old: X86DebugRegisters, random: Random, { model }: Processor): X86DebugRegisters {
  if (model < MODEL.I80386 || !random.oneIn(4)) return old;
  const result = { ...old };
  for (const name of X86_DEBUG_REGISTERS.slice(0, 4)) {
    result[name] = BigInt(random.oneIn(2) ? PLACE.CODE + random.below(CODE_BYTES) : PLACE.DATA + random.below(0x8000));
  }
  result.dr7 = BigInt(((random.next() & 0xffff00ff) | 0x400) >>> 0);
  return result;
}

function fpu(old: X86FpuState, random: Random, { features, model }: Processor): X86FpuState {
  const bytes = (length: number): Uint8Array => {
    const result = new Uint8Array(length);
    random.fill(result);
    return result;
  };
  let state = old;
  if (features.has('fpu') && !random.oneIn(4)) {
    const st = bytes(128);
    for (let at = 0; at < st.length; at += 16) st.fill(0, at + 10, at + 16);
    const fcw = random.oneIn(4) ? (random.next() & 0xf3f) | 0x40 : 0x37f;
    state = { ...state, st, fcw, fsw: random.next() & 0x7f7f, ftw: random.next() & 0xff, fop: random.next() & 0x7ff };
  }
  if (features.has('sse') && model >= MODEL.I80486) {
    const xmm = bytes(256);
    xmm.fill(0, 128);
    state = { ...state, xmm, mxcsr: random.oneIn(4) ? random.next() & 0xffbf : MXCSR_SAFE };
  }
  return state;
}
