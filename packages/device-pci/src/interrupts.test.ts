import { FakeMachine } from '@picovm/testkit';
import { describe, expect, it } from 'vitest';
import { type PciFunction, pciBus } from './index.ts';
import { COMMAND, PciGuest, STATUS } from './test/pci-guest.test-util.ts';
import { board, Plugged } from './test/plug.test-util.ts';

const IRQS = [10, 11, 12, 15];
const INTX_DISABLE = 0x400;

describe('interrupt pins', () => {
  // What SeaBIOS writes into the interrupt line register, and the DSDT of the board has in its _PRT.
  it.each([
    [1, 1, 0],
    [1, 4, 3],
    [2, 1, 1],
    [3, 1, 2],
    [3, 2, 3],
    [4, 1, 3],
    [5, 1, 0],
    [0, 1, 3],
    [31, 4, 1],
  ] as const)('of slot %i, pin %i lead to PIRQ %i', (device, interruptPin, pirq) => {
    const { machine, functions } = board({ device, interruptPin });
    functions[0].intx.set(true);
    expect(IRQS.map((n) => machine.irq(n).level)).toEqual([0, 1, 2, 3].map((n) => n === pirq));
    functions[0].intx.set(false);
    expect(IRQS.some((n) => machine.irq(n).level)).toBe(false);
  });

  it('share a line as levels', () => {
    const { machine, functions } = board({ device: 1, interruptPin: 1 }, { device: 5, interruptPin: 1 });
    const line = machine.irq(10);
    for (const each of functions) each.intx.set(true);
    functions[0].intx.set(false);
    expect(line.level).toBe(true);
    functions[1].intx.pulse();
    expect(line.level).toBe(false);
  });

  it('lead nowhere where there is none', () => {
    const { machine, functions } = board({ device: 1 });
    functions[0].intx.set(true);
    functions[0].intx.pulse();
    expect(IRQS.some((n) => machine.irq(n).changes.length > 0)).toBe(false);
  });

  it('are held back by the command register, and shown by the status register all the same', () => {
    const { machine, functions } = board({ device: 1, interruptPin: 1 });
    const pci = new PciGuest(machine, 1);
    pci.write(COMMAND, INTX_DISABLE, 2);
    functions[0].intx.set(true);
    expect(machine.irq(10).level).toBe(false);
    expect(pci.read(STATUS, 2) & 8).toBe(8);
    expect(pci.read(COMMAND) & 0x8_0000).toBe(0x8_0000);
    pci.write(COMMAND, 0, 2);
    expect(machine.irq(10).level).toBe(true);
    functions[0].intx.set(false);
    expect(pci.read(STATUS, 2) & 8).toBe(0);
  });

  it('drive their line after a restore as state and device say', () => {
    const { machine, functions } = board({ device: 1, interruptPin: 1 });
    const open = functions[0].snapshot();
    new PciGuest(machine, 1).write(COMMAND, INTX_DISABLE, 2);
    functions[0].intx.set(true);
    functions[0].restore(open);
    expect(machine.irq(10).level).toBe(true);
    const other = board({ device: 1, interruptPin: 1 });
    other.functions[0].restore(open);
    expect(other.machine.irq(10).level).toBe(false);
    other.functions[0].intx.set(true);
    expect(other.machine.irq(10).level).toBe(true);
  });
});

describe('a chipset', () => {
  it('is told of the lines that are asserted already, and of all changes', () => {
    const bus = pciBus();
    const machine = new FakeMachine(bus);
    const cards = [1, 2].map((device) => new Plugged(bus, { device, interruptPin: 1 }));
    for (const each of cards) machine.attach(each);
    const [a, b]: PciFunction[] = cards.map((each) => each.function);
    a.intx.set(true);
    const told: [number, boolean][] = [];
    bus.connectPirqs((pirq, level) => void told.push([pirq, level]));
    b.intx.set(true);
    a.intx.set(false);
    expect(told).toEqual([
      [0, true],
      [1, true],
      [0, false],
    ]);
  });

  it('is the only one, and not where the lines lead somewhere already', () => {
    const refused = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });
    const bus = pciBus();
    bus.connectPirqs(() => {});
    expect(() => bus.connectPirqs(() => {})).toThrow(refused);
    expect(() => board().bus.connectPirqs(() => {})).toThrow(refused);
  });
});
