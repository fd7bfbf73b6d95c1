import { FakeMachine } from '@picovm/testkit';
import { describe, expect, it } from 'vitest';
import type { Dma8237, DmaChannelNumber } from './dma-types.ts';
import { dma8237 } from './dma8237.ts';

const MIB = 0x10_0000;
const PAGES = [0x87, 0x83, 0x81, 0x82, 0, 0x8b, 0x89, 0x8a];
const SINGLE = 0x40;
const WRITE = 0x04;
const READ = 0x08;
const AUTO = 0x10;
const DOWN = 0x20;

interface Setup {
  readonly dma: Dma8237;
  readonly machine: FakeMachine;
  /** The port of a register of the controller of channel `n`. */
  port(n: number, register: number): number;
  /** Programs a channel as a driver does, and unmasks it. @param count units less one */
  program(n: DmaChannelNumber, mode: number, address: number, count: number): void;
  address(n: number): number;
  count(n: number): number;
  status(n: number): number;
}

function setUp(memory: ConstructorParameters<typeof FakeMachine>[1] = { memory: 2 * MIB }): Setup {
  const dma = dma8237();
  const machine = new FakeMachine(dma, memory);
  const port = (n: number, register: number): number => (n < 4 ? register : 0xc0 + 2 * register);
  const pair = (n: number, register: number): number => {
    machine.writePort(port(n, 0x0c), 0);
    const low = machine.readPort(port(n, register));
    return low | (machine.readPort(port(n, register)) << 8);
  };
  return {
    dma,
    machine,
    port,
    program: (n, mode, address, count) => {
      const channel = n & 3;
      const units = n < 4 ? address & 0xffff : (address >> 1) & 0xffff;
      machine.writePort(port(n, 0x0a), 4 | channel);
      machine.writePort(port(n, 0x0c), 0);
      machine.writePort(port(n, 0x0b), mode | channel);
      for (const [register, value] of [
        [2 * channel, units],
        [2 * channel + 1, count],
      ]) {
        machine.writePort(port(n, register), value & 0xff);
        machine.writePort(port(n, register), value >> 8);
      }
      machine.writePort(PAGES[n], address >> 16);
      machine.writePort(port(n, 0x0a), channel);
    },
    address: (n) => pair(n, 2 * (n & 3)),
    count: (n) => pair(n, 2 * (n & 3) + 1),
    status: (n) => machine.readPort(port(n, 0x08)),
  };
}

const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 7 + 1) & 0xff);

