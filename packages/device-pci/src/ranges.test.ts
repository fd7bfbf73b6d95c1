import type { DeviceState } from '@picovm/core';
import { Random } from '@picovm/testkit';
import { describe, expect, it } from 'vitest';
import type { PciFunctionSpec } from './index.ts';
import { BAR0, BAR1, COMMAND, IO, MEMORY, PciGuest, ROM } from './test/pci-guest.test-util.ts';
import { type Board, board, constant } from './test/plug.test-util.ts';

const HIGH = 0xe000_0000;

const mmio = (value: number, size = 0x1000) => ({ space: 'mmio', size, handler: constant(value) }) as const;
const port = (value: number, size = 16) => ({ space: 'port', size, handler: constant(value) }) as const;
const card = (device: number, ...bars: NonNullable<PciFunctionSpec['bars']>) => ({ device, bars });

/** The ranges of cards, as an address map has them. */
function map({ machine }: Board): string[] {
  return [...machine.ports.map(), ...machine.mmio.map()]
    .filter(({ owner }) => owner.startsWith('card'))
    .map(({ owner, base, length }) => `${owner} ${base.toString(16)}+${length.toString(16)}`);
}

describe('base address registers', () => {
  it('tell their size and kind when all ones are written', () => {
    const { machine } = board(
      card(2, port(1, 4), mmio(2, 16), undefined, mmio(3, 2 ** 31), port(4, 0x1_0000), {
        ...mmio(5),
        prefetchable: true,
      }),
    );
    const pci = new PciGuest(machine, 2);
    const sizes = [0, 1, 2, 3, 4, 5].map((n) => pci.sizeOf(BAR0 + 4 * n));
    expect(sizes).toEqual([0xffff_fffd, 0xffff_fff0, 0, 0x8000_0000, 0xffff_0001, 0xffff_f008]);
    expect([0, 1, 2, 3, 4, 5].map((n) => pci.read(BAR0 + 4 * n))).toEqual([1, 0, 0, 0, 1, 8]);
  });

  it('are answered where they are, as long as the command register says so', () => {
    const the = board(card(2, port(0x11), mmio(0x22)));
    const pci = new PciGuest(the.machine, 2);
    pci.write(BAR0, 0xc000);
    pci.write(BAR1, HIGH);
    expect(map(the)).toEqual([]);
    pci.write(COMMAND, IO, 2);
    expect(the.machine.readPort(0xc00f)).toBe(0x11);
    expect(the.machine.readMmio(HIGH)).toBe(0xffff_ffff);
    pci.write(COMMAND, MEMORY, 2);
    expect(the.machine.readPort(0xc00f)).toBe(0xff);
    expect(the.machine.readMmio(HIGH + 0xffc)).toBe(0x22);
    pci.write(BAR1, HIGH + 0x5000);
    expect(map(the)).toEqual(['card0 e0005000+1000']);
    pci.write(BAR1 + 2, 0xe123, 2);
    expect(map(the)).toEqual(['card0 e1235000+1000']);
    pci.write(BAR1 + 3, 0xe4, 1);
    expect(map(the)).toEqual(['card0 e4235000+1000']);
  });

  it('are answered nowhere at 0, at the size pattern, and for ports beyond the last one', () => {
    const the = board(card(2, port(1), mmio(2)));
    const pci = new PciGuest(the.machine, 2);
    pci.write(COMMAND, IO | MEMORY, 2);
    for (const value of [0, 0xffff_ffff, 0x1_0000, 0x1234_c000]) {
      pci.write(BAR0, value);
      expect(map(the)).toEqual([]);
    }
    pci.write(BAR0, 0xfff0);
    pci.write(BAR1, 0xffff_ffff);
    expect(map(the)).toEqual(['card0 fff0+10']);
    expect(the.machine.log).toEqual([]);
  });

  it('pass widths, labels and coalescing on to the bus', () => {
    const bar = { ...port(1), width: { max: 1 }, label: 'doorbell', coalesced: true } as const;
    const { machine } = board(card(2, bar));
    const pci = new PciGuest(machine, 2);
    pci.write(BAR0, 0xc000);
    pci.write(COMMAND, IO, 2);
    expect(machine.claims.at(-1)?.range).toEqual({
      ...{ base: 0xc000, length: 16, width: { max: 1 }, label: 'doorbell', coalesced: true },
    });
  });

  it('stay away from memory and from what other devices own: told once, counted each time', () => {
    const the = board(card(2, port(1), mmio(2)));
    const { machine } = the;
    const pci = new PciGuest(machine, 2);
    pci.write(COMMAND, IO | MEMORY, 2);
    for (let i = 0; i < 10; i++) {
      pci.write(BAR1, 0x1000 * (i + 1));
      pci.write(BAR0, 0xcf0);
      pci.write(BAR0, 0xcf0);
      pci.write(BAR0, 0xc000);
    }
    expect(map(the)).toEqual(['card0 c000+10']);
    // Where it stays in the way it is counted once, whatever else moves meanwhile.
    expect(the.metrics[0].values()).toEqual({ pciOverlaps: 20 });
    expect(machine.log.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^BAR 1 of card0 at 0x1000 is not answered: .*guest memory/),
      expect.stringMatching(/^BAR 0 of card0 at 0xcf0 is not answered: .*pci/),
    ]);
  });
});

