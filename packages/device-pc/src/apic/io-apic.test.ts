import { describe, expect, it } from 'vitest';
import { board, enabled, IOAPIC_BASE, initializePic } from './apic.test-util.ts';

const MASKED = 0x10000;
const LEVEL = 0x8000;
const REMOTE_IRR = 0x4000;
const TPR = 0x80;
const SVR = 0xf0;
const LDR = 0xd0;
const low = (pin: number): number => 0x10 + 2 * pin;

describe('the registers of the I/O APIC', () => {
  it('are those of an 82093AA with 24 entries, all masked', () => {
    const { readIo } = board();
    expect([0, 1, 2, 3, 0x0f, 0x40, 0xff].map(readIo)).toEqual([0, 0x170011, 0, 0, 0, 0, 0]);
    for (let pin = 0; pin < 24; pin++) expect([readIo(low(pin)), readIo(low(pin) + 1)]).toEqual([MASKED, 0]);
  });

  it('keep the bits that they have', () => {
    const { machine, readIo, writeIo } = board();
    for (const index of [0, 1, 0x10, 0x11, 0x3e, 0x3f, 0x40]) writeIo(index, 0xffffffff);
    expect([0, 1, 2, 0x10, 0x11, 0x3e, 0x3f, 0x40].map(readIo)).toEqual([
      ...[0x0f000000, 0x170011, 0x0f000000, 0x1afff, 0xff000000, 0x1afff, 0xff000000, 0],
    ]);
    machine.writeMmio(IOAPIC_BASE, 0xabcdef12);
    expect([machine.readMmio(IOAPIC_BASE), machine.readMmio(IOAPIC_BASE + 0x20)]).toEqual([0x12, 0]);
  });
});

describe('its pins', () => {
  it('are the interrupt lines, but line 0, which is at pin 2', () => {
    const apics = enabled();
    for (let pin = 0; pin < 24; pin++) apics.redirect(pin, 0x20 + pin);
    const vectors = Array.from({ length: 24 }, (_, line) => {
      apics.raise(line);
      const served = apics.serve();
      for (const _ of served) apics.end();
      return served[0];
    });
    expect(vectors).toEqual([0x22, 0x21, undefined, ...Array.from({ length: 21 }, (_, n) => 0x23 + n)]);
  });

  it('are those of the 8259A, too', () => {
    const apics = enabled();
    initializePic(apics);
    apics.write(0x350, 0x700);
    apics.redirect(4, 0x84);
    apics.raise(4);
    expect(apics.serve()).toEqual([0x0c, 0x84]);
  });

  it('give an edge once, and none that comes while the entry is masked', () => {
    const apics = enabled();
    apics.redirect(4, 0x54 | MASKED);
    apics.raise(4);
    apics.redirect(4, 0x54);
    expect(apics.intr).toBe(false);
    apics.lower(4);
    apics.raise(4);
    expect(apics.serve()).toEqual([0x54]);
    apics.end();
    expect(apics.intr).toBe(false);
    expect(apics.readIo(low(4))).toBe(0x54);
  });

  it('give a level until it is gone, each time behind the end of the one before', () => {
    const apics = enabled();
    apics.redirect(11, 0x5b | LEVEL);
    apics.raise(11);
    expect(apics.readIo(low(11))).toBe(0x5b | LEVEL | REMOTE_IRR);
    expect(apics.serve()).toEqual([0x5b]);
    expect([apics.intr, apics.read(0x180 + 0x20)]).toEqual([false, 1 << 27]);
    apics.end();
    expect(apics.serve()).toEqual([0x5b]);
    apics.lower(11);
    apics.end();
    expect([apics.intr, apics.readIo(low(11))]).toEqual([false, 0x5b | LEVEL]);
    // It was up and down while it was served: nothing is left.
    apics.raise(11);
    apics.serve();
    apics.lower(11);
    apics.raise(11);
    apics.lower(11);
    apics.end();
    expect(apics.intr).toBe(false);
  });

  it('that are up with a level are heard when their entry is opened; one that becomes an edge waits for no end', () => {
    const apics = enabled();
    apics.raise(10);
    apics.redirect(10, 0x5a | LEVEL | MASKED);
    expect(apics.intr).toBe(false);
    apics.redirect(10, 0x5a | LEVEL);
    expect(apics.serve()).toEqual([0x5a]);
    // How Linux ends an interrupt at an I/O APIC without a register for that.
    apics.writeIo(low(10), 0x5a | MASKED);
    expect(apics.readIo(low(10))).toBe(0x5a | MASKED);
    apics.writeIo(low(10), 0x5a | LEVEL);
    apics.end();
    expect(apics.serve()).toEqual([0x5a]);
  });

  it('share a vector, and its end', () => {
    const apics = enabled();
    for (const pin of [10, 11]) {
      apics.redirect(pin, 0x60 | LEVEL);
      apics.raise(pin);
    }
    expect(apics.serve()).toEqual([0x60]);
    apics.lower(10);
    apics.end();
    expect(apics.serve()).toEqual([0x60]);
    apics.lower(11);
    apics.end();
    expect(apics.intr).toBe(false);
  });

  it('are heard by whom the destination names, a level as soon as there is somebody', () => {
    const apics = board();
    apics.redirect(9, 0x59 | LEVEL | 0x800, 0x04);
    apics.raise(9);
    apics.write(SVR, 0x1ff);
    expect([apics.intr, apics.readIo(low(9))]).toEqual([false, 0x59 | LEVEL | 0x800]);
    apics.write(LDR, 0x04000000);
    expect(apics.serve()).toEqual([0x59]);
    apics.lower(9);
    apics.end();
    apics.redirect(5, 0x55, 7);
    apics.raise(5);
    apics.write(0x20, 7 << 24);
    expect(apics.intr).toBe(false);
    apics.lower(5);
    apics.raise(5);
    expect(apics.serve()).toEqual([0x55]);
  });

  it('give interrupts of other kinds: lowest priority, NMI, ExtINT; SMI and INIT do nothing', () => {
    const apics = enabled();
    initializePic(apics);
    apics.write(0x350, MASKED);
    apics.write(TPR, 0x20);
    for (const [pin, mode] of [
      [16, 1],
      [17, 4],
      [18, 7],
      [19, 2],
      [20, 5],
    ]) {
      apics.redirect(pin, (mode << 8) | (0x40 + pin) | LEVEL);
    }
    apics.raise(16);
    expect(apics.serve()).toEqual([0x50]);
    apics.raise(17);
    expect([apics.nmis, apics.readIo(low(17)) & REMOTE_IRR]).toEqual([1, 0]);
    apics.raise(6);
    expect(apics.intr).toBe(false);
    apics.raise(18);
    expect(apics.serve()).toEqual([0x0e]);
    for (const pin of [19, 20]) apics.raise(pin);
    expect([apics.intr, apics.nmis]).toEqual([false, 1]);
  });

  it('with the vectors 0 to 15 are errors of the local APIC', () => {
    const apics = enabled();
    apics.redirect(3, 0x0f | LEVEL);
    apics.raise(3);
    apics.write(0x280, 0);
    expect([apics.intr, apics.read(0x280)]).toEqual([false, 0x40]);
  });
});
