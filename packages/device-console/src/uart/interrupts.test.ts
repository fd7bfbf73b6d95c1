import { describe, expect, it } from 'vitest';
import {
  type Driver,
  driver,
  FCR,
  FIFO_4,
  FIFO_8,
  FIFO_14,
  IER,
  IIR,
  LCR,
  LOOPBACK,
  LSR,
  MCR,
  MSR,
  OUT2,
  RBR,
  THR,
} from './uart.test-util.ts';

const ALL = 0x0f;
const LINE_STATUS = 0x06;
const RECEIVED_DATA = 0x04;
const TIMEOUT = 0x0c;
const TRANSMITTER_EMPTY = 0x02;
const MODEM_STATUS = 0x00;
const NONE = 0x01;
/** One character of 10 bits at 115,200 baud, in nanoseconds. */
const CHARACTER = 86_806;

function ready(ier: number, fcr = 0): Driver {
  const d = driver();
  d.write(LCR, 0x03);
  d.write(MCR, OUT2);
  d.write(FCR, fcr);
  d.write(IER, ier);
  return d;
}

const cause = (d: Driver): number => d.read(IIR) & 0x0f;

describe('priority of interrupts', () => {
  it('is line status, received data, transmitter empty, modem status; each ends by its own register', () => {
    const d = ready(0);
    d.uart.receiveError('parity', 0x41);
    d.uart.setModemLines({ cts: false });
    d.write(IER, ALL);
    expect(cause(d)).toBe(LINE_STATUS);
    expect(d.read(LSR)).toBe(0x65);
    expect(cause(d)).toBe(RECEIVED_DATA);
    expect(d.read(RBR)).toBe(0x41);
    expect(cause(d)).toBe(TRANSMITTER_EMPTY);
    expect(cause(d)).toBe(MODEM_STATUS);
    expect(d.irq()).toBe(true);
    expect(d.read(MSR)).toBe(0xa1);
    expect(cause(d)).toBe(NONE);
    expect(d.irq()).toBe(false);
  });

  it.each([
    [0x04, LINE_STATUS],
    [0x01, RECEIVED_DATA],
    [0x02, TRANSMITTER_EMPTY],
    [0x08, MODEM_STATUS],
  ])('only shows what IER %i enables', (ier, expected) => {
    const d = ready(0);
    d.uart.receiveError('framing', 0x41);
    d.uart.setModemLines({ dcd: false });
    expect(cause(d)).toBe(NONE);
    expect(d.irq()).toBe(false);
    d.write(IER, ier);
    expect(d.irq()).toBe(true);
    expect(cause(d)).toBe(expected);
  });

  it('the same holds with FIFOs on, where a time-out ranks as received data does', () => {
    const d = ready(ALL, FIFO_4);
    cause(d);
    d.uart.receiveError('parity', 1);
    d.advance(5 * CHARACTER);
    expect(cause(d)).toBe(LINE_STATUS);
    d.read(LSR);
    expect(cause(d)).toBe(TIMEOUT);
    d.write(THR, 0);
    expect(cause(d)).toBe(TIMEOUT);
    d.read(RBR);
    expect(cause(d)).toBe(TRANSMITTER_EMPTY);
  });
});

describe('line status', () => {
  it('interrupts for each kind of error, until LSR is read', () => {
    const d = ready(0x04);
    for (const error of ['parity', 'framing', 'break'] as const) {
      d.uart.receiveError(error);
      expect(d.irq()).toBe(true);
      expect(cause(d)).toBe(LINE_STATUS);
      d.read(LSR);
      expect(d.irq()).toBe(false);
      expect(cause(d)).toBe(NONE);
      d.read(RBR);
    }
  });
});

describe('OUT2', () => {
  it('opens and closes the way to the interrupt line', () => {
    const d = ready(0x01);
    d.write(MCR, 0);
    d.receive('x');
    expect(cause(d)).toBe(RECEIVED_DATA);
    expect(d.irq()).toBe(false);
    d.write(MCR, OUT2);
    expect(d.irq()).toBe(true);
    d.write(MCR, 0);
    expect(d.irq()).toBe(false);
  });
});