describe('of ranges that overlap', () => {
  it('that of the lowest slot is answered, whoever came first; the other one when it moves away', () => {
    const the = board(card(3, mmio(3)), card(2, mmio(2, 0x4000)));
    const [three, two] = [new PciGuest(the.machine, 3), new PciGuest(the.machine, 2)];
    three.write(BAR0, HIGH + 0x1000);
    three.write(COMMAND, MEMORY, 2);
    expect(map(the)).toEqual(['card0 e0001000+1000']);
    two.write(COMMAND, MEMORY, 2);
    two.write(BAR0, HIGH);
    expect(map(the)).toEqual(['card1 e0000000+4000']);
    expect(the.machine.readMmio(HIGH + 0x1000)).toBe(2);
    two.write(BAR0, HIGH + 0x4000);
    expect(map(the)).toEqual(['card0 e0001000+1000', 'card1 e0004000+4000']);
    expect(the.machine.readMmio(HIGH + 0x1000)).toBe(3);
  });

  it('is the lowest register of one function', () => {
    const the = board(card(2, mmio(1), mmio(2)));
    const pci = new PciGuest(the.machine, 2);
    pci.write(COMMAND, MEMORY, 2);
    pci.write(BAR1, HIGH);
    pci.write(BAR0, HIGH);
    expect(the.machine.readMmio(HIGH)).toBe(1);
    pci.write(BAR0, 0);
    expect(the.machine.readMmio(HIGH)).toBe(2);
  });

  it('are never two that are answered, and the same ones after any sequence that ends alike', () => {
    const cards = () => board(card(2, mmio(1), port(2)), card(3, mmio(3), port(4)), card(4, mmio(5), mmio(6)));
    const the = cards();
    const numbers = new Random(12345);
    const random = (n: number) => numbers.below(n);
    for (let i = 0; i < 4000; i++) {
      const pci = new PciGuest(the.machine, 2 + random(3));
      if (random(3) === 0) pci.write(COMMAND, random(4), 2);
      else pci.write(random(2) ? BAR0 : BAR1, random(2) ? HIGH + 0x1000 * random(4) : 0xc000 + 16 * random(4));
      if (i % 40 !== 0) continue;
      const other = cards();
      // The other way round.
      for (let n = 2; n >= 0; n--) other.functions[n].restore(the.functions[n].snapshot());
      expect(map(other)).toEqual(map(the));
      expect(new Set(other.machine.mmio.map().map(({ base }) => base)).size).toBe(other.machine.mmio.map().length);
    }
  });
});

