import { describe, expect, it } from 'vitest';
import type { Device, DeviceContext, DeviceState, PortHandler } from '../index.ts';
import { makeVm } from './make-vm.test-util.ts';

/** A device whose ports and addresses the guest or the host can move, as those of PCI devices. */
class Movable implements Device {
  readonly id = 'card';
  readonly type = 'card';
  base = 0;
  readonly #first: number;
  #here: Disposable[] = [];
  #context: DeviceContext | undefined;

  constructor(first = 0x100) {
    this.#first = first;
  }

  attach(context: DeviceContext): void {
    this.#context = context;
    this.move(this.#first);
  }

  move(base: number): void {
    for (const range of this.#here) range[Symbol.dispose]();
    this.base = base;
    const context = this.#context as DeviceContext;
    const handler: PortHandler = { read: () => 0x5a, write: () => {} };
    this.#here = [
      context.claimPorts({ base, length: 4 }, handler),
      context.claimMmio({ base: base << 12, length: 4 }, handler),
    ];
  }

  snapshot(): { version: number; base: number } {
    return { version: 1, base: this.base };
  }

  restore({ base }: DeviceState): void {
    this.move(base as number);
  }
}

function machine(first?: number) {
  const card = new Movable(first);
  return { card, vm: makeVm(function* () {}, { devices: [card] }) };
}

describe('a device that has moved', () => {
  it('is where it was after a restore, in the same machine and in others', () => {
    const { card, vm } = machine();
    const before = vm.snapshot();
    card.move(0x200);
    vm.exits.portRead(0x201, 1);
    const after = vm.snapshot();
    for (const [snapshot, base, gone] of [
      [before, 0x100, 0x200],
      [after, 0x200, 0x100],
      [after, 0x200, 0x100],
      [before, 0x100, 0x200],
    ] as const) {
      const other = machine();
      for (const one of [{ card, vm }, other]) {
        one.vm.restore(snapshot);
        expect(one.card.base).toBe(base);
        expect(one.vm.ports.read(base, 1)).toBe(0x5a);
        expect(one.vm.mmio.read(base << 12, 1)).toBe(0x5a);
        expect(one.vm.ports.read(gone, 1)).toBe(0xff);
      }
      other.vm.dispose();
    }
    vm.dispose();
  });

  it('leaves the description of the machine as it was when all had joined', () => {
    const { card, vm } = machine();
    const { ranges } = vm.snapshot().machine;
    card.move(0x200);
    vm.ports.claim({ base: 0x300, length: 1 }, 'card', { read: () => 0, write: () => {} });
    expect(vm.snapshot().machine.ranges).toEqual(ranges);
    // But the address map is that of now.
    expect(vm.map().map(({ base }) => base)).toEqual([0, 0x200 << 12, 0x200, 0x300]);
    vm.dispose();
  });

  it('is still compared where it was at first', () => {
    const { vm } = machine();
    const snapshot = machine(0x400).vm.snapshot();
    expect(() => vm.restore(snapshot)).toThrow(
      expect.objectContaining({
        code: 'ERR_SNAPSHOT_MISMATCH',
        message: expect.stringContaining('ports of card: the snapshot has 0x400-0x403, this machine 0x100-0x103'),
      }),
    );
    vm.dispose();
  });
});

describe('what an accelerator answers itself', () => {
  const reserved = [
    { space: 'port', base: 0x20, length: 2, owner: "somebody's 8259A", label: '' },
    { space: 'mmio', base: 0xfee00000, length: 4096, owner: "somebody's APIC", label: '' },
  ] as const;
  const handler = { read: () => 0, write: () => {} };

  it('cannot be claimed, and is in the address map', () => {
    using vm = makeVm(function* () {}, { reserved });
    for (const base of [0x1f, 0x20, 0x21]) {
      expect(() => vm.ports.claim({ base, length: 2 }, 'pic', handler)).toThrow(
        expect.objectContaining({
          code: 'ERR_BUS_OVERLAP',
          message: expect.stringContaining("overlaps 0x20-0x21 of somebody's 8259A"),
        }),
      );
    }
    expect(() => vm.mmio.claim({ base: 0xfee00020, length: 4 }, 'apic', handler)).toThrow(
      expect.objectContaining({ code: 'ERR_BUS_OVERLAP', message: expect.stringContaining("of somebody's APIC") }),
    );
    vm.ports.claim({ base: 0x1e, length: 2 }, 'pic', handler);
    vm.ports.claim({ base: 0x22, length: 2 }, 'pic', handler);
    expect(vm.map()).toEqual(expect.arrayContaining([...reserved]));
    expect(vm.snapshot().machine.ranges).toEqual([]);
  });

  it('is nothing, unless it says so', () => {
    using vm = makeVm(function* () {});
    vm.ports.claim({ base: 0x20, length: 2 }, 'pic', handler);
  });
});