describe('transmitter empty', () => {
  it('is pending as soon as it is enabled, and until IIR shows it', () => {
    const d = ready(0x02);
    expect(d.irq()).toBe(true);
    expect(cause(d)).toBe(TRANSMITTER_EMPTY);
    expect(d.irq()).toBe(false);
    expect(cause(d)).toBe(NONE);
    // Enabling what is enabled is no news; enabling it again is.
    d.write(IER, 0x03);
    expect(d.irq()).toBe(false);
    d.write(IER, 0x01);
    d.write(IER, 0x03);
    expect(d.irq()).toBe(true);
  });

  it('gives an edge for each byte written, also while the last one is still pending', () => {
    const d = ready(0x02);
    d.line.changes.length = 0;
    d.write(THR, 0x41);
    d.write(THR, 0x42);
    expect(d.levels()).toEqual([false, true, false, true]);
    cause(d);
    d.write(THR, 0x43);
    expect(d.levels().slice(4)).toEqual([false, true]);
  });

  it('stays pending while IIR shows something else', () => {
    const d = ready(0x03);
    d.receive('x');
    expect(cause(d)).toBe(RECEIVED_DATA);
    expect(cause(d)).toBe(RECEIVED_DATA);
    d.read(RBR);
    expect(cause(d)).toBe(TRANSMITTER_EMPTY);
  });
});

describe('received data', () => {
  it.each([
    [0x01, 1],
    [FIFO_4, 4],
    [FIFO_8, 8],
    [FIFO_14, 14],
  ])('with FCR %i comes at %i characters, and goes below', (fcr, level) => {
    const d = ready(0x01, fcr);
    d.receive('.'.repeat(level - 1));
    expect(d.irq()).toBe(false);
    d.receive('.');
    expect(d.irq()).toBe(true);
    expect(d.read(IIR)).toBe(0xc0 | RECEIVED_DATA);
    d.read(RBR);
    expect(d.irq()).toBe(false);
    d.receive('..');
    expect(d.irq()).toBe(true);
  });

  it('gives an edge for each character without FIFOs, and for each FIFO full of them', () => {
    const single = ready(0x01);
    single.line.changes.length = 0;
    single.receive('abc');
    const text = [0, 1, 2].map(() => single.read(RBR));
    expect(String.fromCharCode(...text)).toBe('abc');
    expect(single.levels()).toEqual([true, false, true, false, true, false]);

    const d = ready(0x01, FIFO_14);
    d.line.changes.length = 0;
    d.receive('.'.repeat(40));
    // A handler that takes just as many as its trigger level says, and waits for the next edge.
    for (let i = 0; i < 14; i++) d.read(RBR);
    expect(d.levels()).toEqual([true, false]);
    d.advance(5 * CHARACTER);
    expect(cause(d)).toBe(TIMEOUT);
    d.read(RBR);
    d.read(RBR);
    expect(d.levels()).toEqual([true, false, true, false, true]);
    expect(cause(d)).toBe(RECEIVED_DATA);
  });
});

