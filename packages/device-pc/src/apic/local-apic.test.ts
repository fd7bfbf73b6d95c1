import { FakeMachine } from '@picovm/testkit';
import { describe, expect, it } from 'vitest';
import { ioApic, localApic, pic8259 } from '../index.ts';
import { board, enabled, initializePic, LAPIC_BASE, sendSelf } from './apic.test-util.ts';

const [ID, VERSION, TPR, PPR, LDR, DFR, SVR] = [0x20, 0x30, 0x80, 0xa0, 0xd0, 0xe0, 0xf0];
const [ISR, TMR, IRR, ESR, ICR, ICR_HIGH] = [0x100, 0x180, 0x200, 0x280, 0x300, 0x310];
const [TIMER, LINT0, LINT1, ERROR] = [0x320, 0x350, 0x360, 0x370];
const MASKED = 0x10000;

describe('the registers of a local APIC', () => {
  it('are those of an integrated one after RESET, with LINT0 open for the 8259A', () => {
    const { read } = board({ apicId: 3 });
    expect([ID, VERSION, TPR, LDR, DFR, SVR].map(read)).toEqual([3 << 24, 0x50014, 0, 0, 0xffffffff, 0xff]);
    expect([0, 1, 2, 3, 4, 5].map((n) => read(TIMER + 16 * n))).toEqual([
      MASKED,
      MASKED,
      MASKED,
      0x700,
      MASKED,
      MASKED,
    ]);
    expect([ISR, TMR, IRR, ESR, ICR, ICR_HIGH, 0x380, 0x390, 0x3e0].map(read)).toEqual(Array(9).fill(0));
  });

  it('keep the bits that they have', () => {
    const { read, write } = enabled();
    const kept = (offset: number): number => {
      write(offset, 0xffffffff);
      return read(offset);
    };
    expect([ID, TPR, LDR, DFR, SVR, ICR_HIGH].map(kept)).toEqual([
      0xff000000, 0xff, 0xff000000, 0xffffffff, 0x3ff, 0xff000000,
    ]);
    expect([0, 1, 2, 3, 4, 5].map((n) => kept(TIMER + 16 * n))).toEqual([
      0x300ff, 0x107ff, 0x107ff, 0x1a7ff, 0x1a7ff, 0x100ff,
    ]);
    write(DFR, 0);
    expect([read(DFR), kept(VERSION), kept(PPR)]).toEqual([0x0fffffff, 0x50014, 0xff]);
  });

  it('are an error where there is none', () => {
    const { read, write } = enabled();
    read(0x40);
    expect(read(ESR)).toBe(0);
    write(ESR, 0);
    expect(read(ESR)).toBe(0x80);
    write(0x3f0, 1);
    write(ESR, 0);
    expect(read(ESR)).toBe(0x80);
    write(ESR, 0);
    expect(read(ESR)).toBe(0);
    // Between registers there is nothing at all.
    write(0x84, 0x55);
    expect([read(0x84), read(TPR)]).toEqual([0, 0]);
  });
});

describe('priorities', () => {
  it('serve the highest vector first, and nest by classes of 16', () => {
    const apics = enabled();
    const { read } = apics;
    sendSelf(apics, 0x31, 0x52, 0x55, 0xe0);
    expect([read(IRR + 0x10), read(IRR + 0x20), read(IRR + 0x70)]).toEqual([1 << 17, (1 << 18) | (1 << 21), 1]);
    expect(apics.serve()).toEqual([0xe0]);
    expect([read(PPR), read(ISR + 0x70), read(IRR + 0x70)]).toEqual([0xe0, 1, 0]);
    apics.end();
    expect(apics.serve()).toEqual([0x55]);
    // The same class waits; a higher one does not.
    expect(apics.intr).toBe(false);
    sendSelf(apics, 0x61);
    expect(apics.serve()).toEqual([0x61]);
    apics.end();
    expect(apics.intr).toBe(false);
    apics.end();
    expect(apics.serve()).toEqual([0x52]);
    apics.end();
    expect(apics.serve()).toEqual([0x31]);
    apics.end();
    apics.end();
    expect([apics.intr, read(PPR)]).toEqual([false, 0]);
  });

  it('take two requests of one vector together, and a third while it is served', () => {
    const apics = enabled();
    sendSelf(apics, 0x40, 0x40);
    expect(apics.serve()).toEqual([0x40]);
    sendSelf(apics, 0x40);
    expect(apics.intr).toBe(false);
    apics.end();
    expect(apics.serve()).toEqual([0x40]);
  });

  it('hold back what is not above the task priority', () => {
    const apics = enabled();
    const { read, write } = apics;
    write(TPR, 0x4f);
    sendSelf(apics, 0x4f, 0x50);
    expect(read(PPR)).toBe(0x4f);
    expect(apics.serve()).toEqual([0x50]);
    expect(read(PPR)).toBe(0x50);
    apics.end();
    expect(apics.intr).toBe(false);
    write(TPR, 0x3f);
    expect(apics.serve()).toEqual([0x4f]);
    // The lower half counts only for what is read: of equal classes it is the task's.
    write(TPR, 0x47);
    expect(read(PPR)).toBe(0x47);
  });

  it('give the spurious vector if the request is gone when the processor acknowledges', () => {
    const apics = enabled();
    sendSelf(apics, 0x40);
    apics.write(SVR, 0x1ef);
    apics.write(TPR, 0x40);
    expect(apics.intr).toBe(false);
    expect(apics.apic.acknowledge()).toBe(0xef);
    expect([apics.read(ISR + 0x70), apics.metrics.values().spurious]).toEqual([0, 1]);
    apics.write(TPR, 0);
    expect(apics.serve()).toEqual([0x40]);
  });
});

