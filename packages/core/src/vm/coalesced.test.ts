import { describe, expect, it } from 'vitest';
import { type Device, formatAddressMap, Vm } from '../index.ts';
import { FakeAccelerator, type FakeVcpu, type Program } from './fake-accelerator.test-util.ts';
import { device } from './make-vm.test-util.ts';

/** A log of ports E0H to E3H and of 16 addresses, whose writes may be late, and of port 10H, whose may not. */
function log(written: string[], coalesced: boolean | undefined = true): Device {
  const handler = (name: string) => ({
    read: () => {
      written.push(`${name} read`);
      return written.length;
    },
    write: (offset: number, size: number, value: number) => void written.push(`${name}+${offset} ${size} ${value}`),
  });
  return device('log', ({ claimPorts, claimMmio }) => {
    claimPorts({ base: 0xe0, length: 4, label: 'log', coalesced }, handler('port'));
    claimMmio({ base: 0x10000, length: 16, coalesced }, handler('mmio'));
    claimPorts({ base: 0x10, length: 1 }, handler('bell'));
  });
}

const PROGRAM: Program = function* ({ sink }) {
  sink.portWrite(0xe0, 1, 1);
  yield;
  sink.mmioWrite(0x10004, 2, 2);
  yield;
  sink.mmioWrite64(0x10008, 0x4_0000_0003n);
  yield;
  sink.portWrite(0x10, 1, 5);
  yield;
  sink.portWrite(0xe3, 1, 6);
  yield;
  sink.portRead(0xe3, 1);
  yield;
  sink.portWrite(0xe1, 2, 7);
};

const WRITTEN = [
  'port+0 1 1',
  'mmio+4 2 2',
  'mmio+8 4 3',
  'mmio+12 4 4',
  'bell+0 1 5',
  'port+3 1 6',
  'port read',
  'port+1 2 7',
];

function makeVm(
  program: Program,
  devices: readonly Device[],
  coalesces: boolean,
): { vm: Vm<FakeVcpu>; zones: string[] } {
  const accelerator = new FakeAccelerator({ program, coalesces });
  const vm = new Vm({ accelerator, memory: [{ base: 0, size: 4096 }], devices });
  const zones = accelerator.log.filter((line) => line.startsWith('zone'));
  return { vm, zones };
}

