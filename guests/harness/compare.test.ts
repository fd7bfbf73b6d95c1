import { interp } from '@picovm/x86-interp';
import { describe, expect, test } from 'vitest';
import { cases } from '../cases/index.ts';
import { portWrite } from './bus-access.ts';
import { differences } from './compare.ts';
import type { Expectation, GuestCase } from './guest-case.ts';
import { runCase } from './run-case.ts';

/** What the comparison says of a program when the expectation is changed by `change`. */
async function compared(name: string, change: (expect: Expectation) => Expectation): Promise<string[]> {
  const guestCase = cases.find((each) => each.name === name) as GuestCase;
  return differences({ ...guestCase, expect: change(guestCase.expect) }, await runCase(guestCase, interp()));
}

describe('a case that is not as expected says so', () => {
  test('an unchanged one has nothing to say', async () => {
    expect(await compared('port-write', (it) => it)).toEqual([]);
  });

  test('pushed words, and their number', async () => {
    expect(await compared('halt', (it) => ({ ...it, pushed: [['before', 0x1235]] }))).toEqual([
      'before: word 0 is 1234, not 1235',
    ]);
    expect(await compared('halt', (it) => ({ ...it, pushed: [] }))).toEqual(['SP is 7ffe: 1 words were pushed, not 0']);
  });

  test('registers and memory', async () => {
    const lines = await compared('halt', (it) => ({ ...it, registers: { ax: 1 }, memory: [[0x4000, [1, 0]]] }));
    expect(lines).toEqual(['ax is 1234, not 0001', 'memory at 4000 is\n    + 0000, not\n    - 0100']);
  });

  test('the outcome and the place', async () => {
    const lines = await compared('halt', (it) => ({ ...it, outcome: 'failed', exit: 'slice-end', ip: 0x1000 }));
    expect(lines[0]).toContain('ended as halted (halt), not as failed (slice-end)');
    expect(lines[1]).toBe('the guest stopped at 0000:1008, not 1000');
  });

  test('accesses that differ, that are missing, and that come twice', async () => {
    const bus = (change: (it: NonNullable<Expectation['bus']>) => Expectation['bus']) =>
      compared('port-write', (it) => ({ ...it, bus: change(it.bus ?? []) }));
    expect(await bus((it) => it.with(1, portWrite(0x42, 1, 0xef)))).toHaveLength(1);
    expect(await bus((it) => it.slice(0, -1))).toHaveLength(1);
    expect(await bus((it) => [...it, portWrite(0x5f, 1, 0xef)])).toHaveLength(1);
  });

  test('a device that saw an access twice', async () => {
    const guestCase = cases.find(({ name }) => name === 'port-string-write') as GuestCase;
    const seen = await runCase(guestCase, interp());
    const scripted = [...seen.scripted, ...seen.scripted.slice(-1)];
    expect(differences(guestCase, { ...seen, scripted })).toHaveLength(1);
  });

  test('an interrupt that the guest does not handle', async () => {
    const guestCase: GuestCase = {
      ...(cases.find(({ name }) => name === 'divide-error') as GuestCase),
      // Takes the place of the program: div by the byte at 0, which is 0.
      start: { memory: [[0x1000, [0xf6, 0x36, 0x00, 0x50]]] },
      expect: {},
    };
    const [line] = differences(guestCase, await runCase(guestCase, interp()));
    expect(line).toBe('the guest took an interrupt that it does not handle: vector 0');
  });
});
