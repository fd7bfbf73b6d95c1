import { describe, expect, it } from 'vitest';
import { type DrivenClock, RealClock, VirtualClock } from '../index.ts';

/** A virtual clock with the instruction counter that drives it. */
function virtualClock(nsPerInstruction?: number): { clock: VirtualClock; cpu: { instructions: number } } {
  const clock = new VirtualClock(nsPerInstruction === undefined ? {} : { nsPerInstruction });
  const cpu = { instructions: 0 };
  clock.countFrom(() => cpu.instructions);
  return { clock, cpu };
}

// Both clocks, at a time of 0 that stands still.
const clocks: [string, () => DrivenClock][] = [
  ['RealClock', () => new RealClock()],
  ['VirtualClock', () => virtualClock().clock],
];

describe.each(clocks)('the alarms of %s', (_name, create) => {
  it('go off in the order of their times, and of their setting', () => {
    const clock = create();
    const rang: string[] = [];
    clock.alarm(-1, () => rang.push('b'));
    clock.alarm(0, () => rang.push('c'));
    clock.alarm(-2, () => rang.push('a'));
    clock.alarm(0, () => rang.push('d'));
    clock.alarm(1e12, () => rang.push('never'));
    expect(clock.nextAlarm()).toBe(-2);
    clock.runDueAlarms();
    expect(rang).toEqual(['a', 'b', 'c', 'd']);
    clock.runDueAlarms();
    expect(rang.length).toBe(4);
    expect(clock.nextAlarm()).toBe(1e12);
  });

  it('are forgotten when cancelled, once or twice', () => {
    const clock = create();
    const alarm = clock.alarm(0, () => expect.unreachable());
    expect(alarm.at).toBe(0);
    clock.cancel(alarm);
    clock.cancel(alarm);
    clock.runDueAlarms();
    expect(clock.nextAlarm()).toBe(Number.POSITIVE_INFINITY);
  });

  it('can be cancelled by one that goes off at the same time', () => {
    const clock = create();
    const rang: string[] = [];
    clock.alarm(-1, () => {
      rang.push('first');
      clock.cancel(second);
    });
    const second = clock.alarm(0, () => rang.push('second'));
    clock.alarm(0, () => rang.push('third'));
    clock.runDueAlarms();
    expect(rang).toEqual(['first', 'third']);
  });

  it('set by one that goes off wait for the next time, even if due at once', () => {
    const clock = create();
    let rang = 0;
    const again = (): void => {
      rang++;
      clock.alarm(-1, again);
    };
    clock.alarm(0, again);
    clock.alarm(0, () => rang++);
    clock.runDueAlarms();
    expect(rang).toBe(2);
    clock.runDueAlarms();
    expect(rang).toBe(3);
  });

  it('stay when one before them throws', () => {
    const clock = create();
    let rang = 0;
    clock.alarm(-1, () => {
      throw new Error('broken');
    });
    clock.alarm(0, () => rang++);
    expect(() => clock.runDueAlarms()).toThrow('broken');
    clock.runDueAlarms();
    expect(rang).toBe(1);
  });

  it('are not set to what is no time', () => {
    const clock = create();
    expect(() => clock.alarm(Number.NaN, () => {})).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });

  it.each([Number.POSITIVE_INFINITY, 1e300, 2 ** 61])('never go off at %s', (at) => {
    const clock = create();
    const alarm = clock.alarm(at, () => expect.unreachable());
    clock.runDueAlarms();
    expect(clock.skipToNextAlarm()).toBe(false);
    expect(clock.nextAlarm()).toBe(Number.POSITIVE_INFINITY);
    expect(clock.instructionsToNextAlarm() ?? Number.POSITIVE_INFINITY).toBe(Number.POSITIVE_INFINITY);
    expect(alarm.at).toBe(at);
    clock.cancel(alarm);
  });

  it('are not moved by a state whose time cannot be', () => {
    const clock = create();
    const state = clock.snapshot?.() ?? { kind: '', settings: {}, counts: {} };
    const [count] = Object.keys(state.counts);
    for (const value of [1e300, 2 ** 61, -1, Number.NaN, '0']) {
      expect(() => clock.restore?.({ ...state, counts: { [count]: value as number } })).toThrow(
        expect.objectContaining({ code: 'ERR_SNAPSHOT_FORMAT' }),
      );
    }
    expect(clock.now()).toBe(0);
    clock.restore?.({ ...state, counts: { [count]: 2 ** 60 } });
    expect(clock.now()).toBe(2 ** 60);
  });
});

