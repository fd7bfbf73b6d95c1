import type { X86Registers, X86Segment, X86SpecialRegisters } from './registers.ts';
import type { X86DebugRegisters, X86Events, X86FpuState, X86XsaveState } from './vcpu-state.ts';

/** The registers after RESET (Intel SDM volume 3A, table 10-1): the next instruction is at F000:FFF0. */
export function resetRegisters(): X86Registers {
  const zero = 0n;
  return {
    rax: zero, rbx: zero, rcx: zero, rdx: 0x600n, rsi: zero, rdi: zero, rsp: zero, rbp: zero,
    r8: zero, r9: zero, r10: zero, r11: zero, r12: zero, r13: zero, r14: zero, r15: zero,
    rip: 0xfff0n, rflags: 2n,
  }; // biome-ignore format: one line a register would hide the two values that are not 0
}

/** Segments, tables and control registers after RESET: CS is F000 with base FFFF0000. */
export function resetSpecialRegisters(): X86SpecialRegisters {
  const data = (): X86Segment => realModeSegment(0);
  return {
    es: data(),
    cs: { ...realModeSegment(0xf000), base: 0xffff0000n, type: CODE },
    ss: data(),
    ds: data(),
    fs: data(),
    gs: data(),
    tr: { ...data(), type: BUSY_TSS, s: 0 },
    ldt: { ...data(), type: LDT, s: 0 },
    gdt: { base: 0n, limit: 0xffff },
    idt: { base: 0n, limit: 0xffff },
    cr0: 0x60000010n,
    cr2: 0n,
    cr3: 0n,
    cr4: 0n,
    cr8: 0n,
    efer: 0n,
    apicBase: 0xfee00900n,
  };
}

/** Descriptor types: code, execute/read, accessed; data, read/write, accessed; 32-bit TSS, busy; LDT. */
const CODE = 11;
const DATA = 3;
const BUSY_TSS = 11;
const LDT = 2;

/** A segment register as real mode loads it: base 16 times the selector, limit FFFF. @param selector 16 bits */
export function realModeSegment(selector: number): X86Segment {
  return {
    base: BigInt(selector * 16),
    limit: 0xffff,
    selector,
    type: DATA,
    present: 1,
    dpl: 0,
    db: 0,
    s: 1,
    l: 0,
    g: 0,
    avl: 0,
    unusable: 0,
  };
}

/** The debug registers after RESET. */
export function resetDebugRegisters(): X86DebugRegisters {
  return { dr0: 0n, dr1: 0n, dr2: 0n, dr3: 0n, dr6: 0xffff0ff0n, dr7: 0x400n };
}

/** FPU and SSE after RESET: registers +0.0, all in use, FCW 0040, MXCSR 1F80. */
export function resetFpu(): X86FpuState {
  return {
    st: new Uint8Array(128),
    fcw: 0x40,
    fsw: 0,
    ftw: 0xff,
    fop: 0,
    fip: 0n,
    fdp: 0n,
    xmm: new Uint8Array(256),
    mxcsr: 0x1f80,
  };
}

/** XSAVE after RESET: XCR0 has x87 alone, and no component is in use. */
export function resetXsave(): X86XsaveState {
  return { xcr0: 1n, components: [] };
}

/** Nothing is about to happen, as after RESET. */
export function noEvents(): X86Events {
  return {
    interruptShadow: 'none',
    interrupt: null,
    exception: null,
    nmiPending: false,
    nmiMasked: false,
    shutdown: false,
  };
}
