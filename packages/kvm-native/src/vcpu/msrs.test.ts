import { expect, it } from 'vitest';
import type { NativeVcpu } from '../native/addon.ts';
import { readMsrs } from './msrs.ts';

/** As much of a vCPU as is asked for MSRs: it has some, and stops at each that it does not have, as KVM does. */
function withMsrs(values: ReadonlyMap<number, bigint>): NativeVcpu {
  const getMsrs = (msrs: Uint8Array): number => {
    const view = new DataView(msrs.buffer);
    const count = view.getUint32(0, true);
    for (let i = 0; i < count; i++) {
      const value = values.get(view.getUint32(8 + 16 * i, true));
      if (value === undefined) return i;
      view.setBigUint64(16 + 16 * i, value, true);
    }
    return count;
  };
  return { getMsrs } as Partial<NativeVcpu> as NativeVcpu;
}

it('MSRs that KVM does not have are passed over, and those as after RESET are left out', () => {
  const values = new Map([
    [0x10, 99n],
    [0x174, 8n],
    [0x175, 0n],
    [0x277, 0x0007040600070406n],
    [0xc0000103, 5n],
    [0xc0000081, 1n],
  ]);
  expect(readMsrs(withMsrs(values))).toEqual({
    tsc: 99n,
    msrs: [
      { index: 0x174, value: 8n },
      { index: 0xc0000081, value: 1n },
      { index: 0xc0000103, value: 5n },
    ],
  });
  expect(readMsrs(withMsrs(new Map()))).toEqual({ tsc: 0n, msrs: [] });
});