describe('interprocessor interrupts', () => {
  it.each([
    ['itself', 0x40000, 0, true],
    ['all with itself', 0x80000, 0, true],
    ['all others', 0xc0000, 0, false],
    ['its APIC ID', 0, 5, true],
    ['everybody', 0, 0xff, true],
    ['another one', 0, 6, false],
    ['its logical destination', 0x800, 0x12, true],
    ['another logical destination', 0x800, 0x01, false],
    ['the lowest priority', 0x900, 0x02, true],
  ])('to %s', (_to, command, destination, arrives) => {
    const apics = enabled({ apicId: 5 });
    apics.write(LDR, 0x02000000);
    apics.write(ICR_HIGH, destination << 24);
    apics.write(ICR, command | 0x41);
    expect(apics.serve()).toEqual(arrives ? [0x41] : []);
    expect(apics.read(ICR) & 0x1000).toBe(0);
  });

  it.each([
    [0x13, 0x12, true],
    [0x13, 0x1c, false],
    [0x13, 0x22, false],
    [0x13, 0xf1, true],
    [0x13, 0xff, true],
    [0x00, 0xff, false],
  ])('in the cluster model: %i is named by %i: %s', (ldr, destination, arrives) => {
    const apics = enabled();
    apics.write(DFR, 0x0fffffff);
    apics.write(LDR, ldr << 24);
    apics.write(ICR_HIGH, destination << 24);
    apics.write(ICR, 0x841);
    expect(apics.serve()).toEqual(arrives ? [0x41] : []);
  });

  it('of other kinds: NMI arrives; INIT, start-up and SMI do nothing', () => {
    const apics = enabled();
    apics.write(ICR, 0x400);
    expect(apics.nmis).toBe(1);
    // Not by a shorthand (table 11-3).
    for (const command of [0x44400, 0x44500, 0x4500, 0xc500, 0x608, 0x200, 0x40141, 0x300, 0x700]) {
      apics.write(ICR, command);
    }
    expect([apics.nmis, apics.serve()]).toEqual([1, []]);
  });

  it('of the vectors 0 to 15 are errors, which interrupt once', () => {
    const apics = enabled();
    apics.write(ERROR, 0x70);
    sendSelf(apics, 15, 0);
    expect(apics.serve()).toEqual([0x70]);
    apics.end();
    apics.write(ESR, 0);
    expect([apics.read(ESR), apics.intr]).toEqual([0x20, false]);
    sendSelf(apics, 1);
    expect(apics.serve()).toEqual([0x70]);
    // An illegal vector of the error's own is one more error, and no more.
    apics.write(ERROR, 0x05);
    apics.write(ESR, 0);
    sendSelf(apics, 1);
    apics.write(ESR, 0);
    expect(apics.read(ESR)).toBe(0x60);
  });
});