describe('a transfer', () => {
  it('of a sector from a floppy goes to memory, and ends with terminal count', () => {
    const { dma, machine, program, status, count } = setUp();
    program(2, SINGLE | WRITE, 0x1_8000, 511);
    const channel = dma.channel(2);
    const data = bytes(512);
    expect(channel.write(data.subarray(0, 200))).toBe(200);
    expect(channel.terminalCount).toBe(false);
    expect(count(2)).toBe(311);
    expect(channel.write(data.subarray(200))).toBe(312);
    expect(channel.terminalCount).toBe(true);
    expect(machine.memory.read(0x1_8000, 513)).toEqual(Uint8Array.of(...data, 0));
    expect(status(2)).toBe(0x04);
    expect(status(2)).toBe(0);
    // Without auto-initialization the channel is masked then.
    expect(machine.readPort(0x0f)).toBe(0x0f);
    expect(count(2)).toBe(0xffff);
    expect(channel.write(data)).toBe(0);
    expect(channel.terminalCount).toBe(false);
  });

  it('takes no more than the count', () => {
    const { dma, machine, program } = setUp();
    program(1, SINGLE | WRITE, 0x1000, 9);
    expect(dma.channel(1).write(bytes(100))).toBe(10);
    expect(machine.memory.read(0x1000, 11)).toEqual(Uint8Array.of(...bytes(10), 0));
  });

  it('goes from memory to a device', () => {
    const { dma, machine, program } = setUp();
    machine.memory.write(0x2_0000, bytes(512));
    program(3, READ, 0x2_0000, 511);
    const out = new Uint8Array(600);
    expect(dma.channel(3).read(out)).toBe(512);
    expect(out.subarray(0, 512)).toEqual(bytes(512));
    expect(dma.channel(3).terminalCount).toBe(true);
  });

  it('starts over with auto-initialization', () => {
    const { dma, machine, program, address, count, status } = setUp();
    program(2, WRITE | AUTO, 0x3000, 3);
    const channel = dma.channel(2);
    expect(channel.write(bytes(10))).toBe(4);
    expect(channel.terminalCount).toBe(true);
    expect([address(2), count(2), status(2)]).toEqual([0x3000, 3, 4]);
    expect(machine.readPort(0x0f) & 4).toBe(0);
    expect(channel.write(Uint8Array.of(9, 9))).toBe(2);
    expect(machine.memory.read(0x3000, 4)).toEqual(Uint8Array.of(9, 9, 15, 22));
  });

  it('goes downwards', () => {
    const { dma, machine, program, address } = setUp();
    program(2, WRITE | DOWN, 0x3003, 3);
    expect(dma.channel(2).write(Uint8Array.of(1, 2, 3, 4))).toBe(4);
    expect(machine.memory.read(0x3000, 4)).toEqual(Uint8Array.of(4, 3, 2, 1));
    expect(address(2)).toBe(0x2fff);
  });

  it('stays inside 64 KiB: the page register does not count', () => {
    const { dma, machine, program } = setUp();
    program(2, WRITE, 0x1_fffe, 3);
    dma.channel(2).write(Uint8Array.of(1, 2, 3, 4));
    expect(machine.memory.read(0x1_fffe, 4)).toEqual(Uint8Array.of(1, 2, 0, 0));
    expect(machine.memory.read(0x1_0000, 2)).toEqual(Uint8Array.of(3, 4));
  });

  it('of words stays inside 128 KiB, and leaves an odd byte', () => {
    const { dma, machine, program, count } = setUp();
    program(5, WRITE, 0x3_fffe, 99);
    machine.writePort(0x8b, 0x03);
    expect(dma.channel(5).write(Uint8Array.of(1, 2, 3, 4, 5))).toBe(4);
    expect(machine.memory.read(0x3_fffe, 2)).toEqual(Uint8Array.of(1, 2));
    expect(machine.memory.read(0x2_0000, 3)).toEqual(Uint8Array.of(3, 4, 0));
    expect(count(5)).toBe(97);
  });

  it('that verifies counts, and touches no memory', () => {
    const { dma, machine, program } = setUp();
    program(2, SINGLE, 0x4000, 7);
    const channel = dma.channel(2);
    expect(channel.write(bytes(4))).toBe(4);
    const out = new Uint8Array(4).fill(0x55);
    expect(channel.read(out)).toBe(4);
    expect(channel.terminalCount).toBe(true);
    expect(out).toEqual(new Uint8Array(4).fill(0x55));
    expect(machine.memory.read(0x4000, 8)).toEqual(new Uint8Array(8));
  });

  it('to where no memory is, or only ROM, is dropped; from there comes FFh', () => {
    const regions = [
      { base: 0, size: 0x1000 },
      { base: 0x2000, size: 0x1000, readonly: true },
    ];
    const { dma, machine, program } = setUp({ memory: regions });
    program(2, WRITE, 0x0ffe, 0x1fff);
    expect(dma.channel(2).write(new Uint8Array(0x1400).fill(7))).toBe(0x1400);
    expect(machine.memory.read(0x0ffe, 2)).toEqual(Uint8Array.of(7, 7));
    expect(machine.memory.read(0x2000, 0x100)).toEqual(new Uint8Array(0x100));
    program(2, READ, 0x0fff, 2);
    const out = new Uint8Array(3);
    dma.channel(2).read(out);
    expect(out).toEqual(Uint8Array.of(7, 0xff, 0xff));
    program(2, READ, 0xff_ffff, 0);
    dma.channel(2).read(out);
    expect(out[0]).toBe(0xff);
  });

  it.each<[string, (s: Setup) => void]>([
    ['while the channel is masked', ({ machine }) => machine.writePort(0x0a, 6)],
    ['while all are masked', ({ machine }) => machine.writePort(0x0f, 0x0f)],
    ['while the controller is disabled', ({ machine }) => machine.writePort(0x08, 0x04)],
    ['in cascade mode', ({ machine }) => machine.writePort(0x0b, 0xc6)],
    ['in the other direction', ({ machine }) => machine.writePort(0x0b, 0x4a)],
    ['after a master clear', ({ machine }) => machine.writePort(0x0d, 0)],
    ['after a reset', ({ dma }) => dma.reset()],
  ])('does not take place %s', (_when, act) => {
    const setup = setUp();
    setup.program(2, SINGLE | WRITE, 0x1000, 511);
    act(setup);
    expect(setup.dma.channel(2).write(bytes(16))).toBe(0);
    expect(setup.machine.memory.read(0x1000, 16)).toEqual(new Uint8Array(16));
  });
});

