import type { GuestMemory } from '@picovm/core';
import { isSelfJump, RFLAGS } from '@picovm/core/x86';
import type { KvmVcpu } from '../ioctls/kvm-vcpu.ts';
import { codeBytes } from './code-bytes.ts';
import { codeSize } from './registers.ts';

/** `jmp $` in its longest form, with an operand-size prefix. */
const SELF_JUMP_BYTES = 7;

/** Whether a vCPU with no instruction under way is in a loop that nothing ends. @param interruptsPossible if any may come */
export function isStuck(vcpu: KvmVcpu, memory: GuestMemory, interruptsPossible: boolean): boolean {
  const { rip, rflags } = vcpu.getRegs();
  if (interruptsPossible && (rflags & BigInt(RFLAGS.IF)) !== 0n) return false;
  // The handler of the single-step trap may end it.
  if ((rflags & BigInt(RFLAGS.TF)) !== 0n) return false;
  const sregs = vcpu.getSregs();
  return isSelfJump(codeBytes(vcpu, memory, rip, sregs, SELF_JUMP_BYTES), codeSize(sregs));
}
