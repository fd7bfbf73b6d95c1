import * as nodeTest from 'node:test';
import { describe, expect, expectTypeOf, it, test, vi } from 'vitest';
import type { TestFunction } from './index.ts';
import { registerTest } from './runner.ts';

/** Registers with a function that keeps the body. */
function registered(body: Parameters<typeof registerTest>[2]): Parameters<TestFunction>[1] {
  let kept: Parameters<TestFunction>[1] = () => {};
  registerTest((_name, wrapped) => (kept = wrapped), 'a test', body);
  return kept;
}

describe('TestFunction', () => {
  it('is what the runners export, and any function of its shape', () => {
    expectTypeOf(test).toExtend<TestFunction>();
    expectTypeOf(it).toExtend<TestFunction>();
    expectTypeOf(nodeTest.test).toExtend<TestFunction>();
    expectTypeOf(nodeTest.it).toExtend<TestFunction>();
    expectTypeOf((_name: string, _body: () => unknown) => {}).toExtend<TestFunction>();
  });
});

describe('a registered test', () => {
  it('has no parameters that a runner could take for a callback', () => {
    expect(registered(() => {})).toHaveLength(0);
  });

  it('skips itself with what the runner gives it, and goes no further', async () => {
    const after = vi.fn();
    const body = registered((skip) => {
      skip('no machine');
      after();
    });
    const skip = vi.fn();
    await body({ skip });
    expect(skip).toHaveBeenCalledExactlyOnceWith('no machine');
    expect(after).not.toHaveBeenCalled();
  });

  it('says that it was skipped where the runner gives it nothing', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    await (registered((skip) => skip('no machine')) as () => Promise<void>)();
    expect(warn).toHaveBeenCalledExactlyOnceWith('skipped: a test: no machine');
    warn.mockRestore();
  });

  it('fails with what its body throws', async () => {
    const failure = new Error('wrong');
    await expect(registered(async () => Promise.reject(failure))({ skip: () => {} })).rejects.toBe(failure);
  });
});