describe('a range whose writes may be late', () => {
  it('is told to the accelerator, and taken back at the end', () => {
    const accelerator = new FakeAccelerator({ coalesces: true });
    const vm = new Vm({ accelerator, memory: [{ base: 0, size: 4096 }], devices: [log([])] });
    const zones = (): string[] => accelerator.log.filter((line) => line.startsWith('zone'));
    expect(zones()).toEqual(['zone port e0 4', 'zone mmio 10000 16']);
    // Also one that no device claims.
    vm.ports.claim({ base: 0x70, length: 2, coalesced: true }, 'host', { read: () => 0, write: () => {} });
    expect(zones()).toHaveLength(3);
    vm.dispose();
    expect(zones().slice(3)).toEqual(['zone port e0 4 gone', 'zone mmio 10000 16 gone', 'zone port 70 2 gone']);
  });

  it('is taken back when its owner gives it back, and not once more', () => {
    const accelerator = new FakeAccelerator({ coalesces: true });
    const vm = new Vm({ accelerator, memory: [{ base: 0, size: 4096 }] });
    const handler = { read: () => 0, write: () => {} };
    vm.ports.claim({ base: 0x70, length: 2, coalesced: true }, 'host', handler)[Symbol.dispose]();
    const gone = ['zone port 70 2', 'zone port 70 2 gone'];
    expect(accelerator.log.filter((line) => line.startsWith('zone'))).toEqual(gone);
    vm.dispose();
    expect(accelerator.log.filter((line) => line.startsWith('zone'))).toEqual(gone);
  });

  it.each([false, undefined])('is not, where it says %s', (coalesced) => {
    const devices = [
      device('log', ({ claimPorts, claimMmio }) => {
        const handler = { read: () => 0, write: () => {} };
        claimPorts({ base: 0xe0, length: 4, coalesced }, handler);
        claimMmio({ base: 0x10000, length: 16, coalesced }, handler);
      }),
    ];
    expect(makeVm(function* () {}, devices, true).zones).toEqual([]);
  });

  it('cannot say anything else', () => {
    const devices = [
      device('log', ({ claimPorts }) => {
        claimPorts({ base: 0xe0, length: 4, coalesced: 'yes' as never }, { read: () => 0, write: () => {} });
      }),
    ];
    expect(() => makeVm(function* () {}, devices, true)).toThrow(
      expect.objectContaining({ code: 'ERR_BUS_RANGE', message: expect.stringContaining('coalesced: yes') }),
    );
  });

  it.each([
    [{ coalesce: true }, 'coalesced'],
    [{ labell: 'log' }, 'label'],
  ])('is not asked for by another name: %o', (keys, meant) => {
    const devices = [
      device('log', ({ claimPorts }) => {
        claimPorts({ base: 0xe0, length: 4, ...keys }, { read: () => 0, write: () => {} });
      }),
    ];
    expect(() => makeVm(function* () {}, devices, true)).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_ARGUMENT',
        message: expect.stringMatching(new RegExp(`log claims has no key .*did you mean ${meant}\\?$`)),
      }),
    );
  });

  it('shows in the address map', () => {
    using vm = makeVm(PROGRAM, [log([])], false).vm;
    const [, mmio, ...ports] = vm.map();
    expect(mmio).toEqual({ space: 'mmio', base: 0x10000, length: 16, owner: 'log', label: '', coalesced: true });
    expect(ports.map(({ coalesced }) => coalesced)).toEqual([undefined, true]);
    expect(formatAddressMap(vm.map())).toMatch(/mmio {4}log {2}\(coalesced writes\)\n/);
    expect(formatAddressMap(vm.map())).toContain('log  (log, coalesced writes)');
  });

  it.each([
    [true, 'that can'],
    [false, 'that cannot'],
  ])('has the same written to it, and the same counters (%s), on an accelerator %s', async (coalesces) => {
    const written: string[] = [];
    using vm = makeVm(PROGRAM, [log(written)], coalesces).vm;
    const { outcome, counters } = await vm.run({ timeoutMs: 10_000 });
    expect(outcome).toBe('halted');
    expect(written).toEqual(WRITTEN);
    expect(counters.exits).toMatchObject({ io: 5, mmio: 2, halt: 1 });
    expect(counters.totalExits).toBe(8);
    expect(counters.devices.log).toMatchObject({ reads: 1, writes: 7 });
  });

  it('has what was written before a snapshot in it, and is not written to twice behind it', async () => {
    const written: string[] = [];
    using vm = makeVm(PROGRAM, [log(written)], true).vm;
    let runs = 0;
    while ((await vm.run({ maxExits: 1, timeoutMs: 10_000 })).outcome === 'max-exits') {
      expect(written).toEqual(WRITTEN.slice(0, written.length));
      runs++;
    }
    expect(runs).toBeGreaterThan(1);
    expect(written).toEqual(WRITTEN);
  });

  it('is late: it hears of a write when the guest leaves', async () => {
    const seen: number[] = [];
    for (const coalesces of [true, false]) {
      const devices = [
        device('log', ({ claimPorts }) => {
          const write = (): void => void seen.push(vm.vcpu.instructions);
          claimPorts({ base: 0xe0, length: 1, coalesced: true }, { read: () => 0, write });
        }),
      ];
      const three: Program = function* ({ sink }) {
        for (let i = 0; i < 3; i++) {
          sink.portWrite(0xe0, 1, i);
          yield;
        }
      };
      using vm = makeVm(three, devices, coalesces).vm;
      await vm.run({ timeoutMs: 10_000 });
    }
    expect(seen).toEqual([4, 4, 4, 0, 1, 2]);
  });
});
