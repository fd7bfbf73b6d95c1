import { resetFpu } from '@picovm/core/x86';
import { expect, it } from 'vitest';
import { XsaveArea, type XsaveLeaf } from './xsave-area.ts';

const leaf = (subleaf: number, eax: number, ebx = 0, ecx = 0): XsaveLeaf => ({ subleaf, eax, ebx, ecx, edx: 0 });
const INTEL = [leaf(0, 0x207), leaf(1, 7), leaf(2, 256, 576), leaf(9, 8, 2688), leaf(11, 16, 0, 1)];
const AMD = [leaf(0, 0x207), leaf(2, 256, 576), leaf(9, 8, 832)];

it('components keep their numbers where another processor has them elsewhere', () => {
  const [intel, amd] = [new XsaveArea(INTEL, 0), new XsaveArea(AMD, 4096)];
  const avx = Uint8Array.from({ length: 256 }, (_, i) => i);
  const components = [
    { number: 2, data: avx },
    { number: 9, data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) },
  ];
  const fpu = { ...resetFpu(), fcw: 0x37f, mxcsr: 0x1fa0 };
  const there = amd.write(fpu, intel.read(intel.write(fpu, components)).components);
  expect([...there.subarray(576, 832)]).toEqual([...avx]);
  expect([...there.subarray(832, 840)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(amd.read(there)).toEqual({ fpu, components });
  // XSTATE_BV: x87, SSE, AVX, PKRU.
  expect(there[512] | (there[513] << 8)).toBe(0x207);
});

it('a component that is as after RESET is left out, and one of XSS is none', () => {
  const area = new XsaveArea(INTEL, 0);
  expect(area.read(area.write(resetFpu(), []))).toEqual({ fpu: resetFpu(), components: [] });
  expect([2, 9, 11, 12].map((number) => area.sizeOf(number))).toEqual([256, 8, undefined, undefined]);
  expect([area.xcr0, area.size, new XsaveArea([], 0).xcr0, new XsaveArea(INTEL, 11008).size]).toEqual([
    0x207n,
    4096,
    1n,
    11008,
  ]);
});
