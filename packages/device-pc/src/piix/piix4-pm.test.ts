import { describe, expect, it } from 'vitest';
import { piix4Pm } from './piix4-pm.ts';
import type { Piix4PmOptions } from './piix4-pm-types.ts';
import { board, config } from './test/board.test-util.ts';

const PM = 0x600;
const [STATUS, ENABLE, CONTROL, TIMER] = [PM, PM + 2, PM + 4, PM + 8];
const SMI_COMMAND = 0xb2;
const SCI_EN = 0x0001;
const SLP_EN = 0x2000;
const [TMR, PWRBTN, WAK] = [0x0001, 0x0100, 0x8000];

function pm(options: Partial<Piix4PmOptions> = { pmBase: PM }) {
  const { machine, devices } = board((pci) => [piix4Pm({ pci, ...options })] as const);
  const [device] = devices;
  return {
    ...{ machine, device, regs: config(machine, 3) },
    sci: () => machine.irq(options.irq ?? 9).level,
    read: (port: number) => machine.readPort(port, 2),
    write: (port: number, value: number) => machine.writePort(port, value, 2),
    timer: () => machine.readPort(TIMER, 4),
  };
}

describe('the power management function', () => {
  it('is what firmware and Linux take for a PIIX4', () => {
    const { regs } = pm();
    expect(regs.read(0x00, 4)).toBe(0x7113_8086);
    expect(regs.read(0x08, 4)).toBe(0x0680_0003);
    expect(regs.read(0x3d)).toBe(1);
    // Linux's quirk for the 7113 looks at the device resources, and finds none.
    expect(regs.read(0x5c, 4)).toBe(0);
  });

  it('tells SeaBIOS that system management mode is set up, which would wait for it otherwise', () => {
    const { regs, device } = pm();
    const apmcEnabled = 1 << 25;
    expect(regs.read(0x58, 4) & apmcEnabled).toBe(apmcEnabled);
    regs.write(0x58, 0, 4);
    device.reset();
    expect(regs.read(0x58, 4) & apmcEnabled).toBe(apmcEnabled);
  });

  it('is put to its place by the writes of SeaBIOS', () => {
    const { machine, regs, read } = pm({});
    expect(regs.read(0x40, 4)).toBe(0x0000_0001);
    regs.write(0x3c, 9);
    regs.write(0x40, 0xb001, 4);
    expect(read(0xb000)).toBe(0xffff);
    regs.write(0x80, 0x01);
    regs.write(0x90, 0xb101, 4);
    regs.write(0xd2, 0x09);
    expect(read(0xb000)).toBe(0);
    expect([regs.read(0x40, 4), regs.read(0x90, 4), regs.read(0x3c, 2)]).toEqual([0xb001, 0xb101, 0x0109]);
    const claims = machine.claims.filter(({ owner }) => owner === 'piix4-pm');
    expect(claims.map(({ range: { base, length } }) => [base, length])).toEqual([
      [0xafe0, 4],
      [0xb2, 2],
      [0xb000, 64],
      [0xb100, 16],
    ]);
  });

  it('is moved by U-Boot, and off when its enable bit is', () => {
    const { regs, read } = pm({});
    regs.write(0x40, 0xe401, 4);
    regs.write(0x80, 0x01);
    expect([read(0xe400), regs.read(0x40, 4)]).toEqual([0, 0xe401]);
    regs.write(0x40, 0xb03f, 2);
    expect(regs.read(0x40, 4)).toBe(0xb001);
    expect([read(0xe400), read(0xb000)]).toEqual([0xffff, 0]);
    regs.write(0x80, 0);
    expect(read(0xb000)).toBe(0xffff);
  });

  it('can be in its place from the start', () => {
    const { regs, read, device } = pm({ pmBase: 0x4000 });
    expect([regs.read(0x40, 4), regs.read(0x80)]).toEqual([0x4001, 1]);
    expect(read(0x4000)).toBe(0);
    regs.write(0x40, 0x5000, 2);
    device.reset();
    expect([read(0x4000), read(0x5000)]).toEqual([0, 0xffff]);
  });

  it.each([{ pmBase: 0x610 }, { pmBase: 0x1_0000 }, { irq: 24 }, { pci: undefined as never }])(
    'refuses %o',
    (options) => {
      expect(() => pm(options)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    },
  );
});

describe('the timer', () => {
  it('counts 3,579,545 times a second, 24 bits', () => {
    const { machine, timer } = pm();
    expect(timer()).toBe(0);
    machine.clock.advance(1e9);
    expect(timer()).toBe(3_579_545);
    machine.clock.advance(9e9);
    expect(timer()).toBe(35_795_450 % 2 ** 24);
    // After a day, not a tick is lost.
    machine.clock.advance(86_390e9);
    expect(timer()).toBe((86_400 * 3_579_545) % 2 ** 24);
    machine.clock.advance(280);
    expect(timer()).toBe((86_400 * 3_579_545 + 1) % 2 ** 24);
  });

  it('is read at any width, and not written', () => {
    const { machine, timer } = pm();
    machine.clock.advance(1e9);
    machine.writePort(TIMER, 0, 4);
    const bytes = [0, 1, 2, 3].map((i) => machine.readPort(TIMER + i));
    expect(bytes).toEqual([0x99, 0x9e, 0x36, 0]);
    expect(machine.readPort(TIMER + 1, 2)).toBe(0x369e);
    expect(machine.readPort(TIMER - 2, 4)).toBe(0x9e99_0000);
    expect(machine.readPort(TIMER + 3, 4)).toBe(0);
    expect(timer()).toBe(0x369e99);
  });

  it('sets its status when bit 23 changes, either way, at the first nanosecond', () => {
    const { machine, read, write, timer } = pm();
    const half = Math.ceil((2 ** 23 * 1e9) / 3_579_545);
    machine.clock.advance(half - 1);
    expect([timer(), read(STATUS)]).toEqual([0x7f_ffff, 0]);
    machine.clock.advance(1);
    expect([timer(), read(STATUS)]).toEqual([0x80_0000, TMR]);
    write(STATUS, TMR);
    expect(read(STATUS)).toBe(0);
    machine.clock.advance(half);
    expect([timer(), read(STATUS)]).toEqual([0, TMR]);
    write(STATUS, ~TMR);
    expect(read(STATUS)).toBe(TMR);
  });

  it('interrupts then, if it is enabled, and sets no alarm if it is not', () => {
    const { machine, read, write, sci } = pm();
    machine.clock.advance(10e9);
    expect(machine.clock.alarms).toEqual([]);
    expect(read(STATUS)).toBe(TMR);
    write(CONTROL, SCI_EN);
    expect(sci()).toBe(false);
    write(ENABLE, TMR);
    expect(sci()).toBe(true);
    write(STATUS, TMR);
    expect(sci()).toBe(false);
    expect(machine.clock.alarms).toHaveLength(1);
    machine.clock.advance(3e9);
    expect(sci()).toBe(true);
    for (let i = 0; i < 100; i++) write(ENABLE, i & 1);
    write(STATUS, TMR);
    write(ENABLE, TMR);
    expect(machine.clock.alarms).toHaveLength(1);
    write(ENABLE, 0);
    expect(machine.clock.alarms).toEqual([]);
  });

  it('goes on after a restore where it was', () => {
    const first = pm();
    first.write(CONTROL, SCI_EN);
    first.write(ENABLE, TMR);
    first.machine.clock.advance(2e9);
    const saved = first.device.snapshot();
    const second = pm();
    second.machine.clock.advance(55e9);
    second.device.restore(saved);
    expect(second.timer()).toBe(2 * 3_579_545);
    expect(second.sci()).toBe(false);
    second.machine.clock.advance(0.4e9);
    expect([second.sci(), second.read(STATUS)]).toEqual([true, TMR]);
    second.device.reset();
    expect([second.sci(), second.timer(), second.read(STATUS)]).toEqual([false, 0, 0]);
    first.device.dispose?.();
    expect(first.machine.clock.alarms).toEqual([]);
  });
});

describe('ACPI', () => {
  it('is turned on and off by the SMI command port', () => {
    const { machine, read } = pm();
    machine.writePort(SMI_COMMAND, 0xf1);
    expect(read(CONTROL)).toBe(SCI_EN);
    expect(machine.readPort(SMI_COMMAND)).toBe(0xf1);
    machine.writePort(SMI_COMMAND + 1, 0xf0);
    expect([read(CONTROL), machine.readPort(SMI_COMMAND + 1)]).toEqual([SCI_EN, 0xf0]);
    machine.writePort(SMI_COMMAND, 0xf0);
    expect(read(CONTROL)).toBe(0);
    machine.writePort(SMI_COMMAND, 0x55);
    expect(read(CONTROL)).toBe(0);
  });

  it('keeps the enable bits that there are, and nothing of what is only a command', () => {
    const { read, write } = pm();
    write(ENABLE, 0xffff);
    expect(read(ENABLE)).toBe(0x0521);
    write(CONTROL, 0xffff & ~SLP_EN);
    expect(read(CONTROL)).toBe(0x1c03);
  });

  it('tells of the power button', () => {
    const { machine, device, read, write, sci } = pm();
    device.powerButton();
    expect([read(STATUS), sci()]).toEqual([PWRBTN, false]);
    write(ENABLE, PWRBTN);
    // As long as ACPI is off, events are not the operating system's.
    expect(sci()).toBe(false);
    machine.writePort(SMI_COMMAND, 0xf1);
    expect(sci()).toBe(true);
    write(STATUS, PWRBTN);
    expect([read(STATUS), sci()]).toEqual([0, false]);
    device.powerButton();
    expect(sci()).toBe(true);
    write(ENABLE, 0);
    expect(sci()).toBe(false);
  });

  it('interrupts on the line of its option', () => {
    const { device, write, sci } = pm({ pmBase: PM, irq: 5 });
    write(CONTROL, SCI_EN);
    write(ENABLE, PWRBTN);
    device.powerButton();
    expect(sci()).toBe(true);
  });

  it.each([
    [0, ['shutdown'], 0],
    [1, [], WAK],
    [2, ['shutdown'], 0],
    [3, [], WAK],
    [7, [], WAK],
  ])('sleeps with type %i: %o', (type, events, status) => {
    const { machine, read, write } = pm();
    write(CONTROL, SCI_EN | (type << 10));
    expect(machine.systemEvents).toEqual([]);
    write(CONTROL, SCI_EN | (type << 10) | SLP_EN);
    expect(machine.systemEvents).toEqual(events);
    expect(read(STATUS)).toBe(status);
    expect(read(CONTROL)).toBe(SCI_EN | (type << 10));
    write(STATUS, WAK);
    expect(read(STATUS)).toBe(0);
  });

  it('is put to sleep by a write of the upper byte alone, too', () => {
    const { machine } = pm();
    machine.writePort(CONTROL + 1, SLP_EN >> 8);
    expect(machine.systemEvents).toEqual(['shutdown']);
  });

  it('has general purpose events that never come', () => {
    const { machine } = pm();
    machine.writePort(0xafe0, 0xffff_ffff, 4);
    expect(machine.readPort(0xafe0, 4)).toBe(0xffff_0000);
  });
});

describe('the SMBus', () => {
  it('ends every transaction at once, as one that nobody answered', () => {
    const { machine, regs } = pm();
    regs.write(0x90, 0x700, 2);
    regs.write(0xd2, 1);
    expect(machine.readPort(0x700)).toBe(0);
    machine.writePort(0x704, 0xa1);
    machine.writePort(0x702, 0x48);
    expect([machine.readPort(0x700), machine.readPort(0x702), machine.readPort(0x704)]).toEqual([0x04, 0x08, 0xa1]);
    machine.writePort(0x700, 0x04);
    expect(machine.readPort(0x700)).toBe(0);
    machine.writePort(0x702, 0x02);
    expect(machine.readPort(0x700)).toBe(0x10);
    expect(machine.readPort(0x70f)).toBe(0);
  });
});

describe('its state', () => {
  it('is refused if it cannot be, and nothing changes', () => {
    const { device } = pm();
    const good = device.snapshot();
    const bad: unknown[] = [
      { ...good, version: 2 },
      { ...good, status: 2 },
      { ...good, enable: 2 },
      { ...good, control: SLP_EN },
      { ...good, timer: -1 },
      { ...good, timer: 0.5 },
      { ...good, apm: new Uint8Array(3) },
      { ...good, gpeEnable: undefined },
      { ...good, smbus: new Uint8Array(12).fill(0xff) },
      { ...good, pci: {} },
    ];
    for (const state of bad) {
      expect(() => device.restore(state as never)).toThrow(expect.objectContaining({ code: 'ERR_DEVICE_STATE' }));
    }
    expect(device.snapshot()).toEqual(good);
  });
});
