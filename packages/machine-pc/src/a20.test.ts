import { describe, expect, it } from 'vitest';
import { booting, inTo, out, RESULT, run, STOP } from './pc.test-util.ts';

/** Segments: DS 0, ES FFFF, so that ES:0010 is 1 MiB. */
const SEGMENTS = [0x31, 0xc0, 0x8e, 0xd8, 0x48, 0x8e, 0xc0];
/** `mov al, [es:0510h]`, which is 100500h, and `mov [address], al`. */
const lookTo = (address: number): number[] => [0x26, 0xa0, 0x10, 0x05, 0xa2, address & 0xff, address >> 8];
/** Writes the output port of the 8042: D1h, then the value. The wait of a driver is for its input buffer, which is empty. */
const output = (value: number): number[] => [...out(0x64, 0xd1), ...out(0x60, value)];
const OFF = output(0xdd);
const ON = output(0xdf);

/** Runs code, with 11h at 500h and 22h at 100500h. @returns what it found from RESULT on */
async function found(count: number, ...code: readonly number[]): Promise<number[]> {
  const pc = booting([...SEGMENTS, 0xc6, 0x06, 0x00, 0x05, 0x11, ...code, ...STOP]);
  pc.vm.memory.writeU8(0x100500, 0x22);
  expect(await run(pc)).toBe('halted');
  const bytes = [...pc.vm.memory.read(RESULT, count)];
  pc.vm.dispose();
  return bytes;
}

describe('address line 20', () => {
  it('is on when the machine starts, and port 92h says what it does itself', async () => {
    expect(await found(2, ...lookTo(RESULT), ...inTo(RESULT + 1, 0x92))).toEqual([0x22, 0]);
  });

  it('is switched off by the 8042, and addresses wrap at 1 MiB', async () => {
    expect(await found(2, ...OFF, ...lookTo(RESULT), ...ON, ...lookTo(RESULT + 1))).toEqual([0x11, 0x22]);
  });

  it('is on while port 92h or the 8042 say so', async () => {
    const code = [
      ...[...OFF, ...lookTo(RESULT)],
      ...[...out(0x92, 2), ...lookTo(RESULT + 1)],
      ...[...ON, ...out(0x92, 0), ...lookTo(RESULT + 2)],
      ...[...OFF, ...lookTo(RESULT + 3)],
    ];
    expect(await found(4, ...code)).toEqual([0x11, 0x22, 0x22, 0x11]);
  });

  it('is on again after a reset, and in a machine that is restored it is as it was', async () => {
    const pc = booting([...SEGMENTS, ...OFF, ...STOP]);
    await run(pc);
    const a20 = (): boolean => (pc.vm.vcpu as unknown as { a20: boolean }).a20;
    expect(a20()).toBe(false);
    const snapshot = pc.vm.snapshot();
    pc.restart();
    expect(a20()).toBe(true);
    pc.vm.restore(snapshot);
    expect(a20()).toBe(false);
    pc.vm.ports.write(0x92, 1, 2);
    expect(a20()).toBe(true);
    pc.vm.ports.write(0x92, 1, 0);
    expect(a20()).toBe(false);
    pc.vm.dispose();
  });
});
