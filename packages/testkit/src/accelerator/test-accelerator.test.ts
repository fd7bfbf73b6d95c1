import { type Accelerator, EXIT_REASONS, type ExitReason, type Probe, type Supports } from '@picovm/core';
import type { X86Vcpu } from '@picovm/core/x86';
import { expect, test } from 'vitest';
import { acceleratorCases, scriptedGuest, type TestFunction, testAccelerator } from '../index.ts';

/** What a runner would say of the tests of an accelerator with this probe, without a single VM. */
async function outcomes(probe: Probe, skip?: Record<string, string>): Promise<Map<string, string>> {
  const bodies = new Map<string, Parameters<TestFunction>[1]>();
  const accelerator: Accelerator<X86Vcpu> = {
    name: 'none',
    arenaBytes: 0,
    probe: async () => probe,
    createVm: () => {
      throw new Error('a VM was made');
    },
  };
  testAccelerator({ test: (name, body) => void bodies.set(name, body), accelerator, ...(skip && { skip }) });
  const results = new Map<string, string>();
  for (const [name, body] of bodies) {
    let result = 'passed';
    const context = {
      skip: (reason?: string) => {
        result = `skipped: ${reason}`;
      },
    };
    await Promise.resolve(body(context)).catch((error: Error) => {
      result = error.message;
    });
    results.set(name, result);
  }
  return results;
}

async function supports(changes: Partial<Supports>): Promise<Probe> {
  const probe = await scriptedGuest(function* () {}).probe();
  if (!probe.available) return expect.unreachable();
  return { available: true, supports: { ...probe.supports, ...changes } };
}

test('an accelerator that cannot run here is skipped, case by case, with the reason of its probe', async () => {
  const results = await outcomes({ available: false, code: 'no-device', reason: 'there is no /dev/none' });
  expect([...results.keys()]).toEqual(acceleratorCases().map((name) => `none: ${name}`));
  expect(new Set(results.values())).toEqual(new Set(['skipped: none cannot run here: there is no /dev/none']));
});

test('only what is declared as unsupported is skipped', async () => {
  const everything = await outcomes(await supports({}));
  expect(new Set(everything.values())).toEqual(new Set(['a VM was made']));
  const exits = new Set(Object.keys(EXIT_REASONS) as ExitReason[]);
  exits.delete('cpuid');
  exits.delete('shutdown');
  const results = await outcomes(await supports({ instructionCount: false, readonlyMemory: false, exits }));
  const skipped = [...results].filter(([, result]) => result !== 'a VM was made');
  expect(skipped).toEqual([
    ['none: an instruction budget is exact', 'skipped: supports.instructionCount is false'],
    ['none: instructions are counted exactly', 'skipped: supports.instructionCount is false'],
    ['none: CPUID is answered by the sink', "skipped: supports.exits has no 'cpuid'"],
    ['none: the guest cannot write read-only memory', 'skipped: supports.readonlyMemory is false'],
    ['none: a triple fault is a shutdown', "skipped: supports.exits has no 'shutdown'"],
  ]);
});

test('all cases run in real mode', async () => {
  const results = await outcomes(await supports({ modes: ['long'] }));
  expect(new Set(results.values()).size).toBe(1);
  expect(results.get('none: runs to HLT')).toContain('no real mode');
});

test('cases may be skipped by name, with a reason', async () => {
  const results = await outcomes(await supports({}), { 'runs to HLT': 'it has none' });
  expect(results.get('none: runs to HLT')).toBe('skipped: it has none');
  expect(results.get('none: goes on behind HLT')).toBe('a VM was made');
  await expect(outcomes(await supports({}), { 'runs to HALT': 'x' })).rejects.toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
    message: expect.stringContaining("no case 'runs to HALT' to skip: they are probe and VM agree; runs to HLT; "),
  });
  await expect(outcomes(await supports({}), { 'runs to HLT': '' })).rejects.toMatchObject({
    message: "give a reason for skipping 'runs to HLT'",
  });
});

test('what is no accelerator, and options that there are not, are refused', () => {
  const register: TestFunction = () => expect.unreachable('a test was registered');
  const accelerator = scriptedGuest(function* () {});
  const given = (options: unknown) => () => testAccelerator(options as Parameters<typeof testAccelerator>[0]);
  for (const [options, message] of [
    [undefined, 'testAccelerator: the options must be a record, not undefined'],
    [{ accelerator }, 'testAccelerator needs test'],
    [{ test: register }, 'testAccelerator needs accelerator: one, such as interp(), or what makes one, not undefined'],
    [{ test: register, accelerator: () => 7 }, 'not 7'],
    [
      { test: register, accelerator, skpi: {} },
      'testAccelerator has no option skpi: there are test, accelerator, name',
    ],
  ] as const) {
    expect(given(options)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining(message) }),
    );
  }
});
