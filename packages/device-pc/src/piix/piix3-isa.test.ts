import { describe, expect, it } from 'vitest';
import { piix3Isa } from './piix3-isa.ts';
import { board, Card, config } from './test/board.test-util.ts';

const PIRQRC = 0x60;

function isa() {
  const { machine, devices } = board((pci) => {
    // Slots 1 to 4 have INTA# on PIRQA# to PIRQD#; the bridge itself is in slot 1, as is the pin of function 2.
    return [piix3Isa({ pci }), ...[5, 2, 3, 4].map((slot) => new Card(pci, slot))] as const;
  });
  const [device, ...cards] = devices;
  return { machine, device: device as ReturnType<typeof piix3Isa>, cards: cards as Card[], regs: config(machine, 0) };
}

/** The lines that are asserted. */
function asserted({ machine }: ReturnType<typeof isa>): number[] {
  return Array.from({ length: 24 }, (_, n) => n).filter((n) => machine.irq(n).level);
}

describe('the PCI-to-ISA bridge', () => {
  it('is what firmware and Linux take for a PIIX3', () => {
    const { regs } = isa();
    expect(regs.read(0x00, 4)).toBe(0x7000_8086);
    expect(regs.read(0x08, 4)).toBe(0x0601_0000);
    expect(regs.read(0x0e)).toBe(0x80);
    expect(regs.read(0x04, 2)).toBe(0x0007);
    expect(regs.read(0x3d)).toBe(0);
  });

  it('has the values after a reset that the data sheet has', () => {
    const { regs } = isa();
    const registers = [0x4c, 0x4e, 0x4f, 0x60, 0x63, 0x69, 0x70, 0x78, 0xa0, 0xa8];
    const values = [0x4d, 0x03, 0x00, 0x80, 0x80, 0x02, 0x80, 0x02, 0x08, 0x0f];
    expect(registers.map((register) => regs.read(register))).toEqual(values);
  });

  it('keeps what firmware and kernels write', () => {
    const { regs } = isa();
    // U-Boot: the I/O APIC chip select, bit 8 of XBCS.
    regs.write(0x4e, regs.read(0x4e, 2) | 0x100, 2);
    expect(regs.read(0x4e, 2)).toBe(0x0103);
    // Linux: passive release, bit 1 of DLC, which its quirk for a 440FX sets if it is not set.
    regs.write(0x82, regs.read(0x82) | 2);
    expect(regs.read(0x82)).toBe(2);
    regs.write(PIRQRC, 0xffff_ffff, 4);
    expect(regs.read(PIRQRC, 4)).toBe(0x8f8f_8f8f);
    regs.write(0xff, 0xff);
    expect(regs.read(0xff)).toBe(0);
  });
});

describe('interrupt routing', () => {
  it('is off until firmware turns it on', () => {
    const the = isa();
    for (const card of the.cards) card.set(true);
    expect(asserted(the)).toEqual([]);
    // SeaBIOS: PIRQA# and PIRQB# to 10, PIRQC# and PIRQD# to 11.
    [10, 10, 11, 11].forEach((irq, n) => {
      the.regs.write(PIRQRC + n, irq);
    });
    expect(asserted(the)).toEqual([10, 11]);
    the.cards[0].set(false);
    the.cards[3].set(false);
    expect(asserted(the)).toEqual([10, 11]);
    the.cards[1].set(false);
    expect(asserted(the)).toEqual([11]);
  });

  it('leads each line where its register says, and moves with it', () => {
    const the = isa();
    the.regs.write(PIRQRC, 0x0f0e_0c0b, 4);
    const lines = the.cards.map((card) => {
      card.set(true);
      const now = asserted(the);
      card.set(false);
      return now;
    });
    expect(lines).toEqual([[11], [12], [14], [15]]);
    the.cards[2].set(true);
    the.regs.write(PIRQRC + 2, 5);
    expect(asserted(the)).toEqual([5]);
    the.regs.write(PIRQRC + 2, 0x85);
    expect(asserted(the)).toEqual([]);
  });

  it('asks for the lines that its manifest says', () => {
    expect(isa().machine.irqsAsked).toEqual(piix3Isa.manifest.irqs);
  });

  it('has no way to the lines of the board', () => {
    const the = isa();
    the.cards[0].set(true);
    const reached = Array.from({ length: 16 }, (_, irq) => {
      the.regs.write(PIRQRC, irq);
      return asserted(the);
    });
    const board = [0, 1, 2, 8, 13];
    expect(reached).toEqual(reached.map((_, irq) => (board.includes(irq) ? [] : [irq])));
  });

  it('is off after a reset, and after a restore as it was, with the levels of then', () => {
    const the = isa();
    the.regs.write(PIRQRC, 0x0b0b_0b0b, 4);
    the.cards[1].set(true);
    const saved = the.device.snapshot();
    the.device.reset();
    expect(asserted(the)).toEqual([]);
    the.device.restore(saved);
    expect(asserted(the)).toEqual([11]);

    // In another machine, whichever of the two is restored first.
    const other = isa();
    other.device.restore(saved);
    expect(asserted(other)).toEqual([]);
    other.cards[1].set(true);
    expect(asserted(other)).toEqual([11]);
  });

  it('refuses a state that is none', () => {
    const { device } = isa();
    for (const state of [{ version: 1 }, { ...device.snapshot(), version: 2 }, undefined]) {
      expect(() => device.restore(state as never)).toThrow(expect.objectContaining({ code: 'ERR_DEVICE_STATE' }));
    }
  });
});
