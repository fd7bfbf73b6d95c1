import { describe, expect, it } from 'vitest';
import {
  DLL,
  DLM,
  driver,
  FCR,
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
  SCR,
  THR,
} from './uart.test-util.ts';

describe('after power-on', () => {
  it('the registers are as the data sheet says, with a modem that is ready', () => {
    const { read, irq } = driver();
    expect([IER, IIR, LCR, MCR, LSR, MSR, SCR].map(read)).toEqual([0, 0x01, 0, 0, 0x60, 0xb0, 0]);
    expect(irq()).toBe(false);
  });

  it('the divisor is that of 115,200 baud', () => {
    const { read, write } = driver();
    write(LCR, 0x80);
    expect([read(DLL), read(DLM)]).toEqual([1, 0]);
  });
});

describe('registers', () => {
  it('keep the bits that they have', () => {
    const { read, write } = driver();
    for (const [register, mask] of [
      [IER, 0x0f],
      [LCR, 0xff],
      [MCR, 0x1f],
      [SCR, 0xff],
    ]) {
      for (const value of [0xff, 0x55, 0xaa, 0]) {
        write(register, value);
        expect(read(register), `register ${register}`).toBe(value & mask);
        if (register === LCR) write(LCR, 0);
      }
    }
  });

  it('LSR and MSR cannot be written', () => {
    const { read, write } = driver();
    write(LSR, 0xff);
    write(MSR, 0x0f);
    expect([read(LSR), read(MSR)]).toEqual([0x60, 0xb0]);
  });

  it('DLAB shows the divisor latch in place of data and interrupt enable', () => {
    const { read, write, sent } = driver();
    write(IER, 0x05);
    write(LCR, 0x83);
    write(DLL, 0x34);
    write(DLM, 0x12);
    expect([read(DLL), read(DLM)]).toEqual([0x34, 0x12]);
    expect(sent).toEqual([]);
    write(LCR, 0x03);
    expect(read(IER)).toBe(0x05);
    write(THR, 0x41);
    expect(sent).toEqual([0x41]);
    write(LCR, 0x83);
    expect([read(DLL), read(DLM)]).toEqual([0x34, 0x12]);
  });

  it('IIR shows in its upper bits that FIFOs are on', () => {
    const { read, write } = driver();
    write(FCR, FIFO_14);
    expect(read(IIR)).toBe(0xc1);
    write(FCR, 0);
    expect(read(IIR)).toBe(0x01);
    // Without bit 0 the other bits of FCR do not count.
    write(FCR, 0xc6);
    expect(read(IIR)).toBe(0x01);
  });

  it('are bytes: a wider access reaches the next register', () => {
    const { ports, read } = driver();
    ports.write(0x3ff, 1, 0x5a);
    expect(ports.read(0x3fd, 4)).toBe(0xff5ab060);
    ports.write(0x3fb, 2, 0x0b03);
    expect([read(LCR), read(MCR)]).toEqual([0x03, 0x0b]);
  });
});

describe('transmitter', () => {
  it('sends at once, and is always empty', () => {
    const { read, write, sent, metrics } = driver();
    for (const byte of [0x48, 0xff, 0x00]) {
      write(THR, byte);
      expect(read(LSR)).toBe(0x60);
    }
    expect(sent).toEqual([0x48, 0xff, 0x00]);
    expect(metrics().bytesOut).toBe(3);
  });

  it('sends the bytes of a string instruction', () => {
    const { ports, sent } = driver();
    ports.writeBlock(0x3f8, 1, Uint8Array.of(1, 2, 3));
    expect(sent).toEqual([1, 2, 3]);
  });

  it('goes on when the output fails', () => {
    const errors: unknown[] = [];
    const failing = driver({
      output: () => {
        throw new Error('gone');
      },
      onOutputError: (error) => errors.push(error),
    });
    failing.write(MCR, OUT2);
    failing.write(IER, 0x02);
    failing.read(IIR);
    failing.write(THR, 0x41);
    expect(failing.irq()).toBe(true);
    expect(failing.read(LSR)).toBe(0x60);
    expect(errors).toHaveLength(1);
    expect(failing.metrics().outputErrors).toBe(1);
  });

  it('may be answered by its output from within, as an echo does', () => {
    const echo: { uart?: ReturnType<typeof driver>['uart'] } = {};
    const d = driver({ output: (bytes) => echo.uart?.receive(bytes) });
    echo.uart = d.uart;
    d.write(FCR, FIFO_14);
    for (const byte of [1, 2, 3]) d.write(THR, byte);
    expect([d.read(RBR), d.read(RBR), d.read(RBR)]).toEqual([1, 2, 3]);
  });
});

describe('modem control and status', () => {
  it('loopback leads the four outputs to the four inputs', () => {
    const { read, write } = driver();
    // RTS -> CTS, DTR -> DSR, OUT1 -> RI, OUT2 -> DCD.
    for (const [output, input] of [
      [0x02, 0x10],
      [0x01, 0x20],
      [0x04, 0x40],
      [0x08, 0x80],
    ]) {
      write(MCR, LOOPBACK | output);
      expect(read(MSR) & 0xf0).toBe(input);
    }
    write(MCR, 0);
    expect(read(MSR) & 0xf0).toBe(0xb0);
  });

  it('counts changes until they are read, the ring indicator only when it ends', () => {
    const { uart, read } = driver();
    uart.setModemLines({ cts: false });
    expect(read(MSR)).toBe(0xa1);
    expect(read(MSR)).toBe(0xa0);
    uart.setModemLines({ ri: true });
    expect(read(MSR)).toBe(0xe0);
    uart.setModemLines({ ri: false });
    expect(read(MSR)).toBe(0xa4);
    uart.setModemLines({ dsr: false, dcd: false });
    uart.setModemLines({ dsr: true, dcd: true });
    expect(read(MSR)).toBe(0xaa);
  });

  it('hides the lines from outside while in loopback', () => {
    const { uart, read, write } = driver();
    write(MCR, LOOPBACK);
    read(MSR);
    uart.setModemLines({ cts: false });
    expect(read(MSR)).toBe(0);
    write(MCR, 0);
    // DSR and DCD come back, CTS does not.
    expect(read(MSR)).toBe(0xaa);
  });
});

describe('loopback', () => {
  it('receives what it sends, and lets nothing out', () => {
    const { read, write, sent } = driver();
    write(MCR, LOOPBACK);
    write(THR, 0xae);
    expect(read(LSR)).toBe(0x61);
    expect(read(RBR)).toBe(0xae);
    expect(read(LSR)).toBe(0x60);
    expect(sent).toEqual([]);
  });

  it('keeps the line from outside away until it ends', () => {
    const { read, write, receive } = driver();
    write(MCR, LOOPBACK);
    expect(receive('x')).toBe(1);
    expect(read(LSR)).toBe(0x60);
    write(MCR, 0);
    expect(read(LSR)).toBe(0x61);
    expect(read(RBR)).toBe(0x78);
  });

  it('receives its own break as one character', () => {
    const { read, write } = driver();
    write(MCR, LOOPBACK);
    write(LCR, 0x43);
    write(LCR, 0x43);
    expect(read(LSR)).toBe(0x79);
    expect(read(RBR)).toBe(0);
    expect(read(LSR)).toBe(0x60);
    write(LCR, 0x03);
    expect(read(LSR)).toBe(0x60);
  });
});
