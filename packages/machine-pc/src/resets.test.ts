import { VirtualClock } from '@picovm/core';
import { describe, expect, it } from 'vitest';
import { bootFloppy, booting, byte, machine, out, RESULT, run, STOP, twice } from './pc.test-util.ts';

/** Ways to reset a PC, as its software does it. Each ends in a loop that waits for it. */
const WAIT = [0xeb, 0xfe];
const RESETS: Record<string, readonly number[]> = {
  'the 8042 (FEh)': [...out(0x64, 0xfe), ...WAIT],
  'port 92h': [...out(0x92, 1), ...WAIT],
  'CF9h, hard': [...out(0xcf9, 2), ...out(0xcf9, 6), ...WAIT],
  'CF9h, soft': [...out(0xcf9, 4), ...WAIT],
  // lidt [7DF0h], a limit of 0; int3
  'a triple fault': [0x0f, 0x01, 0x1e, 0xf0, 0x7d, 0xcc],
};
const NAMES = Object.keys(RESETS);

describe('a guest that resets the machine', () => {
  it.each(NAMES)('by %s starts anew', async (name) => {
    const pc = booting(twice(...RESETS[name]));
    expect(await run(pc)).toBe('halted');
    expect([pc.resets, byte(pc)]).toEqual([1, 2]);
    pc.vm.dispose();
  });

  it.each(NAMES)('by %s ends the run if it shall not start anew', async (name) => {
    const pc = booting(twice(...RESETS[name]), { reboot: false });
    expect(await run(pc)).toBe(name === 'a triple fault' ? 'failed' : 'reset');
    expect([pc.resets, byte(pc)]).toEqual([0, 1]);
    pc.restart();
    expect(await run(pc)).toBe('halted');
    expect([pc.resets, byte(pc)]).toEqual([0, 2]);
    pc.vm.dispose();
  });

  it('finds time, CMOS memory and memory as they were, and the BIOS as new', async () => {
    // CMOS byte 50h is 5Ah; the first byte of the reset vector's copy below 1 MiB is spoilt; then the reset.
    const spoil = [
      ...out(0x70, 0x50),
      ...out(0x71, 0x5a),
      0xb8,
      0x00,
      0xf0,
      0x8e,
      0xc0,
      0x26,
      0xc6,
      0x06,
      0xf0,
      0xff,
      0x99,
    ];
    const clock = new VirtualClock();
    const pc = booting(twice(...spoil, ...RESETS['CF9h, hard']), { clock, date: Date.UTC(2026, 1, 3, 4, 5, 6) });
    pc.vm.memory.writeU8(0x180000, 0x77);
    const vector = byte(pc, 0xffff0);
    clock.alarm(5e9, () => {});
    expect(await run(pc)).toBe('halted');
    expect([byte(pc, 0xffff0), byte(pc, 0x180000), pc.rtc.cmos.read(0x50)]).toEqual([vector, 0x77, 0x5a]);
    // 4:05 h, in BCD.
    expect([pc.rtc.cmos.read(4), pc.rtc.cmos.read(2), pc.rtc.cmos.read(9)]).toEqual([0x04, 0x05, 0x26]);
    pc.vm.dispose();
  });

  it('may do so as long as it likes: the host has its turn', async () => {
    const pc = booting(RESETS['port 92h']);
    let turns = 0;
    const timer = setInterval(() => turns++, 10);
    const { outcome } = await pc.vm.run({ timeoutMs: 500 });
    clearInterval(timer);
    expect(outcome).toBe('timeout');
    expect(pc.resets).toBeGreaterThan(3);
    expect(turns).toBeGreaterThan(3);
    pc.vm.dispose();
  });

  it('loses what was typed and not read', async () => {
    const pc = booting(twice(...RESETS['CF9h, hard']));
    pc.input.keyboard.type('lost');
    await run(pc);
    expect(pc.input.keyboard.pending).toBe(0);
    pc.vm.dispose();
  });
});

describe('restart()', () => {
  it('is refused while the machine runs', async () => {
    const pc = booting([0xfb, 0xf4, 0xeb, 0xfc]);
    const done = pc.vm.run({ timeoutMs: 50 });
    expect(() => pc.restart()).toThrow(expect.objectContaining({ code: 'ERR_VM_RUNNING' }));
    await done;
    pc.vm.dispose();
    expect(() => pc.restart()).toThrow(expect.objectContaining({ code: 'ERR_VM_DISPOSED' }));
  });

  it('starts from what is in the drives now', async () => {
    const pc = booting(STOP);
    await run(pc);
    pc.fdc.insert(0, bootFloppy(0x31, 0xc0, 0x8e, 0xd8, 0xb0, 9, 0xa2, 0x00, 0x06, ...STOP));
    pc.restart();
    expect(await run(pc)).toBe('halted');
    expect(byte(pc, RESULT)).toBe(9);
    pc.vm.dispose();
  });
});

describe('a guest that powers off', () => {
  // mov dx, 604h; mov ax, 2000h: SLP_EN with SLP_TYP 0
  const POWER_OFF = [0xba, 0x04, 0x06, 0xb8, 0x00, 0x20, 0xef, ...STOP];

  it('ends the run, whether it may start anew or not', async () => {
    for (const reboot of [true, false]) {
      const pc = booting(POWER_OFF, { reboot });
      expect(await run(pc)).toBe('shutdown');
      pc.restart();
      expect(await run(pc)).toBe('shutdown');
      expect(pc.resets).toBe(0);
      pc.vm.dispose();
    }
  });

  it('is asked to by the power button', async () => {
    // PM1 enable: the power button. SCI_EN by APM. Then wait for PM1 status bit 8: in ax, 600h; test ah, 1; jz; off.
    const code = [
      ...[...out(0xb2, 0xf1), 0xba, 0x02, 0x06, 0xb8, 0x00, 0x01, 0xef],
      ...[0xba, 0x00, 0x06, 0xed, 0xf6, 0xc4, 0x01, 0x74, 0xfa, ...POWER_OFF],
    ];
    const clock = new VirtualClock();
    const pc = machine({ clock, floppies: [bootFloppy(...code)] });
    clock.alarm(5e6, () => pc.power.powerButton());
    expect(await run(pc)).toBe('shutdown');
    expect(clock.now()).toBeGreaterThanOrEqual(5e6);
    pc.vm.dispose();
  });
});