describe('character time-out', () => {
  it('comes four characters after the last one, and ends when one is read', () => {
    const d = ready(0x01, FIFO_14);
    d.receive('ab');
    d.advance(4 * CHARACTER - 10);
    expect(d.irq()).toBe(false);
    d.advance(20);
    expect(d.irq()).toBe(true);
    expect(d.read(IIR)).toBe(0xc0 | TIMEOUT);
    expect(d.read(IIR)).toBe(0xc0 | TIMEOUT);
    d.read(RBR);
    expect(d.irq()).toBe(false);
    d.advance(5 * CHARACTER);
    expect(d.irq()).toBe(true);
    d.read(RBR);
    d.advance(50 * CHARACTER);
    expect(d.irq()).toBe(false);
  });

  it('is put off by each character that comes and by each that is read', () => {
    const d = ready(0x01, FIFO_14);
    for (let i = 0; i < 8; i++) {
      d.receive('.');
      d.advance(3 * CHARACTER);
      expect(d.irq()).toBe(false);
    }
    for (let i = 0; i < 7; i++) {
      d.read(RBR);
      d.advance(3 * CHARACTER);
      expect(d.irq()).toBe(false);
    }
    d.advance(1 * CHARACTER + 10);
    expect(d.irq()).toBe(true);
  });

  it('takes as long as the line settings say', () => {
    const d = ready(0x01, FIFO_14);
    // 9,600 baud, 8 data bits, parity, 2 stop bits: 12 bits of 104,167 ns.
    d.write(LCR, 0x9f);
    d.write(0, 12);
    d.write(LCR, 0x1f);
    d.receive('x');
    d.advance(4 * 12 * 104_000);
    expect(d.irq()).toBe(false);
    d.advance(4 * 12 * 200);
    expect(d.irq()).toBe(true);
  });

  it('counts a divisor of 0 as 1', () => {
    const d = ready(0x01, FIFO_14);
    d.write(LCR, 0x83);
    d.write(0, 0);
    d.write(LCR, 0x03);
    d.receive('x');
    d.advance(3 * CHARACTER);
    expect(d.irq()).toBe(false);
    d.advance(2 * CHARACTER);
    expect(d.irq()).toBe(true);
  });

  it('gives way to received data when the trigger level is reached after all', () => {
    const d = ready(0x01, FIFO_4);
    d.receive('x');
    d.advance(5 * CHARACTER);
    expect(cause(d)).toBe(TIMEOUT);
    d.receive('yzw');
    expect(cause(d)).toBe(RECEIVED_DATA);
  });

  it('follows a shorter line setting although a longer one is under way', () => {
    const d = ready(0x01, FIFO_14);
    d.write(LCR, 0x83);
    d.write(1, 0x10);
    d.write(LCR, 0x03);
    d.receive('x');
    d.write(LCR, 0x83);
    d.write(1, 0);
    d.write(LCR, 0x03);
    d.receive('y');
    d.advance(5 * CHARACTER);
    expect(d.irq()).toBe(true);
  });

  it('does not exist without FIFOs, nor after the FIFO was cleared', () => {
    const d = ready(0x01, FIFO_14);
    d.receive('x');
    d.write(FCR, FIFO_14 | 0x02);
    d.advance(10 * CHARACTER);
    expect(d.irq()).toBe(false);
    d.receive('x');
    d.advance(10 * CHARACTER);
    expect(d.irq()).toBe(true);
    d.write(FCR, FIFO_14 | 0x02);
    expect(d.irq()).toBe(false);
  });

  it('leaves no alarm behind when the device is disposed', () => {
    const d = ready(0x01, FIFO_14);
    d.receive('x');
    expect(d.clock.pending).toBe(1);
    d.uart.dispose();
    expect(d.clock.pending).toBe(0);
    d.receive('y');
    d.read(RBR);
    expect(d.clock.pending).toBe(0);
  });
});

describe('in loopback', () => {
  it('all interrupts work', () => {
    const d = ready(ALL);
    cause(d);
    d.write(MCR, LOOPBACK | OUT2);
    // DSR and CTS went away.
    expect(cause(d)).toBe(MODEM_STATUS);
    d.read(MSR);
    d.write(THR, 0x55);
    expect(d.irq()).toBe(true);
    expect(cause(d)).toBe(RECEIVED_DATA);
    d.write(THR, 0x66);
    expect(cause(d)).toBe(LINE_STATUS);
    expect(d.read(LSR)).toBe(0x63);
    expect(d.read(RBR)).toBe(0x66);
    expect(cause(d)).toBe(TRANSMITTER_EMPTY);
    expect(cause(d)).toBe(NONE);
  });
});
