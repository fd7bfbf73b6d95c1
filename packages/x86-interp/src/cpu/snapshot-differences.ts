import type { SnapshotDifference } from '@picovm/core';
import {
  CR0,
  resetFpu,
  resetSpecialRegisters,
  X86_DEBUG_REGISTERS,
  X86_SEGMENTS,
  type X86FpuState,
  type X86SpecialRegisters,
  type X86VcpuState,
} from '@picovm/core/x86';
import type { Cpu } from './cpu.ts';
import { featuresNamed } from './model-name.ts';
import { addressMask, cr0Bits, MODEL } from './models.ts';
import { canHaveMsr } from './msrs.ts';
import { mxcsrMask } from './mxcsr.ts';
import type { Processor } from './processor.ts';

/** Address line 20. */
const A20 = 0x100000;
const MAX_32 = 0xffffffffn;
/** Bit 21, ID, is the uppermost that any processor has. */
const RFLAGS_BITS = 0x3fffffn;
const EFER_NXE = 0x800n;

/** What keeps this CPU from being in a state: it has the registers of its model alone. */
export function differencesOf(cpu: Cpu, state: X86VcpuState): SnapshotDifference[] {
  const { special, fpu, xsave, msrs } = state;
  const { processor } = cpu;
  const differences: SnapshotDifference[] = [];
  const check = (fits: boolean, what: string, snapshot: string, machine: string): void => {
    if (!fits) differences.push({ what, snapshot, machine });
  };
  check(takesModel(processor, state.model), 'the CPU model', state.model, processor.name);
  for (const [what, value, fits] of controlsOf(processor, special)) check(fits, what, hex(value), 'other bits');
  for (const name of [...X86_SEGMENTS, 'tr', 'ldt'] as const) {
    const { base, l } = special[name];
    check(base <= MAX_32, `the base of ${name.toUpperCase()}`, hex(base), '32 bits');
    check(l === 0, `the L bit of ${name.toUpperCase()}`, '1', 'none');
  }
  for (const name of ['gdt', 'idt'] as const) {
    check(special[name].base <= MAX_32, `the base of the ${name.toUpperCase()}`, hex(special[name].base), '32 bits');
  }
  for (const name of X86_DEBUG_REGISTERS) {
    check(state.debug[name] <= MAX_32, `the register ${name.toUpperCase()}`, hex(state.debug[name]), '32 bits');
  }
  check(processor.features.has('fpu') || isX87Reset(fpu), 'the FPU', 'one that was used', 'none');
  check(processor.features.has('sse') || isSseReset(fpu), 'the XMM registers', 'values in them', 'none');
  check((fpu.mxcsr & ~mxcsrMask(cpu)) === 0, 'the register MXCSR', `0x${fpu.mxcsr.toString(16)}`, 'other bits');
  check(xsave.xcr0 === 1n && xsave.components.length === 0, 'XSAVE', 'one that was used', 'none');
  const efer = processor.features.has('nx') ? EFER_NXE : 0n;
  check((special.efer & ~efer) === 0n, 'the register EFER', hex(special.efer), efer === 0n ? 'none' : 'other bits');
  check(special.cr8 === 0n, 'the register CR8', hex(special.cr8), 'none');
  const { rip, rflags } = state.registers;
  check(rip <= MAX_32, 'the register RIP', hex(rip), '32 bits');
  check((rflags & ~RFLAGS_BITS) === 0n, 'the register RFLAGS', hex(rflags), 'other bits');
  for (const msr of msrs) {
    const machine = processor.msrs.has(msr.index) ? 'other bits' : 'none';
    check(canHaveMsr(cpu, msr), `the model-specific register 0x${msr.index.toString(16)}`, hex(msr.value), machine);
  }
  // Fewer than 21 address lines: there is no A20 to be driven.
  const canA20 = !state.a20 || (addressMask(cpu.model) & A20) !== 0;
  check(canA20, 'address line A20', 'one that is driven', '20 address lines');
  return differences;
}

// The control registers, and whether they have no bits but those of the model. PE is looked at elsewhere.
function controlsOf({ model, cr4: cr4Bits }: Processor, special: X86SpecialRegisters): [string, bigint, boolean][] {
  const { cr0, cr2, cr3, cr4 } = special;
  // NW and CD are set after RESET, although the 80386 has no cache.
  const cr0Reset = model < MODEL.I80386 ? 0n : resetSpecialRegisters().cr0;
  const paging = model < MODEL.I80386 ? 0n : MAX_32;
  const has = (bit: number): boolean => (cr0 & BigInt(bit >>> 0)) !== 0n;
  return [
    ['the register CR0', cr0, (cr0 & ~(unsigned(cr0Bits(model)) | cr0Reset)) === 0n],
    ['CR0.PG without CR0.PE', cr0, !has(CR0.PG) || has(CR0.PE)],
    ['CR0.NW without CR0.CD', cr0, !has(CR0.NW) || has(CR0.CD)],
    ['the register CR2', cr2, cr2 <= paging],
    ['the register CR3', cr3, cr3 <= paging],
    ['the register CR4', cr4, (cr4 & ~unsigned(cr4Bits)) === 0n],
  ];
}

function unsigned(bits: number): bigint {
  return BigInt(bits >>> 0);
}

/**
 * Whether a state of another processor may go on here, if no register keeps it from that: one of an older processor that had
 * nothing that this one has not; and one of KVM, whose processor is the host's and has whatever the guest used.
 */
function takesModel({ name, model, features }: Processor, other: string): boolean {
  if (other === name) return true;
  if (model < MODEL.PENTIUM) return false;
  if (other === 'host') return true;
  const older = featuresNamed(other);
  if (older === undefined || older.model < MODEL.PENTIUM || older.model > model) return false;
  return [...older.features].every((feature) => features.has(feature));
}

function isX87Reset(fpu: X86FpuState): boolean {
  const reset = resetFpu();
  const names = ['fcw', 'fsw', 'ftw', 'fop', 'fip', 'fdp'] as const;
  return fpu.st.every((byte) => byte === 0) && names.every((name) => fpu[name] === reset[name]);
}

function isSseReset(fpu: X86FpuState): boolean {
  return fpu.xmm.every((byte) => byte === 0) && fpu.mxcsr === resetFpu().mxcsr;
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}
