import { CR0, type X86SpecialRegisters } from '@picovm/core/x86';
import type { KvmVcpu } from '../ioctls/kvm-vcpu.ts';
import type { KvmSregs } from '../structures/sregs.ts';

/** Without the interrupt that is about to be delivered: that is one of the events. */
export function specialRegisters({ interruptBitmap: _, ...registers }: KvmSregs): X86SpecialRegisters {
  return registers;
}

/** With no such interrupt. */
export function toSregs(registers: X86SpecialRegisters): KvmSregs {
  return { ...registers, interruptBitmap: [0n, 0n, 0n, 0n] };
}

/**
 * Sets them. KVM takes CR8 from kvm_run when it is entered, or else the one of the last exit would come back.
 * @throws VmError `ERR_KVM`
 */
export function writeSregs(vcpu: KvmVcpu, sregs: KvmSregs): void {
  vcpu.setSregs(sregs);
  vcpu.kvmRun.cr8 = sregs.cr8;
}

/** The code segment's default operand size in bits. */
export function codeSize({ cs }: KvmSregs): 16 | 32 | 64 {
  if (cs.l === 1) return 64;
  return cs.db === 1 ? 32 : 16;
}

/** CR0.PG. */
export function hasPaging({ cr0 }: KvmSregs): boolean {
  return (cr0 & BigInt(CR0.PG >>> 0)) !== 0n;
}
