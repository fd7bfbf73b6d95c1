import { resetRegisters, resetSpecialRegisters } from '@picovm/core/x86';
import type { NativeVcpu } from '../native/addon.ts';
import { KVM_VCPUEVENT_VALID_NMI_PENDING, KVM_VCPUEVENT_VALID_SHADOW } from '../native/constants.ts';
import type { RegsBuffer, SregsBuffer } from './registers.ts';

/**
 * Puts a vCPU into the state after RESET (Intel SDM volume 3A, table 10-1): registers, FPU, debug registers, and no
 * event on its way. Model-specific registers but EFER and the APIC base keep their values.
 */
export function resetVcpu(native: NativeVcpu, regs: RegsBuffer, sregs: SregsBuffer): void {
  native.setVcpuEvents(noEvents());
  sregs.bytes.fill(0);
  sregs.write(resetSpecialRegisters());
  native.setSregs(sregs.bytes);
  regs.write(resetRegisters());
  native.setRegs(regs.bytes);
  native.setFpu(resetFpu());
  native.setDebugregs(resetDebugRegisters());
}

// struct kvm_vcpu_events: nothing injected, nothing pending, no interrupt shadow.
function noEvents(): Uint8Array {
  const view = new DataView(new ArrayBuffer(64));
  view.setUint32(20, KVM_VCPUEVENT_VALID_NMI_PENDING | KVM_VCPUEVENT_VALID_SHADOW, true);
  return new Uint8Array(view.buffer);
}

// struct kvm_fpu: registers +0.0, FCW 0040, all tags in use, MXCSR 1F80.
function resetFpu(): Uint8Array {
  const view = new DataView(new ArrayBuffer(416));
  view.setUint16(128, 0x40, true);
  view.setUint8(132, 0xff);
  view.setUint32(408, 0x1f80, true);
  return new Uint8Array(view.buffer);
}

// struct kvm_debugregs: DR0 to DR3, DR6, DR7.
function resetDebugRegisters(): Uint8Array {
  const words = new BigUint64Array(16);
  words[4] = 0xffff0ff0n;
  words[5] = 0x400n;
  return new Uint8Array(words.buffer);
}