describe('functions that are restored', () => {
  it('take the places of others that are restored later', () => {
    const the = board(card(2, mmio(2)), card(3, mmio(3)));
    const pci = [new PciGuest(the.machine, 2), new PciGuest(the.machine, 3)];
    pci.forEach((each, i) => {
      each.write(BAR0, HIGH + 0x1000 * i);
      each.write(COMMAND, MEMORY, 2);
    });
    const saved = the.functions.map((each) => structuredClone(each.snapshot()));
    pci[0].write(BAR0, HIGH + 0x2000);
    pci[1].write(BAR0, HIGH);
    pci[0].write(BAR0, HIGH + 0x1000);
    expect(the.machine.readMmio(HIGH)).toBe(3);
    the.functions.forEach((each, i) => {
      each.restore(saved[i]);
    });
    expect(map(the)).toEqual(['card0 e0000000+1000', 'card1 e0001000+1000']);
    for (const each of the.functions) each.reset();
    expect(map(the)).toEqual([]);
  });

  it('refuse states of other functions, and stay as they are', () => {
    const { machine, functions } = board(card(2, mmio(2)), card(3, port(3)));
    const pci = new PciGuest(machine, 2);
    pci.write(BAR0, HIGH);
    const [own, others] = functions.map((each) => each.snapshot() as DeviceState & { config: Uint8Array });
    const changed = (at: number, value: number) => ({ ...own, config: own.config.with(at, value) });
    const bad = [
      others,
      changed(0, 1),
      changed(0x10, 1),
      changed(0x11, 1),
      changed(0x04, 0x80),
      changed(0x0e, 0x80),
      changed(0x3f, 1),
      { ...own, version: 2 },
      { ...own, config: own.config.slice(1) },
      { ...own, config: [...own.config] },
      { version: 1 },
      undefined,
      null,
      7,
    ];
    for (const state of bad) {
      expect(() => functions[0].restore(state)).toThrow(expect.objectContaining({ code: 'ERR_DEVICE_STATE' }));
    }
    expect(functions[0].snapshot()).toEqual(own);
  });
});

describe('an expansion ROM', () => {
  it('is read where its register says, if both enable bits are set, and is filled up with 0xFF', () => {
    const rom = Uint8Array.from({ length: 3000 }, (_, i) => i);
    const { machine } = board({ device: 2, expansionRom: rom });
    const pci = new PciGuest(machine, 2);
    expect(pci.sizeOf(ROM)).toBe(0xffff_f001);
    pci.write(ROM, HIGH | 1);
    expect(machine.readMmio(HIGH)).toBe(0xffff_ffff);
    pci.write(COMMAND, MEMORY, 2);
    expect(machine.readMmio(HIGH)).toBe(0x0302_0100);
    machine.writeMmio(HIGH, 0);
    expect(machine.readMmio(HIGH + 1, 2)).toBe(0x0201);
    expect(machine.readMmio(HIGH + 2998)).toBe(0xffff_b7b6);
    expect(machine.readMmio(HIGH + 4092)).toBe(0xffff_ffff);
    pci.write(ROM, HIGH);
    expect(machine.mmio.map()).toEqual([]);
  });

  it('has 2 KiB at least, and is not there if there is none', () => {
    const { machine } = board({ device: 2, expansionRom: new Uint8Array(1) }, { device: 3 });
    expect(new PciGuest(machine, 2).sizeOf(ROM)).toBe(0xffff_f801);
    expect(new PciGuest(machine, 3).sizeOf(ROM)).toBe(0);
  });
});

describe('a range of a device of its own', () => {
  it('goes where the device places it, behind the base address registers of the same function', () => {
    const the = board(card(2, port(1)), { device: 3 });
    const [first, second] = the.functions;
    const range = first.range({ ...port(7, 64), label: 'own' });
    range.place(0x600);
    expect(the.machine.readPort(0x63f)).toBe(7);
    range.place(0xc000);
    const pci = new PciGuest(the.machine, 2);
    pci.write(BAR0, 0xc000);
    pci.write(COMMAND, IO, 2);
    expect([the.machine.readPort(0xc000), the.machine.readPort(0xc010)]).toEqual([1, 0xff]);
    second.range(port(9, 64)).place(0x600);
    expect(the.machine.readPort(0x600)).toBe(9);
    range.place(0x620);
    expect(the.machine.readPort(0x620)).toBe(7);
    range.place(undefined);
    expect(the.machine.readPort(0x620)).toBe(9);
    second.range(port(8)).place(0xfff8);
    expect(the.machine.log.at(-1)?.message).toMatch('is not within');
  });
});
