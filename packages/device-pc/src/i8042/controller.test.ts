import { describe, expect, it } from 'vitest';
import { driver, FROM_MOUSE } from './driver.test-util.ts';

const ask = (command: number): number => {
  const d = driver();
  d.command(command);
  return d.read();
};

describe('the status register', () => {
  it('is 18h at first: not locked, and the last write was a command', () => {
    expect(driver().status()).toBe(0x18);
  });

  it('tells commands from data, a full buffer, and whose byte is in it', () => {
    const d = driver();
    d.command(0xa9);
    expect(d.status()).toBe(0x19);
    d.machine.readPort(0x60);
    expect(d.status()).toBe(0x18);
    d.data(0xee);
    expect(d.status()).toBe(0x11);
    expect(d.read()).toBe(0xee);
    d.command(0xd3);
    d.data(0x5a);
    expect(d.status()).toBe(0x31);
    expect(d.read()).toBe(FROM_MOUSE | 0x5a);
    expect(d.status()).toBe(0x10);
  });

  it('has the system flag of the command byte, which the self-test sets', () => {
    const d = driver();
    d.command(0xaa);
    expect(d.read()).toBe(0x55);
    expect(d.status() & 0x04).toBe(0x04);
    d.command(0x60);
    d.data(0x43);
    expect(d.status() & 0x04).toBe(0);
  });
});

describe('commands of the controller', () => {
  it.each([
    [0x20, 0x43, 'read the command byte'],
    [0xa4, 0xf1, 'no password'],
    [0xa9, 0x00, 'test the line of the mouse'],
    [0xaa, 0x55, 'self-test'],
    [0xab, 0x00, 'test the line of the keyboard'],
    [0xc0, 0x80, 'input port'],
    [0xd0, 0xcf, 'output port'],
    [0xe0, 0x03, 'test inputs'],
  ])('%i answers %i: %s', (command, answer) => {
    expect(ask(command)).toBe(answer);
  });

  it('writes and reads its 32 bytes of memory', () => {
    const d = driver();
    for (let i = 1; i < 32; i++) {
      d.command(0x60 + i);
      d.data(0x80 + i);
    }
    for (let i = 1; i < 32; i++) {
      d.command(0x20 + i);
      expect(d.read()).toBe(0x80 + i);
    }
  });

  it.each([
    [0xa7, 0xa8, 0x20],
    [0xad, 0xae, 0x10],
  ])('%i disables a line and %i enables it: a bit of the command byte', (disable, enable, bit) => {
    const d = driver();
    d.command(disable);
    d.command(0x20);
    expect(d.read()).toBe(0x43 | bit);
    d.command(enable);
    d.command(0x20);
    expect(d.read()).toBe(0x43);
  });

  it('enables a line when something is sent over it', () => {
    const d = driver();
    d.command(0x60);
    d.data(0x70);
    d.data(0xf4);
    d.aux(0xf4);
    d.readAll();
    d.command(0x20);
    expect(d.read()).toBe(0x40);
  });

  it('lets nothing through a line that is disabled, and loses nothing', () => {
    const d = driver();
    d.command(0xad);
    d.device.keyboard.press('KeyA');
    expect(d.read()).toBe(-1);
    d.command(0xae);
    expect(d.read()).toBe(0x1e);
  });

  it('D2 and D3 give back a byte as if from the keyboard and from the mouse, untranslated', () => {
    const d = driver();
    d.command(0xd2);
    d.data(0x1c);
    expect(d.read()).toBe(0x1c);
    d.command(0xd3);
    d.data(0xf0);
    expect(d.read()).toBe(FROM_MOUSE | 0xf0);
  });

  it('gives the last byte again where there is none', () => {
    const d = driver();
    d.command(0xaa);
    expect([d.read(), d.machine.readPort(0x60), d.machine.readPort(0x60)]).toEqual([0x55, 0x55, 0x55]);
  });

  it('counts commands that there are not', () => {
    const d = driver();
    for (const unknown of [0x00, 0x1f, 0x80, 0xb5, 0xef]) d.command(unknown);
    expect(d.readAll()).toEqual([]);
    expect(d.machine.metrics.values()).toMatchObject({ unknownCommands: 5 });
  });
});

