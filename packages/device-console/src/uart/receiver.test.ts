import { FakeMachine } from '@picovm/testkit';
import { describe, expect, it } from 'vitest';
import { uart16550 } from '../index.ts';
import { driver, FCR, FIFO_1, FIFO_14, LOOPBACK, LSR, MCR, RBR, THR } from './uart.test-util.ts';

describe('receiver', () => {
  it('gives characters in their order, and the last one again when there is no other', () => {
    for (const fcr of [0, FIFO_1]) {
      const { read, write, receive, metrics } = driver();
      write(FCR, fcr);
      expect(receive('abc')).toBe(3);
      let text = '';
      while (read(LSR) & 0x01) text += String.fromCharCode(read(RBR));
      expect(text).toBe('abc');
      expect(read(RBR)).toBe(0x63);
      expect(metrics().bytesIn).toBe(3);
    }
  });

  it('overruns without FIFOs: the newer character replaces the older', () => {
    const { read, write, metrics } = driver();
    write(MCR, LOOPBACK);
    write(THR, 1);
    write(THR, 2);
    expect(read(LSR)).toBe(0x63);
    expect(read(LSR)).toBe(0x61);
    expect(read(RBR)).toBe(2);
    expect(metrics().overruns).toBe(1);
  });

  it('overruns with FIFOs: what does not fit is lost', () => {
    const { read, write, metrics } = driver();
    write(FCR, FIFO_14);
    write(MCR, LOOPBACK);
    for (let i = 1; i <= 16; i++) write(THR, i);
    expect(read(LSR)).toBe(0x61);
    write(THR, 17);
    write(THR, 18);
    expect(read(LSR)).toBe(0x63);
    expect(Array.from({ length: 16 }, () => read(RBR))).toEqual(Array.from({ length: 16 }, (_, i) => i + 1));
    expect(read(LSR)).toBe(0x60);
    expect(metrics().overruns).toBe(2);
  });

  it('shows errors when their character is next, and in bit 7 as long as one is in the FIFO', () => {
    const { uart, read, write, receive } = driver();
    write(FCR, FIFO_14);
    receive('a');
    uart.receiveError('parity', 0x62);
    uart.receiveError('framing', 0x63);
    uart.receiveError('break', 0x64);
    expect(read(LSR)).toBe(0xe1);
    expect(read(RBR)).toBe(0x61);
    expect(read(LSR)).toBe(0xe5);
    expect(read(LSR)).toBe(0xe1);
    expect(read(RBR)).toBe(0x62);
    expect(read(LSR)).toBe(0xe9);
    expect(read(RBR)).toBe(0x63);
    expect(read(LSR)).toBe(0xf9);
    expect(read(LSR)).toBe(0x61);
    expect(read(RBR)).toBe(0);
    expect(read(LSR)).toBe(0x60);
  });

  it('has no bit 7 without FIFOs', () => {
    const { uart, read } = driver();
    uart.receiveError('parity', 0x62);
    expect(read(LSR)).toBe(0x65);
  });

  it('loses what it has when FIFOs are cleared, switched on or switched off; not what waits', () => {
    for (const [before, after] of [
      [FIFO_14, FIFO_14 | 0x02],
      [0, FIFO_14],
      [FIFO_14, 0],
    ]) {
      const { read, write, receive } = driver();
      write(FCR, before);
      receive('abcdefghijklmnopqrstuvwxyz');
      const size = before === 0 ? 1 : 16;
      write(FCR, after);
      expect(read(LSR)).toBe(0x61);
      expect(read(RBR)).toBe(0x61 + size);
    }
    const { read, write, receive } = driver();
    write(FCR, FIFO_14);
    receive('abc');
    write(FCR, FIFO_14 | 0x04);
    expect(read(RBR)).toBe(0x61);
  });
});

describe('input from the host', () => {
  it('loses nothing, however much comes at once', () => {
    const { uart, read, write } = driver();
    write(FCR, FIFO_14);
    const bytes = Uint8Array.from({ length: 10_000 }, (_, i) => i * 7);
    expect(uart.receive(bytes.subarray(0, 9_000))).toBe(9_000);
    const got: number[] = [];
    while (read(LSR) & 0x01) {
      got.push(read(RBR));
      if (got.length === 500) uart.receive(bytes.subarray(9_000));
    }
    expect(got).toEqual([...bytes]);
  });

  it('keeps the order when more comes while some waits', () => {
    const { read, write, receive } = driver();
    write(FCR, FIFO_14);
    const text = Array.from({ length: 150 }, (_, i) => String.fromCharCode(33 + (i % 90))).join('');
    receive(text.slice(0, 30));
    receive(text.slice(30, 70));
    let got = '';
    for (let i = 0; i < 20; i++) got += String.fromCharCode(read(RBR));
    receive(text.slice(70));
    while (read(LSR) & 0x01) got += String.fromCharCode(read(RBR));
    expect(got).toBe(text);
  });

  it('takes only what fits into its queue, and tells when there is room again', () => {
    const drains: number[] = [];
    const got: number[] = [];
    const d = driver({ queueSize: 10, onDrain: () => drains.push(got.length) });
    d.write(FCR, FIFO_14);
    expect(d.receive('x'.repeat(30))).toBe(26);
    expect(d.uart.receiveRoom).toBe(0);
    expect(d.receive('y')).toBe(0);
    expect(d.uart.receiveError('break')).toBe(false);
    while (d.read(LSR) & 0x01) got.push(d.read(RBR));
    expect(got).toHaveLength(26);
    // When the FIFO had been emptied, the ten that waited moved up.
    expect(drains).toEqual([15]);
    expect(d.uart.receiveRoom).toBe(10);
    expect(d.receive('z')).toBe(1);
    d.read(RBR);
    expect(drains).toHaveLength(1);
    expect(d.metrics().bytesIn).toBe(27);
  });

  it('lets a drain handler send the rest from within', () => {
    const text = 'The quick brown fox jumps over the lazy dog, and on.';
    let rest = text;
    const send = (): void => {
      rest = rest.slice(d.receive(rest));
    };
    const d = driver({ queueSize: 1, onDrain: send });
    send();
    let got = '';
    while (d.read(LSR) & 0x01) got += String.fromCharCode(d.read(RBR));
    expect(got).toBe(text);
  });

  it('may come before the device is attached', () => {
    const uart = uart16550();
    expect(uart.receive(Uint8Array.of(0x41, 0x42))).toBe(2);
    const { ports, metrics } = new FakeMachine(uart);
    expect(ports.read(0x3fd, 1)).toBe(0x61);
    expect([ports.read(0x3f8, 1), ports.read(0x3f8, 1)]).toEqual([0x41, 0x42]);
    expect(metrics.values().bytesIn).toBe(2);
  });
});
