import { describe, expect, it } from 'vitest';
import { type InterruptController, IRQ_LINES, IrqLines } from '../index.ts';

function recordingController(): InterruptController & { seen: [number, boolean][] } {
  const seen: [number, boolean][] = [];
  return { seen, setLine: (line, level) => void seen.push([line, level]), acknowledge: () => 0 };
}

describe('IrqLines', () => {
  it('ORs the sources of a line', () => {
    const irqs = new IrqLines();
    const controller = recordingController();
    irqs.controller = controller;
    const a = irqs.source(4);
    const b = irqs.source(4);
    a.set(true);
    b.set(true);
    b.set(true);
    a.set(false);
    expect(irqs.level(4)).toBe(true);
    b.set(false);
    a.set(false);
    expect(irqs.level(4)).toBe(false);
    expect(controller.seen).toEqual([
      [4, true],
      [4, false],
    ]);
  });

  it('pulses, which leaves the line deasserted', () => {
    const irqs = new IrqLines();
    const controller = recordingController();
    irqs.controller = controller;
    irqs.source(0).pulse();
    expect(controller.seen).toEqual([
      [0, true],
      [0, false],
    ]);
  });

  it('tells a controller that comes later which lines are asserted', () => {
    const irqs = new IrqLines();
    irqs.source(3).set(true);
    irqs.source(23).set(true);
    irqs.source(5).pulse();
    const controller = recordingController();
    irqs.controller = controller;
    expect(irqs.controller).toBe(controller);
    expect(controller.seen).toEqual([
      [3, true],
      [23, true],
    ]);
  });

  it('keeps its levels while a controller changes other lines from within', () => {
    const irqs = new IrqLines();
    const cascade = irqs.source(2);
    irqs.controller = {
      setLine: (line, level) => {
        if (line === 9) cascade.set(level);
      },
      acknowledge: () => 0,
    };
    irqs.source(9).set(true);
    expect([irqs.level(9), irqs.level(2)]).toEqual([true, true]);
  });

  it.each([-1, IRQ_LINES, 1.5, Number.NaN])('has no line %s', (n) => {
    const error = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });
    expect(() => new IrqLines().source(n)).toThrow(error);
    expect(() => new IrqLines().level(n)).toThrow(error);
  });
});