describe('the pins LINT0 and LINT1', () => {
  it('LINT0 passes the 8259A’s interrupts at power-on, by ExtINT, and by none of it when it is masked', () => {
    const apics = board();
    initializePic(apics);
    apics.raise(3);
    expect(apics.serve()).toEqual([0x0b]);
    apics.machine.writePort(0x20, 0x20);
    apics.lower(3);
    apics.write(SVR, 0x1ff);
    apics.write(LINT0, 0x8700);
    // Priorities are nothing to it.
    apics.write(TPR, 0xff);
    apics.raise(3);
    expect(apics.serve()).toEqual([0x0b]);
    apics.machine.writePort(0x20, 0x20);
    apics.write(LINT0, 0x18700);
    apics.lower(3);
    apics.raise(3);
    expect(apics.intr).toBe(false);
    apics.write(LINT0, 0x700);
    expect(apics.serve()).toEqual([0x0b]);
  });

  it('LINT0 gives a vector of its own, for an edge or for a level with its end', () => {
    const apics = enabled();
    initializePic(apics);
    apics.write(LINT0, 0x45);
    apics.raise(3);
    expect(apics.serve()).toEqual([0x45]);
    apics.end();
    expect(apics.intr).toBe(false);
    apics.write(LINT0, 0x8046);
    expect(apics.serve()).toEqual([0x46]);
    expect([apics.read(LINT0), apics.read(TMR + 0x20)]).toEqual([0xc046, 1 << 6]);
    apics.end();
    expect(apics.serve()).toEqual([0x46]);
    apics.lower(3);
    apics.end();
    expect([apics.intr, apics.read(LINT0)]).toEqual([false, 0x8046]);
  });

  it('LINT1 gives NMIs, an edge each', () => {
    const apics = board();
    apics.apic.lint1.pulse();
    expect(apics.nmis).toBe(0);
    apics.write(SVR, 0x1ff);
    apics.write(LINT1, 0x400);
    apics.apic.lint1.set(true);
    apics.apic.lint1.set(true);
    expect(apics.nmis).toBe(1);
    apics.apic.lint1.set(false);
    apics.apic.lint1.pulse();
    expect(apics.nmis).toBe(2);
  });

  it('are told to the host once if it fails', () => {
    const apics = enabled({
      onNmi: () => {
        throw new Error('no processor');
      },
    });
    for (let i = 0; i < 3; i++) apics.write(ICR, 0x400);
    expect([apics.metrics.values().hostErrors, apics.machine.log.length]).toEqual([3, 1]);
  });
});

describe('disabled', () => {
  it('by software it masks its own interrupts, and holds what is requested', () => {
    const apics = enabled();
    apics.write(TIMER, 0x20040);
    sendSelf(apics, 0x60);
    apics.write(SVR, 0xff);
    expect([apics.read(TIMER), apics.read(LINT0), apics.intr]).toEqual([0x30040, 0x10700, false]);
    apics.write(TIMER, 0x40);
    expect(apics.read(TIMER)).toBe(0x10040);
    // Messages are not taken, but NMIs are.
    sendSelf(apics, 0x80);
    apics.write(ICR, 0x400);
    expect(apics.nmis).toBe(1);
    apics.write(SVR, 0x1ff);
    expect(apics.serve()).toEqual([0x60]);
    expect(apics.read(LINT0)).toBe(0x10700);
  });

  it('by IA32_APIC_BASE there is none: the 8259A interrupts, and enabled again it is as after RESET', () => {
    const apics = enabled();
    initializePic(apics);
    apics.write(TPR, 0x50);
    apics.write(LINT0, MASKED);
    apics.apic.setBase(0xfee00100n);
    expect(apics.machine.readMmio(LAPIC_BASE + VERSION)).toBe(0xffffffff);
    apics.raise(4);
    expect(apics.serve()).toEqual([0x0c]);
    apics.apic.lint1.pulse();
    expect(apics.nmis).toBe(1);
    apics.apic.setBase(0xfee00900n);
    expect([apics.read(TPR), apics.read(SVR), apics.read(LINT0)]).toEqual([0, 0xff, 0x700]);
  });

  it('moves where IA32_APIC_BASE says, but not onto what is there', () => {
    const apics = enabled();
    apics.write(TPR, 0x50);
    apics.apic.setBase(0xd00000900n);
    expect([apics.machine.readMmio(0xd00000080), apics.machine.readMmio(LAPIC_BASE + TPR)]).toEqual([0x50, 0xffffffff]);
    apics.apic.setBase(0xfec00900n);
    expect(apics.metrics.values().overlaps).toBe(1);
    expect(apics.readIo(1)).toBe(0x170011);
    const state = apics.apic.snapshot();
    apics.apic.setBase(0xfee00900n);
    expect(apics.read(TPR)).toBe(0x50);
    apics.apic.restore(state);
    expect(apics.machine.readMmio(LAPIC_BASE + TPR)).toBe(0xffffffff);
    apics.apic.reset?.();
    expect(apics.read(TPR)).toBe(0);
  });
});

it('comes behind those that lead to it in the devices of a VM', () => {
  const apic = localApic();
  const machine = new FakeMachine(apic);
  for (const make of [pic8259, ioApic]) {
    expect(() => machine.attach(make({ apic }))).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  }
});
