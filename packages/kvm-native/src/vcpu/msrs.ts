import { VmError } from '@picovm/core';
import type { X86Msr } from '@picovm/core/x86';
import type { NativeVcpu } from '../native/addon.ts';

/** IA32_TIME_STAMP_COUNTER (Intel SDM volume 4, table 2-2). */
const TSC = 0x10;

/**
 * The model-specific registers that a guest's state consists of, with their values after RESET: Intel SDM volume 4,
 * table 2-2; for those from 4B564D00 on, the kernel's Documentation/virt/kvm/x86/msr.rst. EFER, the APIC base and
 * the bases of FS and GS are in `struct kvm_sregs`.
 */
const RESET_VALUES: ReadonlyMap<number, bigint> = new Map<number, bigint>([
  // KVM's clock (its old numbers, 11 and 12, are the same registers), asynchronous page faults, steal time.
  ...[0x4b564d00, 0x4b564d01, 0x4b564d02, 0x4b564d03].map(zero),
  // SYSENTER.
  ...[0x174, 0x175, 0x176].map(zero),
  // IA32_DEBUGCTL.
  zero(0x1d9),
  // MTRRs: variable, fixed, default type; and PAT.
  ...Array.from({ length: 16 }, (_, i) => zero(0x200 + i)),
  ...[0x250, 0x258, 0x259, 0x268, 0x269, 0x26a, 0x26b, 0x26c, 0x26d, 0x26e, 0x26f, 0x2ff].map(zero),
  [0x277, 0x0007040600070406n],
  // SYSCALL: STAR, LSTAR, CSTAR, FMASK; KERNEL_GS_BASE; TSC_AUX.
  ...[0xc0000081, 0xc0000082, 0xc0000083, 0xc0000084, 0xc0000102, 0xc0000103].map(zero),
]);

/** Whether a register is part of a guest's state. Others are never set from a snapshot. */
export function isStateMsr(index: number): boolean {
  return RESET_VALUES.has(index);
}

const HEADER_BYTES = 8;
const ENTRY_BYTES = 16;

/** The registers that are not as after RESET, by ascending index, and the time-stamp counter. */
export function readMsrs(native: NativeVcpu): { msrs: X86Msr[]; tsc: bigint } {
  const values = valuesOf(native, [TSC, ...RESET_VALUES.keys()]);
  const msrs = [...RESET_VALUES].flatMap(([index, reset]) => {
    const value = values.get(index);
    return value === undefined || value === reset ? [] : [{ index, value }];
  });
  return { msrs: msrs.sort((a, b) => a.index - b.index), tsc: values.get(TSC) ?? 0n };
}

/**
 * Sets the registers named, all others to their values after RESET, and the time-stamp counter.
 * @throws VmError `ERR_KVM` if KVM refuses one
 */
export function writeMsrs(native: NativeVcpu, msrs: readonly X86Msr[], tsc: bigint): void {
  const wanted = new Map([...RESET_VALUES, ...msrs.map(({ index, value }) => [index, value] as const)]);
  const current = valuesOf(native, [...wanted.keys()]);
  for (const [index, value] of wanted) {
    // One that KVM does not have here is as after RESET.
    if ((current.get(index) ?? RESET_VALUES.get(index)) !== value) writeMsr(native, index, value);
  }
  writeMsr(native, TSC, tsc);
}

// KVM stops at the first that it does not have: the next call begins behind it.
function valuesOf(native: NativeVcpu, indices: readonly number[]): Map<number, bigint> {
  const values = new Map<number, bigint>();
  for (let first = 0; first < indices.length; ) {
    const asked = indices.slice(first);
    const view = msrsBuffer(asked.map((index) => ({ index, value: 0n })));
    const count = native.getMsrs(new Uint8Array(view.buffer));
    for (let i = 0; i < count; i++) values.set(asked[i], view.getBigUint64(HEADER_BYTES + i * ENTRY_BYTES + 8, true));
    first += count + 1;
  }
  return values;
}

function writeMsr(native: NativeVcpu, index: number, value: bigint): void {
  if (native.setMsrs(new Uint8Array(msrsBuffer([{ index, value }]).buffer)) === 1) return;
  throw new VmError('ERR_KVM', `KVM refused KVM_SET_MSRS of 0x${index.toString(16)} to 0x${value.toString(16)}`, {
    ioctl: 'KVM_SET_MSRS',
    index,
    value,
  });
}

// struct kvm_msrs, with a struct kvm_msr_entry each.
function msrsBuffer(msrs: readonly X86Msr[]): DataView {
  const view = new DataView(new ArrayBuffer(HEADER_BYTES + msrs.length * ENTRY_BYTES));
  view.setUint32(0, msrs.length, true);
  msrs.forEach(({ index, value }, i) => {
    view.setUint32(HEADER_BYTES + i * ENTRY_BYTES, index, true);
    view.setBigUint64(HEADER_BYTES + i * ENTRY_BYTES + 8, value, true);
  });
  return view;
}

function zero(index: number): [number, bigint] {
  return [index, 0n];
}
