import type { Device, DeviceContext, IrqLine, PortHandler } from '@picovm/core';
import { describe, expect, it } from 'vitest';
import { FakeMachine } from '../index.ts';

/** A device that is given as its `attach`. */
function device(attach: (context: DeviceContext) => void, rest: Partial<Device> = {}): Device {
  return { id: 'it', type: 'test', attach, ...rest };
}

function memoryOf(length: number): PortHandler & { bytes: number[] } {
  const bytes = Array<number>(length).fill(0);
  return {
    bytes,
    read: (offset) => bytes[offset],
    write: (offset, _size, value) => {
      bytes[offset] = value;
    },
  };
}

describe('FakeMachine', () => {
  it('has real buses: it splits, widens and straddles as a VM does', () => {
    const registers = memoryOf(4);
    const machine = new FakeMachine(
      device((context) => context.claimPorts({ base: 0x510, length: 4, width: { max: 1 } }, registers)),
    );
    machine.writePort(0x50f, 0x44332211, 4);
    expect(registers.bytes).toEqual([0x22, 0x33, 0x44, 0]);
    expect(machine.readPort(0x511, 2)).toBe(0x4433);
    expect(machine.readPort(0x514)).toBe(0xff);
    expect(machine.claims).toEqual([
      { owner: 'it', space: 'port', range: { base: 0x510, length: 4, width: { max: 1 } } },
    ]);
  });

  it('keeps what the device was asked, as the device saw it', () => {
    const machine = new FakeMachine(
      device((context) => {
        context.claimPorts({ base: 8, length: 2, width: { max: 1 } }, memoryOf(2));
        context.claimMmio({ base: 0xb8000, length: 16 }, { read: () => -1, write: () => {}, read64: () => 7n });
      }),
      { keepAccesses: 3 },
    );
    machine.writePort(8, 0x0201, 2);
    expect(machine.accesses).toEqual([
      { owner: 'it', space: 'port', direction: 'write', address: 8, offset: 0, size: 1, value: 1, block: undefined },
      { owner: 'it', space: 'port', direction: 'write', address: 9, offset: 1, size: 1, value: 2, block: undefined },
    ]);
    expect(machine.readMmio(0xb8004, 2)).toBe(0xffff);
    expect(machine.mmio.read64(0xb8008)).toBe(7n);
    expect(machine.accesses.map(({ address, value }) => [address, value])).toEqual([
      [9, 2],
      [0xb8004, -1],
      [0xb8008, 7n],
    ]);
  });

  it('leaves a device its fast paths, and gives it none that it has not', () => {
    const blocks: number[][] = [];
    const machine = new FakeMachine(
      device((context) => {
        const { read, write } = memoryOf(1);
        context.claimPorts(
          { base: 0, length: 1 },
          { read, write, writeBlock: (_o, _s, data) => blocks.push([...data]) },
        );
        context.claimPorts({ base: 1, length: 1 }, { read, write });
      }),
    );
    machine.ports.writeBlock(0, 1, Uint8Array.of(1, 2, 3));
    machine.ports.writeBlock(1, 1, Uint8Array.of(4, 5));
    expect(blocks).toEqual([[1, 2, 3]]);
    expect(machine.accesses.map(({ value, block }) => [value, block])).toEqual([
      [1, Uint8Array.of(1, 2, 3)],
      [4, undefined],
      [5, undefined],
    ]);
  });

  it('lets out what a device throws, and refuses promises', () => {
    const machine = new FakeMachine(
      device((context) => {
        const write = (): void => {
          throw new Error('too much');
        };
        context.claimPorts({ base: 0x20, length: 1 }, { read: () => Promise.resolve(1) as never, write });
      }),
    );
    expect(() => machine.writePort(0x20, 1)).toThrow(
      'it threw while the guest did a 1-byte write at port 0x20: too much',
    );
    expect(() => machine.readPort(0x20)).toThrow('promise');
  });

  it('has a clock, interrupt lines, counters, a log and guest memory', () => {
    const machine = new FakeMachine(
      device((context) => {
        const line = context.irq(4);
        context.clock.alarm(100, () => line.pulse());
        context.metrics.counter('starts').value++;
        context.log.warn('started');
        context.memory.writeU32(0xfffc, 0x12345678);
        context.systemEvent({ type: 'shutdown' } as never);
      }),
    );
    machine.clock.advance(200);
    expect(machine.irq(4).changes).toEqual([
      { level: true, at: 100 },
      { level: false, at: 100 },
    ]);
    expect(machine.irqsAsked).toEqual([4]);
    expect(machine.metrics.values()).toEqual({ starts: 1 });
    expect(machine.log).toEqual([{ level: 'warn', message: 'started' }]);
    expect(machine.memory.readU32(0xfffc)).toBe(0x12345678);
    expect(machine.systemEvents).toHaveLength(1);
    expect(() => machine.irq(24)).toThrow('there is no interrupt line 24');
  });

  it('refuses what a VM refuses: overlaps, also with memory, and ids that are taken', () => {
    const claiming = (base: number, id: string): Device =>
      device((context) => context.claimMmio({ base, length: 16 }, memoryOf(16)), { id });
    expect(() => new FakeMachine(claiming(0x1000, 'a'))).toThrow(expect.objectContaining({ code: 'ERR_BUS_OVERLAP' }));
    const machine = new FakeMachine(claiming(0x1000, 'a'), { memory: 0 });
    expect(() => machine.attach(claiming(0x1008, 'b'))).toThrow(expect.objectContaining({ code: 'ERR_BUS_OVERLAP' }));
    expect(() => machine.attach(claiming(0x2000, 'a'))).toThrow(expect.objectContaining({ code: 'ERR_DEVICE_ID' }));
  });

  it('leads its lines to an interrupt controller, with what is asserted already', () => {
    const seen: [number, boolean][] = [];
    const machine = new FakeMachine(device((context) => context.irq(3).set(true)));
    machine.attach(
      device(
        (context) => {
          let intr: IrqLine | undefined;
          intr = context.claimInterrupts({
            setLine: (line, level) => {
              seen.push([line, level]);
              intr?.set(level);
            },
            acknowledge: () => 0x20,
          });
        },
        { id: 'pic' },
      ),
    );
    machine.irq(7).set(true);
    expect(seen).toEqual([
      [3, true],
      [7, true],
    ]);
    expect(machine.intr.level).toBe(true);
    expect(machine.controller?.acknowledge()).toBe(0x20);
    const second = device((context) => void context.claimInterrupts({ setLine: () => {}, acknowledge: () => 0 }), {
      id: 'second',
    });
    expect(() => machine.attach(second)).toThrow('second wants to be a second interrupt controller');
  });

  it('tells an interrupt controller nothing of lines that are put back as they were', () => {
    const seen: [number, boolean][] = [];
    const machine = new FakeMachine(
      device((context) => {
        context.claimInterrupts({ setLine: (n, level) => seen.push([n, level]), acknowledge: () => 0 });
      }),
    );
    machine.restoring(() => machine.irq(3).set(true));
    expect(machine.irq(3).level).toBe(true);
    machine.irq(3).set(false);
    expect(seen).toEqual([[3, false]]);
  });

  it('has the regions of memory that it is given', () => {
    let context: DeviceContext | undefined;
    const machine = new FakeMachine(
      device((given) => {
        context = given;
      }),
      {
        memory: [
          { base: 0, size: 4096 },
          { base: 0x20000, size: 4096, name: 'bios', readonly: true },
        ],
      },
    );
    expect(context?.memory.contiguous(0)).toBe(4096);
    expect(machine.memory.regionAt(0x20010)?.readonly).toBe(true);
    const claiming = (base: number): Device =>
      device(({ claimMmio }) => claimMmio({ base, length: 8 }, memoryOf(8)), { id: 'claiming' });
    expect(() => machine.attach(claiming(0x20ff8))).toThrow('bios');
    expect(() => new FakeMachine(claiming(0xfff8))).toThrow('guest memory');
    new FakeMachine(claiming(0xfff8), { memory: 0 });
  });

  it('refuses what is no device, and options that it does not have', () => {
    const invalid = (message: string | RegExp) =>
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringMatching(message) });
    const make =
      (...given: unknown[]) =>
      () =>
        new FakeMachine(...(given as [Device]));
    expect(make()).toThrow(invalid('takes a device, not undefined'));
    expect(make(function lamp() {})).toThrow(invalid(/not the function lamp: call it, and it makes one/));
    expect(
      make(
        device(() => {}),
        { memroy: 4096 },
      ),
    ).toThrow(invalid(/^FakeMachine has no option memroy: there are memory, now, keepAccesses, onAccess$/));
    expect(
      make(
        device(() => {}),
        7,
      ),
    ).toThrow(invalid('must be a record, not 7'));
  });

  it('does not wait for an attach that is asynchronous', () => {
    const late = device(async () => Promise.reject(new Error('late')));
    expect(() => new FakeMachine(late)).toThrow(
      expect.objectContaining({
        code: 'ERR_DEVICE',
        message: expect.stringContaining('attach() of it gives a promise'),
      }),
    );
  });

  it('disposes its devices, the last one first', () => {
    const seen: string[] = [];
    const named = (id: string): Device => device(() => {}, { id, dispose: () => seen.push(id) });
    {
      using machine = new FakeMachine(named('first'));
      machine.attach(named('second'));
    }
    expect(seen).toEqual(['second', 'first']);
  });

  it('forgets a range that a device gives back', () => {
    using machine = new FakeMachine({
      id: 'mover',
      type: 'mover',
      attach: ({ claimPorts, claimMmio }) => {
        const handler = { read: () => 5, write: () => {} };
        claimPorts({ base: 0x10, length: 1 }, handler)[Symbol.dispose]();
        claimPorts({ base: 0x20, length: 1 }, handler);
        claimMmio({ base: 0x20000, length: 16 }, handler)[Symbol.dispose]();
      },
    });
    expect(machine.claims.map(({ range }) => range.base)).toEqual([0x20]);
    expect([machine.ports.read(0x10, 1), machine.ports.read(0x20, 1)]).toEqual([0xff, 5]);
  });
});
