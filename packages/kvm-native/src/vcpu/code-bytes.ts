import { type GuestMemory, PAGE_SIZE } from '@picovm/core';
import type { VcpuIoctls } from '../ioctls/vcpu-ioctls.ts';
import type { KvmSregs } from '../structures/sregs.ts';
import { codeSize, hasPaging } from './registers.ts';

const MASK_32 = 0xffffffffn;

/**
 * The bytes of the instruction that RIP points to.
 * @returns `length` bytes, fewer where memory ends
 */
export function codeBytes(
  vcpu: VcpuIoctls,
  memory: GuestMemory,
  rip: bigint,
  sregs: KvmSregs,
  length: number,
): Uint8Array {
  const linear = codeSize(sregs) === 64 ? rip : (sregs.cs.base + rip) & MASK_32;
  const paging = hasPaging(sregs);
  const code: number[] = [];
  while (code.length < length) {
    const at = linear + BigInt(code.length);
    const toPageEnd = PAGE_SIZE - Number(at % BigInt(PAGE_SIZE));
    const physical = paging ? translate(vcpu, at) : Number(at);
    const part = physical === undefined ? 0 : Math.min(length - code.length, toPageEnd, memory.contiguous(physical));
    if (part === 0) break;
    code.push(...memory.read(physical as number, part));
  }
  return Uint8Array.from(code);
}

function translate(vcpu: VcpuIoctls, linear: bigint): number | undefined {
  const { valid, physicalAddress } = vcpu.translate(BigInt.asUintN(64, linear));
  return valid === 0 ? undefined : Number(physicalAddress);
}
