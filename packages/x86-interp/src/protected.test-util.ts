import type { X86Segment, X86SpecialRegisters } from '@picovm/core/x86';
import type { CpuModel } from './index.ts';
import { CODE, HANDLERS, machine, STACK, type TestMachine } from './machine.test-util.ts';

/** Where the tables are. All segments have base 0. */
export const GDT = 0x2000;
const IDT = 0x2800;
export const TSS = 0x3000;
export const TSS_2 = 0x3200;
export const TSS_16 = 0x3400;
export const LDT = 0x3600;
/** The stacks of the privilege levels 0 to 2 in the TSS begin here, 0x400 bytes apart. */
export const INNER_STACK = 0x6000;

/** Selectors, without their RPL. `code` and `data` are by privilege level. */
export const SEL = {
  code: [0x08, 0x18, 0x28, 0x38],
  data: [0x10, 0x20, 0x30, 0x40],
  tss: 0x48,
  tss2: 0x50,
  tss16: 0x58,
  ldt: 0x60,
  readOnly: 0x68,
  executeOnly: 0x70,
  conforming: 0x78,
  absentData: 0x80,
  absentCode: 0x88,
  expandDown: 0x90,
  code16: 0x98,
  data16: 0xa0,
  /** Descriptors for tests to make. */
  free: 0xa8,
} as const;

/** Access bytes. */
export const ACCESS = { code: 0x9a, data: 0x92, tss16: 0x81, ldt: 0x82, tss32: 0x89, tss32Busy: 0x8b } as const;

/** A descriptor of a segment. @param access its sixth byte @param flags G, D/B, L and AVL, 4 bits */
export function descriptor(base: number, limit: number, access: number, flags = 0): bigint {
  const low = ((limit & 0xffff) | (base << 16)) >>> 0;
  const high = (((base >>> 16) & 0xff) | (access << 8) | (limit & 0xf0000) | (flags << 20) | (base & 0xff000000)) >>> 0;
  return (BigInt(high) << 32n) | BigInt(low);
}

/** A gate. @param access its sixth byte @param parameters the low bits of its fifth */
export function gate(selector: number, offset: number, access: number, parameters = 0): bigint {
  const low = ((offset & 0xffff) | (selector << 16)) >>> 0;
  const high = ((offset & 0xffff0000) | (access << 8) | parameters) >>> 0;
  return (BigInt(high) << 32n) | BigInt(low);
}

/** What a fault was: vector and error code. */
export type Fault = readonly [vector: number, code: number] | undefined;

/** A machine in protected mode. */
export interface ProtectedMachine extends TestMachine {
  /** Puts a descriptor into the GDT. @param selector its RPL is ignored */
  describe(selector: number, value: bigint): void;
  /** Puts a gate into the IDT. */
  vector(number: number, value: bigint): void;
  /** The access byte of a descriptor. */
  accessOf(selector: number): number;
  /** The selector in a segment register. */
  selector(name: 'es' | 'cs' | 'ss' | 'ds' | 'fs' | 'gs' | 'tr' | 'ldt'): number;
  /** Loads 32-bit words on the stack, the first one on top. */
  push(...words: number[]): void;
  /** The 32-bit words on the stack, from the top. */
  stack(count: number): number[];
  /** Executes one instruction. @returns the fault that it caused */
  faultOf(code: readonly number[]): Fault;
}

const WITH_CODE = new Set([8, 10, 11, 12, 13, 14, 17]);

