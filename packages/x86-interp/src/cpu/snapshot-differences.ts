import type { SnapshotDifference } from '@picovm/core';
import { resetFpu, X86_DEBUG_REGISTERS, type X86FpuState, type X86VcpuState } from '@picovm/core/x86';
import type { Cpu } from './cpu.ts';
import { featuresNamed } from './model-name.ts';
import { addressMask, MODEL } from './models.ts';
import { canHaveMsr } from './msrs.ts';
import { mxcsrMask } from './mxcsr.ts';
import { isPdpte } from './page-walk.ts';
import type { Processor } from './processor.ts';
import { registerDifferences, specialDifferences } from './register-differences.ts';

/** Address line 20. */
const A20 = 0x100000;
const MAX_32 = 0xffffffffn;

/** What keeps this CPU from being in a state: it has the registers of its model alone. */
export function differencesOf(cpu: Cpu, state: X86VcpuState): SnapshotDifference[] {
  const { special, fpu, xsave, msrs } = state;
  const { processor } = cpu;
  const differences: SnapshotDifference[] = [];
  const check = (fits: boolean, what: string, snapshot: string, machine: string): void => {
    if (!fits) differences.push({ what, snapshot, machine });
  };
  check(takesModel(processor, state.model), 'the CPU model', state.model, processor.name);
  differences.push(...specialDifferences(processor, special));
  for (const name of X86_DEBUG_REGISTERS) {
    check(state.debug[name] <= MAX_32, `the register ${name.toUpperCase()}`, hex(state.debug[name]), '32 bits');
  }
  check(processor.features.has('fpu') || isX87Reset(fpu), 'the FPU', 'one that was used', 'none');
  check(processor.features.has('sse') || isSseReset(fpu), 'the XMM registers', 'values in them', 'none');
  check((fpu.mxcsr & ~mxcsrMask(cpu)) === 0, 'the register MXCSR', `0x${fpu.mxcsr.toString(16)}`, 'other bits');
  check(xsave.xcr0 === 1n && xsave.components.length === 0, 'XSAVE', 'one that was used', 'none');
  differences.push(...registerDifferences(state.registers));
  for (const msr of msrs) {
    const machine = processor.msrs.has(msr.index) ? 'other bits' : 'none';
    check(canHaveMsr(cpu, msr), `the model-specific register 0x${msr.index.toString(16)}`, hex(msr.value), machine);
  }
  state.pdptes?.forEach((value, n) => {
    const fits = isPdpte(Number(value & MAX_32) | 0, Number(value >> 32n) | 0);
    check(fits, `the page-directory pointer ${n}`, hex(value), 'reserved bits');
  });
  // Fewer than 21 address lines: there is no A20 to be driven.
  const canA20 = !state.a20 || (addressMask(cpu.model) & A20) !== 0;
  check(canA20, 'address line A20', 'one that is driven', '20 address lines');
  return differences;
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
