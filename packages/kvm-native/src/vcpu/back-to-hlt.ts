import { RFLAGS } from '@picovm/core/x86';
import type { KvmVcpu } from '../ioctls/kvm-vcpu.ts';
import { KVM_VCPUEVENT_VALID_SHADOW, KVM_X86_SHADOW_INT_STI } from '../native/constants.ts';

/**
 * Puts a vCPU that has left its guest for an HLT before that again. If interrupts are enabled, none comes before the HLT is
 * executed, as behind an STI: one that is to end it would else come too early, and the guest would halt for ever.
 */
export function backToHlt(vcpu: KvmVcpu): void {
  const regs = vcpu.getRegs();
  // Whatever prefixes it has: they have no meaning.
  vcpu.setRegs({ ...regs, rip: BigInt.asUintN(64, regs.rip - 1n) });
  if ((regs.rflags & BigInt(RFLAGS.IF)) === 0n) return;
  const events = vcpu.getVcpuEvents();
  vcpu.setVcpuEvents({
    ...events,
    flags: events.flags | KVM_VCPUEVENT_VALID_SHADOW,
    interrupt: { ...events.interrupt, shadow: KVM_X86_SHADOW_INT_STI },
  });
}
