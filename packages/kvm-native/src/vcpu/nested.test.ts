import { VmError } from '@picovm/core';
import { resetSpecialRegisters } from '@picovm/core/x86';
import { expect, it } from 'vitest';
import { usesVirtualization } from './nested.ts';

const VMX = { ...resetSpecialRegisters(), cr4: 1n << 13n };
const SVM = { ...resetSpecialRegisters(), efer: 1n << 12n };

/** As much of a vCPU as is asked: its answer, or the error that it gives. */
function answering(format: number, vmxon: bigint, error?: Error): { getNestedState(): Uint8Array } {
  return {
    getNestedState() {
      if (error !== undefined) throw error;
      const view = new DataView(new ArrayBuffer(128));
      view.setUint16(2, format, true);
      view.setBigUint64(8, vmxon, true);
      return new Uint8Array(view.buffer);
    },
  };
}

it('a guest uses virtualization from VMXON on, or while a VM of it runs', () => {
  const tooBig = new VmError('ERR_KVM', 'no', { ioctl: 'KVM_GET_NESTED_STATE', errno: 7, code: 'E2BIG' });
  expect(usesVirtualization(answering(0, 0x1000n), resetSpecialRegisters())).toBe(false);
  expect(usesVirtualization(answering(0, 2n ** 64n - 1n), VMX)).toBe(false);
  expect(usesVirtualization(answering(0, 0x1000n), VMX)).toBe(true);
  expect(usesVirtualization(answering(1, 0n), SVM)).toBe(false);
  expect(usesVirtualization(answering(1, 0n, tooBig), SVM)).toBe(true);
  expect(() => usesVirtualization(answering(1, 0n, new TypeError('bad')), SVM)).toThrow(TypeError);
});
