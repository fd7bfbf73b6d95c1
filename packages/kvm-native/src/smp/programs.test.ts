import { beforeEach, describe, expect, it } from 'vitest';
import { needSmp, SmpGuest } from './smp-guest.test-util.ts';

beforeEach(needSmp);

describe.each([2, 4])('%i vCPUs', (vcpus) => {
  const others = Array.from({ length: vcpus - 1 }, (_, i) => i + 1);

  it('are started by INIT and SIPI, and reach memory, ports and MMIO', async () => {
    using guest = new SmpGuest('start', vcpus);
    const result = await guest.run();
    expect(result).toMatchObject({ outcome: 'shutdown', vcpu: 0 });
    const { written } = guest.board;
    expect(written.at(-1)).toBe('3f8:2e');
    expect(written.slice(0, -1).sort()).toEqual(
      [...others.map((n) => `3f8:3${n}`), ...others.map((n) => `b800${n}:3${n}`)].sort(),
    );
    for (const n of others) {
      expect(guest.vm.memory.readU8(0x4100 + n)).toBe(0x80 + n);
      expect(guest.vm.memory.readU8(0x4110 + n)).toBe(0x60);
    }
  });

  it('keep each other out of what a spin lock guards', async () => {
    using guest = new SmpGuest('lock', vcpus);
    expect((await guest.run()).outcome).toBe('shutdown');
    expect(guest.dword(0x4014)).toBe(1000 * vcpus);
  });

  it('send each other interrupts, and wake each other from HLT', async () => {
    using guest = new SmpGuest('ipi', vcpus);
    expect((await guest.run()).outcome).toBe('shutdown');
    expect(guest.word(0x4020)).toBe(10 * others.length);
    for (const n of others) expect(guest.word(0x4200 + 2 * n)).toBe(10);
  });

  it('are woken from HLT by the interrupt line of a device, through the 8259A, and by a broadcast', async () => {
    using guest = new SmpGuest('wake', vcpus);
    expect((await guest.run()).outcome).toBe('shutdown');
    expect(guest.word(0x4022)).toBe(3);
    expect(guest.word(0x4020)).toBe(3 * others.length);
  });

  it('run the program again after a reset', async () => {
    using guest = new SmpGuest('wake', vcpus);
    expect((await guest.run()).outcome).toBe('shutdown');
    guest.vm.reset();
    guest.vm.memory.write(0x4000, new Uint8Array(0x100));
    guest.load('ipi');
    expect((await guest.run()).outcome).toBe('shutdown');
    expect(guest.word(0x4020)).toBe(10 * others.length);
  });
});

describe('one vCPU', () => {
  it('runs with the interrupt controllers in the kernel, too', async () => {
    using guest = new SmpGuest('wake', 1);
    expect((await guest.run()).outcome).toBe('shutdown');
    expect(guest.word(0x4022)).toBe(3);
  });
});
