import { expect, it } from 'vitest';
import { type MsrIoctls, Msrs } from './msrs.ts';

/** As much of a vCPU as is asked for MSRs: it has some, and stops at each that it does not have, as KVM does. */
function withMsrs(values: Map<number, bigint>, fixed: readonly number[] = []): MsrIoctls {
  return {
    getMsrs(indices) {
      const end = indices.findIndex((index) => !values.has(index));
      const read = indices.slice(0, end < 0 ? indices.length : end);
      return read.map((index) => ({ index, data: values.get(index) ?? 0n }));
    },
    setMsrs(msrs) {
      const end = msrs.findIndex(({ index }) => !values.has(index) || fixed.includes(index));
      const taken = msrs.slice(0, end < 0 ? msrs.length : end);
      for (const { index, data } of taken) values.set(index, data);
      return taken.length;
    },
  };
}

it('MSRs that KVM does not have are passed over, and those as on a new vCPU are left out', () => {
  const values = new Map([
    [0x10, 99n],
    [0x1a0, 1n],
    [0x174, 0n],
    [0x277, 0x0007040600070406n],
    [0x2ff, 0n],
  ]);
  const msrs = new Msrs(withMsrs(values), [0x10, 0x277, 0x174, 0x175, 0x1a0]);
  expect([msrs.read(), msrs.tsc]).toEqual([[], 99n]);
  // The last one is on no list, and a guest can write it.
  values.set(0x1a0, 0n).set(0x174, 8n).set(0x2ff, 0xc06n);
  const changed = [
    { index: 0x174, value: 8n },
    { index: 0x1a0, value: 0n },
    { index: 0x2ff, value: 0xc06n },
  ];
  expect(msrs.read()).toEqual(changed);
  expect([0x10, 0x174, 0x175, 0x2ff].map((index) => msrs.has(index))).toEqual([false, true, false, true]);
  msrs.write([changed[1]]);
  expect(msrs.read()).toEqual([changed[1]]);
  expect(() => msrs.write([{ index: 0x175, value: 1n }])).toThrow(expect.objectContaining({ code: 'ERR_KVM' }));
  msrs.reset();
  expect(msrs.read()).toEqual([]);
  const none = new Msrs(withMsrs(new Map()), [0x174]);
  expect([none.read(), none.tsc]).toEqual([[], 0n]);
});

it('an MSR that KVM does not let us set is none of a state, and one that it no longer does outlives a RESET', () => {
  const values = new Map([
    [0xce, 7n],
    [0x174, 0n],
    [0x175, 0n],
    [0x40000020, 1n],
  ]);
  const fixed = [0xce];
  const msrs = new Msrs(withMsrs(values, fixed), [...values.keys()]);
  expect([...values.keys()].map((index) => msrs.has(index))).toEqual([false, true, true, false]);
  values.set(0xce, 8n).set(0x174, 1n).set(0x175, 2n);
  fixed.push(0x174);
  expect(msrs.read().map(({ index }) => index)).toEqual([0x174, 0x175]);
  msrs.reset();
  expect(msrs.read()).toEqual([{ index: 0x174, value: 1n }]);
  expect(() => msrs.write([])).toThrow(expect.objectContaining({ code: 'ERR_KVM' }));
});