describe('reset and A20', () => {
  it.each([0xf0, 0xf2, 0xfc, 0xfe])('%i pulses the reset line', (command) => {
    const d = driver();
    d.command(command);
    expect(d.machine.systemEvents).toEqual(['reset']);
  });

  it.each([0xf1, 0xfd, 0xff])('%i does not', (command) => {
    const d = driver();
    d.command(command);
    expect(d.machine.systemEvents).toEqual([]);
  });

  it('resets when bit 0 of the output port is written as 0', () => {
    const d = driver();
    d.command(0xd1);
    d.data(0xdf);
    expect(d.machine.systemEvents).toEqual([]);
    d.command(0xd1);
    d.data(0xde);
    expect(d.machine.systemEvents).toEqual(['reset']);
  });

  it('drives A20 by D1, DD and DF, and it is on at first and after a reset', () => {
    let level: boolean | undefined;
    const gate = {
      set: (on: boolean) => {
        level = on;
      },
      pulse() {},
    };
    const d = driver({ a20: gate });
    expect(level).toBe(true);
    d.command(0xd1);
    d.data(0xdd);
    expect(level).toBe(false);
    d.command(0xd0);
    expect(d.read()).toBe(0xcd);
    d.command(0xdf);
    expect(level).toBe(true);
    d.command(0xd0);
    expect(d.read()).toBe(0xcf);
    d.command(0xdd);
    expect(level).toBe(false);
    d.device.reset();
    expect(level).toBe(true);
  });

  // The sequence of every boot loader since the AT.
  it('opens A20 as boot loaders do it: AD, D0, read, AE, D1, write with bit 1, FF', () => {
    const levels: boolean[] = [];
    const d = driver({ a20: { set: (on) => levels.push(on), pulse() {} } });
    d.command(0xdd);
    d.command(0xad);
    d.command(0xd0);
    const port = d.read();
    d.command(0xd1);
    d.data(port | 2);
    d.command(0xff);
    d.command(0xae);
    expect(levels.at(-1)).toBe(true);
    expect(levels).toContain(false);
    expect(d.machine.systemEvents).toEqual([]);
    expect(d.machine.irq(1).changes).toEqual([]);
  });
});

describe('interrupts', () => {
  it('are levels that a read ends, with an edge for each byte', () => {
    const d = driver();
    const { machine } = d;
    d.device.keyboard.type('a');
    expect(machine.irq(1).level).toBe(true);
    expect(machine.readPort(0x60)).toBe(0x1e);
    expect(machine.irq(1).level).toBe(false);
    machine.clock.advance(1e6);
    expect(machine.irq(1).level).toBe(true);
    expect(machine.readPort(0x60)).toBe(0x9e);
    expect(machine.irq(1).changes.map(({ level }) => level)).toEqual([true, false, true, false]);
    expect(machine.irq(12).changes).toEqual([]);
  });

  it('go to the line of the mouse for its bytes', () => {
    const d = driver();
    d.aux(0xf4);
    expect(d.machine.irq(12).level).toBe(true);
    expect(d.read()).toBe(FROM_MOUSE | 0xfa);
    expect([d.machine.irq(12).level, d.machine.irq(1).level]).toEqual([false, false]);
  });

  it('come when they are enabled while a byte waits', () => {
    const d = driver();
    d.command(0x60);
    d.data(0x40);
    d.device.keyboard.press('KeyA');
    expect(d.machine.irq(1).level).toBe(false);
    d.command(0x60);
    d.data(0x41);
    expect(d.machine.irq(1).level).toBe(true);
  });

  it('gives a handler that reads twice the same byte', () => {
    const d = driver();
    d.device.keyboard.type('ab');
    const { machine } = d;
    machine.readPort(0x60);
    machine.clock.advance(0.9e6);
    expect(machine.readPort(0x60)).toBe(0x1e);
    machine.clock.advance(0.1e6);
    expect(machine.readPort(0x60)).toBe(0x9e);
  });
});
