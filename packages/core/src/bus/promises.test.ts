import { describe, expect, it } from 'vitest';
import { MmioBus, PortBus } from '../index.ts';

const late = (async () => Promise.reject(new Error('late'))) as never;
const PROBLEM = 'it answers with a promise, but an access is synchronous';
/** A rejection that nobody handles fails the test. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

describe('a handler that answers with a promise is at fault', () => {
  it('whichever way its port is read or written', async () => {
    const faults: string[] = [];
    const bus = new PortBus({ onFault: ({ message }) => faults.push(message) });
    bus.claim({ base: 0x60, length: 1 }, 'disk', { read: late, write: late, readBlock: late, writeBlock: late });
    const out = new Uint8Array(2);
    expect(bus.read(0x60, 1)).toBe(0xff);
    bus.readBlock(0x60, 1, out);
    bus.write(0x60, 1, 0);
    bus.writeBlock(0x60, 1, out);
    expect([...out]).toEqual([0xff, 0xff]);
    expect(faults).toEqual(
      ['read', 'read', 'write', 'write'].map(
        (what) => `disk threw while the guest did a 1-byte ${what} at port 0x60: ${PROBLEM}`,
      ),
    );
    await settled();
  });

  it('also with 8 bytes of MMIO', async () => {
    const faults: string[] = [];
    const bus = new MmioBus({ onFault: ({ message }) => faults.push(message) });
    bus.claim({ base: 0, length: 8 }, 'disk', { read: late, write: late, read64: late, write64: late });
    expect(bus.read64(0)).toBe(2n ** 64n - 1n);
    bus.write64(0, 1n);
    expect(faults).toEqual(
      ['read', 'write'].map((what) => `disk threw while the guest did a 8-byte ${what} at mmio 0x0: ${PROBLEM}`),
    );
    await settled();
  });
});
