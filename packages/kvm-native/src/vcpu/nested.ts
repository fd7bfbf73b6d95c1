import type { X86SpecialRegisters } from '@picovm/core/x86';
import type { VcpuIoctls } from '../ioctls/vcpu-ioctls.ts';
import { isKvmError } from '../native/kvm-error.ts';

/** CR4.VMXE (Intel SDM volume 3A, section 2.5) and EFER.SVME (AMD APM volume 2, section 3.1.7). */
const CR4_VMXE = 1n << 13n;
const EFER_SVME = 1n << 12n;

// `struct kvm_nested_state` without data: its format, and on Intel the address that VMXON was given, or all ones.
const FORMAT_OFFSET = 2;
const FORMAT_VMX = 0;
const VMXON_OFFSET = 8;
const NO_ADDRESS = 2n ** 64n - 1n;

/**
 * Whether the guest uses virtualization in a way that KVM keeps a state of beside registers: on Intel from VMXON on, on AMD
 * while a VM of the guest's runs.
 */
export function usesVirtualization(
  vcpu: Pick<VcpuIoctls, 'getNestedState'>,
  { cr4, efer }: X86SpecialRegisters,
): boolean {
  if ((cr4 & CR4_VMXE) === 0n && (efer & EFER_SVME) === 0n) return false;
  let state: Uint8Array;
  try {
    state = vcpu.getNestedState();
  } catch (error) {
    // E2BIG: there are data. Anything else: this KVM does not tell, and they would be lost.
    if (isKvmError(error)) return true;
    throw error;
  }
  const view = new DataView(state.buffer, state.byteOffset, state.length);
  return view.getUint16(FORMAT_OFFSET, true) === FORMAT_VMX && view.getBigUint64(VMXON_OFFSET, true) !== NO_ADDRESS;
}
