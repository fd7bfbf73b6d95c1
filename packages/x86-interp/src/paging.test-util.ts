import type { X86Registers, X86Segment, X86SpecialRegisters } from '@picovm/core/x86';
import type { CpuModel } from './index.ts';
import { machine, type TestMachine } from './machine.test-util.ts';

/** Where the code is, and a page of data that tests map as they like. */
export const CODE = 0x5000;
export const DATA = 0x200000;
/** Physical memory behind DATA and the page after it. */
export const FRAME = 0x300000;
/** Bits of page-table entries. */
export const P = 1;
export const RW = 2;
export const US = 4;
export const A = 0x20;
export const D = 0x40;
export const PS = 0x80;
export const G = 0x100;

const IDT = 0x2000;
const GDT = 0x2800;
const TSS = 0x2c00;
/** The handler of vector n is a HLT at HANDLERS + n. */
const HANDLERS = 0x3000;
const KERNEL_STACK = 0x9000;
const USER_STACK = 0xa000;
const DIRECTORY = 0x10000;
const TABLES = 0x12000;
const SIZE = 0x400000;
const GATE32 = 0x8e00;
const DR6_REASONS = 0xe00fn;
const WITH_CODE = [8, 10, 11, 12, 13, 14, 17];

/** What the handler of an exception found. */
export interface Caught {
  readonly vector: number;
  readonly code: number | undefined;
  readonly eip: number;
  readonly flags: number;
  readonly cr2: number;
  /** The reasons in DR6. */
  readonly dr6: number;
}

/** A machine in protected mode with paging on: flat segments, 4 MiB mapped one to one, a HLT behind each gate. */
export interface PagedMachine extends TestMachine {
  /** Where the entry of a linear address lies: in the page table, or in the page directory. */
  entryAt(linear: number): number;
  directoryAt(linear: number): number;
  /** Sets the entry of the page table for a linear address. */
  map(linear: number, entry: number, high?: number): void;
  /** Runs code at CODE until it halts. @returns the exception that ended it; undefined: its own HLT, or another exit */
  go(code: readonly number[]): Caught | undefined;
  special(registers: Partial<X86SpecialRegisters>): void;
}

interface Options {
  readonly model?: CpuModel;
  readonly user?: boolean;
  readonly pae?: boolean;
  readonly wp?: boolean;
  readonly nx?: boolean;
  readonly cr4?: number;
}

function segment(selector: number, type: number, dpl: number): X86Segment {
  const flat = { base: 0n, limit: 0xffffffff, present: 1, db: 1, s: 1, l: 0, g: 1, avl: 0, unusable: 0 } as const;
  return { ...flat, selector, type, dpl };
}

function descriptor(type: number, dpl: number): bigint {
  return 0x00cf_9000_0000_ffffn | (BigInt(type) << 40n) | (BigInt(dpl) << 45n);
}

/** CR4.PGE. */
const PGE = 0x80;

/** @see PagedMachine */
export function paged(options: Options = {}): PagedMachine {
  const { user = false, pae = false, wp = false, nx = false, cr4 = 0 } = options;
  // The Pentium has neither PAE nor global pages.
  const { model = pae || nx || (cr4 & PGE) !== 0 ? 'pentium4' : 'pentium' } = options;
  const m = machine({ model, regions: [{ base: 0, size: SIZE }] });
  const { memory, vcpu } = m;
  for (let n = 0; n < 32; n++) {
    memory.writeU32(IDT + n * 8, (8 << 16) | (HANDLERS + n));
    memory.writeU32(IDT + n * 8 + 4, GATE32);
  }
  memory.write(HANDLERS, new Uint8Array(32).fill(0xf4));
  const dpl = user ? 3 : 0;
  const table = [0n, descriptor(11, 0), descriptor(3, 0), descriptor(11, 3), descriptor(3, 3)];
  table.forEach((entry, n) => {
    memory.writeU32(GDT + n * 8, Number(entry & 0xffffffffn));
    memory.writeU32(GDT + n * 8 + 4, Number(entry >> 32n));
  });
  memory.writeU32(TSS + 4, KERNEL_STACK);
  memory.writeU32(TSS + 8, 0x10);
  const width = pae ? 8 : 4;
  const pages = pae ? 512 : 1024;
  const directory = pae ? DIRECTORY + 0x1000 : DIRECTORY;
  if (pae) memory.writeU32(DIRECTORY, directory | P);
  const directoryAt = (linear: number): number => directory + Math.floor(linear / (pages * 4096)) * width;
  const entryAt = (linear: number): number => TABLES + Math.floor(linear / 4096) * width;
  for (let at = 0; at < SIZE; at += pages * 4096) memory.writeU32(directoryAt(at), entryAt(at) | P | RW | US);
  for (let at = 0; at < SIZE; at += 4096) memory.writeU32(entryAt(at), at | P | RW | US);
  const data = segment(user ? 0x23 : 0x10, 3, dpl);
  const special = (registers: Partial<X86SpecialRegisters>): void => vcpu.setSpecialRegisters(registers);
  special({
    cs: segment(user ? 0x1b : 8, 11, dpl),
    ss: data,
    ds: data,
    es: data,
    fs: data,
    gs: data,
    tr: { ...segment(0x28, 11, 0), base: BigInt(TSS), limit: 0x67, s: 0, g: 0, db: 0 },
    gdt: { base: BigInt(GDT), limit: 0x27 },
    idt: { base: BigInt(IDT), limit: 0xff },
    cr0: BigInt(0x80000011 | (wp ? 0x10000 : 0)) & 0xffffffffn,
    cr3: BigInt(DIRECTORY),
    cr4: BigInt(cr4 | (pae ? 0x20 : 0)),
    efer: nx ? 0x800n : 0n,
  });
  const get = (name: keyof X86Registers): number => m.get(name);
  return {
    ...m,
    entryAt,
    directoryAt,
    special,
    map: (linear, entry, high = 0) => {
      memory.writeU32(entryAt(linear), entry >>> 0);
      if (pae) memory.writeU32(entryAt(linear) + 4, high >>> 0);
    },
    go: (code) => {
      m.set({ rsp: user ? USER_STACK : KERNEL_STACK });
      m.load(code, CODE);
      m.run(10_000);
      const vector = get('rip') - HANDLERS - 1;
      if (vector < 0 || vector >= 32) return undefined;
      const hasCode = WITH_CODE.includes(vector);
      const top = get('rsp') + (hasCode ? 4 : 0);
      return {
        vector,
        code: hasCode ? memory.readU32(get('rsp')) : undefined,
        eip: memory.readU32(top),
        flags: memory.readU32(top + 8),
        cr2: Number(vcpu.getSpecialRegisters().cr2),
        dr6: Number(vcpu.snapshot().debug.dr6 & DR6_REASONS),
      };
    },
  };
}
