import { FakeMachine, Random } from '@picovm/testkit';
import { describe, expect, it } from 'vitest';
import { uart16550 } from '../index.ts';
import { type Driver, driver, FCR, FIFO_14, IER, IIR, LCR, LSR, MCR, OUT2, RBR } from './uart.test-util.ts';

/** Does what a hostile or broken driver might, with a host that sends now and then. */
function scramble(d: Driver, seed: number, steps = 5_000): void {
  const random = new Random(seed);
  const next = (): number => random.next();
  for (let i = 0; i < steps; i++) {
    const size = ([1, 2, 4] as const)[next() % 3];
    const port = 0x3f6 + (next() % 12);
    const kind = next() % 8;
    if (kind < 4) d.ports.write(port, size, next());
    else if (kind < 6) {
      const value = d.ports.read(port, size);
      expect(Number.isInteger(value) && value >= 0 && value < 2 ** (8 * size)).toBe(true);
    } else if (kind === 6) d.uart.receive(Uint8Array.from({ length: next() % 40 }, next));
    else d.advance(next() % 1_000_000);
    if (i % 50 === 0) d.uart.receiveError((['parity', 'framing', 'break'] as const)[next() % 3], next());
    if (i % 70 === 0) d.uart.setModemLines({ cts: next() % 2 === 0, ri: next() % 2 === 0 });
  }
}

describe('state', () => {
  it('is the same after snapshot, change and restore, and so is all that follows', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const d = driver();
      scramble(d, seed);
      const saved = d.uart.snapshot();
      const level = d.irq();
      scramble(d, seed + 100, 500);
      d.uart.restore(saved);
      expect(d.uart.snapshot()).toEqual(saved);
      expect(d.irq()).toBe(level);

      const twin = driver();
      twin.uart.restore(structuredClone(saved));
      expect(twin.uart.snapshot()).toEqual(saved);
      expect(twin.irq()).toBe(level);
      scramble(d, seed + 200, 1_000);
      scramble(twin, seed + 200, 1_000);
      expect(twin.uart.snapshot()).toEqual(d.uart.snapshot());
      expect(twin.irq()).toBe(d.irq());
    }
  });

  it('raises a pending interrupt on a machine that it is restored to', () => {
    const d = driver();
    d.write(MCR, OUT2);
    d.write(IER, 0x01);
    d.receive('x');
    const fresh = driver();
    expect(fresh.irq()).toBe(false);
    fresh.uart.restore(d.uart.snapshot());
    expect(fresh.irq()).toBe(true);
    expect(fresh.read(RBR)).toBe(0x78);
  });

  it('carries on a time-out that is under way', () => {
    const d = driver();
    d.write(LCR, 0x03);
    d.write(MCR, OUT2);
    d.write(FCR, FIFO_14);
    d.write(IER, 0x01);
    d.receive('x');
    d.advance(300_000);
    const other = driver();
    other.advance(5_000_000);
    other.uart.restore(d.uart.snapshot());
    other.advance(40_000);
    expect(other.irq()).toBe(false);
    other.advance(10_000);
    expect(other.irq()).toBe(true);
    expect(other.read(IIR)).toBe(0xcc);
  });

  it('is fresh after a reset, whatever was before; the lines from outside stay', () => {
    const d = driver();
    const fresh = d.uart.snapshot();
    scramble(d, 7);
    d.uart.setModemLines({ cts: true, dsr: true, ri: false, dcd: true });
    d.uart.reset();
    expect(d.uart.snapshot()).toEqual(fresh);
    expect(d.irq()).toBe(false);
    d.advance(1e9);
    expect(d.irq()).toBe(false);
    d.uart.setModemLines({ cts: false });
    d.uart.reset();
    expect(d.read(6)).toBe(0xa0);
  });

  it('stays bounded, whatever a guest does', () => {
    const d = driver({ queueSize: 100 });
    scramble(d, 11, 50_000);
    const { fifo, incoming } = d.uart.snapshot() as unknown as { fifo: Uint8Array; incoming: Uint8Array };
    expect(fifo.length).toBeLessThanOrEqual(16);
    expect(incoming.length).toBeLessThanOrEqual(100);
  });

  it('is refused with ERR_DEVICE_STATE if a snapshot cannot have written it, and nothing changes', () => {
    const d = driver({ queueSize: 20 });
    d.write(FCR, FIFO_14);
    d.receive('abcdefghijklmnopqrstuvwxyz');
    const good = d.uart.snapshot();
    const bad: unknown[] = [
      { ...good, version: 2 },
      { ...good, interruptEnable: 0x10 },
      { ...good, modemControl: 0x20 },
      { ...good, divisor: 65_536 },
      { ...good, scratch: -1 },
      { ...good, trigger: 4 },
      { ...good, fifo: new Uint8Array(17), fifoErrors: new Uint8Array(17) },
      { ...good, fifoEnabled: false },
      { ...good, fifoErrors: new Uint8Array(3) },
      { ...good, fifoErrors: new Uint8Array(16).fill(0xff) },
      { ...good, incoming: new Uint8Array(21), incomingErrors: new Uint8Array(21) },
      { ...good, timeoutIn: -5 },
      { ...good, timeoutIn: -0.5 },
      { ...good, modemStatus: 256 },
      { ...good, incomingErrors: new Uint8Array(3) },
      { ...good, timeoutIn: Number.NaN },
      { ...good, timedOut: 'no' },
      undefined,
    ];
    for (const state of bad) {
      expect(() => d.uart.restore(state as never)).toThrow(expect.objectContaining({ code: 'ERR_DEVICE_STATE' }));
    }
    expect(d.uart.snapshot()).toEqual(good);
  });

  it('is not shared by two of them', () => {
    const com1 = driver();
    const com2 = uart16550({ id: 'com2', base: 0x2f8, irq: 3 });
    const { ports } = new FakeMachine(com2);
    const fresh = com2.snapshot();
    scramble(com1, 3);
    expect(com2.snapshot()).toEqual(fresh);
    expect(ports.read(0x2f8 + LSR, 1)).toBe(0x60);
    expect(ports.map()).toMatchObject([{ base: 0x2f8, length: 8, owner: 'com2' }]);
  });
});

describe('options', () => {
  it.each([
    { id: '' },
    { base: -1 },
    { base: 0xfff9 },
    { irq: 24 },
    { irq: 1.5 },
    { queueSize: 0 },
    { queueSize: 2 ** 25 },
    { output: {} as never },
    { onOutputError: 'x' as never },
    { onDrain: 3 as never },
  ])('refuses %o with one clear error', (options) => {
    expect(() => uart16550(options)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });
});
