import { type GuestMemory, PAGE_SIZE } from '@picovm/core';
import type { NativeVcpu } from '../native/addon.ts';
import { ioctl } from '../native/kvm-error.ts';
import type { SregsBuffer } from './registers.ts';

const MASK_32 = 0xffffffffn;

/**
 * The bytes of the instruction that RIP points to.
 * @returns `length` bytes, fewer where memory ends
 */
export function codeBytes(
  native: NativeVcpu,
  memory: GuestMemory,
  rip: bigint,
  sregs: SregsBuffer,
  length: number,
): Uint8Array {
  const linear = sregs.codeSize === 64 ? rip : (sregs.codeBase + rip) & MASK_32;
  const { paging } = sregs;
  const code: number[] = [];
  while (code.length < length) {
    const at = linear + BigInt(code.length);
    const toPageEnd = PAGE_SIZE - Number(at % BigInt(PAGE_SIZE));
    const physical = paging ? translate(native, at) : Number(at);
    const part = physical === undefined ? 0 : Math.min(length - code.length, toPageEnd, memory.contiguous(physical));
    if (part === 0) break;
    code.push(...memory.read(physical as number, part));
  }
  return Uint8Array.from(code);
}

// struct kvm_translation: the linear address, the physical one, and whether there is one.
function translate(native: NativeVcpu, linear: bigint): number | undefined {
  const view = new DataView(new ArrayBuffer(24));
  view.setBigUint64(0, linear, true);
  ioctl(() => native.translate(new Uint8Array(view.buffer)));
  return view.getUint8(16) === 0 ? undefined : Number(view.getBigUint64(8, true));
}