describe('registers', () => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7])('of channel %i take and give two bytes by turns', (n) => {
    const { machine, port, address, count } = setUp();
    machine.writePort(port(n, 0x0c), 0);
    const values = [0x34, 0x12, 0x78, 0x56];
    values.forEach((value, i) => void machine.writePort(port(n, 2 * (n & 3) + (i >> 1)), value));
    expect([address(n), count(n)]).toEqual([0x1234, 0x5678]);
    // The flip-flop is the controller's, not the register's.
    machine.writePort(port(n, 0x0c), 0);
    machine.readPort(port(n, 2 * (n & 3)));
    expect(machine.readPort(port(n, 2 * (n & 3) + 1))).toBe(0x56);
  });

  it('of the second controller are at every second port, and at those between', () => {
    const { machine } = setUp();
    machine.writePort(0xc5, 0x11);
    machine.writePort(0xc4, 0x22);
    machine.writePort(0xd9, 0);
    expect([machine.readPort(0xc4), machine.readPort(0xc5)]).toEqual([0x11, 0x22]);
  });

  it('mask one channel or all', () => {
    const { machine } = setUp();
    expect(machine.readPort(0x0f)).toBe(0x0f);
    machine.writePort(0x0e, 0);
    expect(machine.readPort(0x0f)).toBe(0);
    machine.writePort(0x0a, 0x05);
    expect(machine.readPort(0x0f)).toBe(0x02);
    machine.writePort(0x0a, 0x01);
    machine.writePort(0x0f, 0xfc);
    expect(machine.readPort(0x0f)).toBe(0x0c);
    machine.writePort(0x0d, 0);
    expect(machine.readPort(0x0f)).toBe(0x0f);
    expect(machine.readPort(0xde)).toBe(0x0f);
  });

  it('show requests of software', () => {
    const { machine, status } = setUp();
    machine.writePort(0x09, 0x05);
    machine.writePort(0x09, 0x07);
    expect(status(0)).toBe(0xa0);
    machine.writePort(0x09, 0x01);
    expect(status(0)).toBe(0x80);
  });

  it('for pages are read as they were written, those of no channel too', () => {
    const { machine } = setUp();
    for (let port = 0x80; port < 0x90; port++) machine.writePort(port, port ^ 0xff);
    for (let port = 0x80; port < 0x90; port++) expect(machine.readPort(port)).toBe(port ^ 0xff);
  });

  it('at port 80h tell the host how far firmware is', () => {
    const codes: number[] = [];
    const machine = new FakeMachine(dma8237({ onPostCode: (code) => codes.push(code) }));
    for (const code of [0x01, 0xaa]) machine.writePort(0x80, code);
    machine.writePort(0x81, 0x77);
    expect(codes).toEqual([0x01, 0xaa]);
  });
});

it('channel refuses numbers that no device can have', () => {
  const { dma } = setUp();
  for (const n of [4, 8, -1, 0.5]) {
    expect(() => dma.channel(n as DmaChannelNumber)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  }
});