/** A machine at a privilege level of protected mode, with 32-bit segments, and interrupt gates for all exceptions. */
export function protectedMachine(cpl = 0, model?: CpuModel): ProtectedMachine {
  const m = machine(model === undefined ? {} : { model });
  const { memory, vcpu } = m;
  const write = (at: number, value: bigint): void =>
    memory.write(at, new Uint8Array(new BigUint64Array([value]).buffer));
  const describe = (selector: number, value: bigint): void => write(GDT + (selector & 0xfff8), value);
  for (let level = 0; level < 4; level++) {
    describe(SEL.code[level], descriptor(0, 0xfffff, ACCESS.code | (level << 5), 0xc));
    describe(SEL.data[level], descriptor(0, 0xfffff, ACCESS.data | (level << 5), 0xc));
  }
  describe(SEL.tss, descriptor(TSS, 0x1ff, ACCESS.tss32Busy));
  describe(SEL.tss2, descriptor(TSS_2, 0x67, ACCESS.tss32));
  describe(SEL.tss16, descriptor(TSS_16, 0x2b, ACCESS.tss16));
  describe(SEL.ldt, descriptor(LDT, 0xff, ACCESS.ldt));
  describe(SEL.readOnly, descriptor(0, 0xfffff, 0xf0, 0xc));
  describe(SEL.executeOnly, descriptor(0, 0xfffff, 0xf8, 0xc));
  describe(SEL.conforming, descriptor(0, 0xfffff, 0x9e, 0xc));
  describe(SEL.absentData, descriptor(0, 0xfffff, 0x72, 0xc));
  describe(SEL.absentCode, descriptor(0, 0xfffff, 0x7a, 0xc));
  describe(SEL.expandDown, descriptor(0, 0x8fff, 0xf6, 0));
  describe(SEL.code16, descriptor(0, 0xffff, 0x9a, 0));
  describe(SEL.data16, descriptor(0, 0xffff, 0x92, 0));
  for (let n = 0; n < 48; n++) write(IDT + n * 8, gate(SEL.code[0], HANDLERS + n, 0x8e));
  for (let level = 0; level < 3; level++) {
    memory.writeU32(TSS + 4 + 8 * level, INNER_STACK + 0x400 * level);
    memory.writeU32(TSS + 8 + 8 * level, SEL.data[level] | level);
  }
  // No I/O permission bit map.
  memory.writeU16(TSS + 0x66, 0x200);
  const flat = (selector: number, type: number): X86Segment => ({
    ...vcpu.getSpecialRegisters().ds,
    base: 0n,
    limit: 0xffffffff,
    selector: selector | cpl,
    type,
    dpl: cpl,
    db: 1,
    g: 1,
  });
  const data = flat(SEL.data[cpl], 3);
  const { cr0, tr, ldt } = vcpu.getSpecialRegisters();
  const special: Partial<X86SpecialRegisters> = {
    ...{ es: data, ss: data, ds: data, fs: data, gs: data, cs: flat(SEL.code[cpl], 11), cr0: cr0 | 1n },
    gdt: { base: BigInt(GDT), limit: 0xff },
    idt: { base: BigInt(IDT), limit: 48 * 8 - 1 },
    tr: { ...tr, selector: SEL.tss, base: BigInt(TSS), limit: 0x1ff, type: 11 },
    ldt: { ...ldt, selector: SEL.ldt, base: BigInt(LDT), limit: 0xff, type: 2 },
  };
  vcpu.setSpecialRegisters(special);
  const stack = (count: number): number[] =>
    Array.from({ length: count }, (_, n) => memory.readU32(m.get('rsp') + 4 * n));
  return {
    ...m,
    describe,
    vector: (number, value) => write(IDT + number * 8, value),
    accessOf: (selector) => memory.readU8(GDT + (selector & 0xfff8) + 5),
    selector: (name) => vcpu.getSpecialRegisters()[name].selector,
    push: (...words) => {
      const at = m.get('rsp') - 4 * words.length;
      words.forEach((word, n) => {
        memory.writeU32(at + 4 * n, word >>> 0);
      });
      m.set({ rsp: at });
    },
    stack,
    faultOf: (code) => {
      m.load(code);
      m.run(1);
      const vector = m.get('rip') - HANDLERS;
      if (vector < 0 || vector >= 48) return undefined;
      return [vector, WITH_CODE.has(vector) ? stack(1)[0] : -1];
    },
  };
}

export { CODE, HANDLERS, STACK };