describe('RealClock', () => {
  it('stands still while the guest does not run, and goes on from there', async () => {
    const clock = new RealClock();
    expect(clock.now()).toBe(0);
    clock.resume();
    while (clock.now() === 0);
    clock.pause();
    const stopped = clock.now();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(clock.now()).toBe(stopped);
    clock.resume();
    expect(clock.now()).toBeGreaterThanOrEqual(stopped);
    expect(clock.instructionsToNextAlarm()).toBeUndefined();
  });
});

describe('VirtualClock', () => {
  it('counts instructions, 10 ns each unless said otherwise', () => {
    const { clock, cpu } = virtualClock();
    cpu.instructions = 7;
    expect(clock.now()).toBe(70);
    const slow = virtualClock(1000);
    slow.cpu.instructions = 7;
    expect(slow.clock.now()).toBe(7000);
  });

  it('jumps to the next alarm, and counts on from there', () => {
    const { clock, cpu } = virtualClock();
    cpu.instructions = 3;
    expect(clock.skipToNextAlarm()).toBe(false);
    clock.alarm(1005, () => {});
    expect(clock.skipToNextAlarm()).toBe(true);
    expect(clock.now()).toBe(1005);
    cpu.instructions = 4;
    expect(clock.now()).toBe(1015);
  });

  it.each([10, 1, 0.3, 3.7, 1 / 3])('is due at exactly the instruction it says, at %s ns each', (ns) => {
    for (const at of [1, 2, 2.5, 10, 99, 1000, 12345]) {
      const { clock, cpu } = virtualClock(ns);
      clock.alarm(at, () => {});
      const due = clock.instructionsToNextAlarm() as number;
      cpu.instructions = due;
      expect(clock.now()).toBeGreaterThanOrEqual(at);
      cpu.instructions = due - 1;
      if (due > 1) expect(clock.now()).toBeLessThan(at);
      expect(clock.instructionsToNextAlarm()).toBe(1);
    }
  });

  it.each([
    [2 ** 52, 1e16, 0.3],
    [2 ** 52, 2 ** 60, 10],
    [2 ** 53 - 2, 2 ** 60, 1],
    [2 ** 53 - 1, 2 ** 53 + 1000, 1],
    [0, 2 ** 60, 1e-300],
    [5, 2 ** 60, 1e300],
    [5, 1e17, 1e9],
    [0, 2 ** 60, 128],
  ])('finds an end after %s instructions with an alarm at %s, at %s ns each', (instructions, at, ns) => {
    const { clock, cpu } = virtualClock(ns);
    cpu.instructions = instructions;
    clock.alarm(at, () => {});
    const due = clock.instructionsToNextAlarm() as number;
    expect(due).toBeGreaterThanOrEqual(1);
    if (due === Number.POSITIVE_INFINITY) return;
    cpu.instructions = instructions + due;
    expect(clock.now()).toBeGreaterThanOrEqual(at);
    cpu.instructions--;
    if (due > 1) expect(clock.now()).toBeLessThan(at);
  });

  it('counts on in the years in which numbers count in larger steps', () => {
    const { clock, cpu } = virtualClock();
    for (let year = 1; year < 36; year++) {
      cpu.instructions += 12_345;
      const at = year * 365 * 24 * 3600 * 1e9;
      let rang = false;
      clock.alarm(at, () => {
        rang = true;
      });
      for (let i = 0; i < 3 && !rang; i++) {
        expect(clock.skipToNextAlarm()).toBe(true);
        clock.runDueAlarms();
      }
      expect([year, rang]).toEqual([year, true]);
    }
    const copy = virtualClock();
    copy.clock.restore(clock.snapshot());
    copy.cpu.instructions = cpu.instructions;
    expect(copy.clock.now()).toBe(clock.now());
  });

  it('wants at least one instruction, and knows when there is nothing to wait for', () => {
    const { clock } = virtualClock();
    expect(clock.instructionsToNextAlarm()).toBe(Number.POSITIVE_INFINITY);
    for (const past of [0, -5, Number.NEGATIVE_INFINITY]) {
      clock.alarm(past, () => {});
      expect(clock.instructionsToNextAlarm()).toBe(1);
    }
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses %s ns an instruction', (nsPerInstruction) => {
    expect(() => new VirtualClock({ nsPerInstruction })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
  });
});
