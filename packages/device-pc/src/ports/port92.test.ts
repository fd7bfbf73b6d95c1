import { SharedIrqLine } from '@picovm/core';
import { FakeMachine } from '@picovm/testkit';
import { describe, expect, it } from 'vitest';
import { i8042 } from '../i8042/i8042.ts';
import { port92 } from './port92.ts';

describe('port 92h', () => {
  it('is read as it was written, and is 0 at first', () => {
    const machine = new FakeMachine(port92());
    expect(machine.readPort(0x92)).toBe(0);
    machine.writePort(0x92, 0xaa);
    expect(machine.readPort(0x92)).toBe(0xaa);
  });

  it('gates A20 with bit 1', () => {
    const levels: boolean[] = [];
    const machine = new FakeMachine(port92({ a20: { set: (level) => levels.push(level), pulse() {} } }));
    expect(levels).toEqual([false]);
    machine.writePort(0x92, machine.readPort(0x92) | 2);
    machine.writePort(0x92, machine.readPort(0x92) & ~2);
    expect(levels).toEqual([false, true, false]);
  });

  it('shares the gate with the keyboard controller: either opens it', () => {
    const gate = new SharedIrqLine(() => {});
    const machine = new FakeMachine(port92({ a20: gate.source() }));
    machine.attach(i8042({ a20: gate.source() }));
    expect(gate.level).toBe(true);
    machine.writePort(0x64, 0xdd);
    expect(gate.level).toBe(false);
    machine.writePort(0x92, 2);
    expect(gate.level).toBe(true);
  });

  it('resets the machine when bit 0 goes from 0 to 1, and not while it stays', () => {
    const device = port92();
    const machine = new FakeMachine(device);
    machine.writePort(0x92, 0x01);
    expect(machine.systemEvents).toEqual(['reset']);
    machine.writePort(0x92, 0x01);
    expect(machine.systemEvents).toEqual(['reset']);
    machine.writePort(0x92, 0x00);
    machine.writePort(0x92, 0x01);
    expect(machine.systemEvents).toEqual(['reset', 'reset']);
    device.reset?.();
    expect(machine.readPort(0x92)).toBe(0);
  });
});
