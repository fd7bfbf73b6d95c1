import { Session } from 'node:inspector/promises';
import { Random } from '@picovm/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TestMachine } from '../machine.test-util.ts';
import { DATA, instruction, pointers } from './hot-cases.test-util.ts';
import { FIRST_CASE, FIRST_X87_CASE, LAST_CASE } from './hot-cases.ts';

const CODE = 0x1000;
/** What of the functions need not be done: leaving for the handlers. */
const LEAVING = /^\s*(default:\s*)?\{?\s*(break slow|return MISS);\s*\}?\s*$/;
/** Behind it are no cases, but the way through the handlers. */
const END_OF_CASES = 'op < FIRST_WARM';

describe('training', () => {
  const session = new Session();

  beforeEach(async () => {
    vi.resetModules();
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Debugger.enable');
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  });
  afterEach(async () => {
    await session.post('Profiler.stopPreciseCoverage');
    session.disconnect();
  });

  // The parts of the cases that were not executed since the last call, by function.
  async function missing(): Promise<Record<string, string[]>> {
    const found: Record<string, string[]> = {};
    const { result } = await session.post('Profiler.takePreciseCoverage');
    for (const { url, scriptId, functions } of result) {
      if (!/\/src\/exec\/execute(-\w+)?\.ts$/.test(url)) continue;
      const { scriptSource } = await session.post('Debugger.getScriptSource', { scriptId });
      const end = scriptSource.indexOf(END_OF_CASES);
      for (const { functionName, ranges } of functions) {
        if (!functionName.startsWith('execute')) continue;
        found[functionName] = ranges
          .filter(({ count, startOffset }) => count === 0 && (end < 0 || startOffset < end))
          .map(({ startOffset, endOffset }) => scriptSource.slice(startOffset, endOffset))
          .filter((text) => !LEAVING.test(text));
      }
    }
    return found;
  }

  it('executes all that is in any case of the hot switch', async () => {
    const { train } = await import('./training.ts');
    const { decodeTables } = await import('../decode/tables.ts');
    const { processorOf } = await import('../cpu/processor.ts');
    const tables = decodeTables(processorOf('pentium4'));
    train(tables, FIRST_CASE, FIRST_X87_CASE - 1);
    const general = await missing();
    expect(general).toMatchObject({ execute: [], executeWarm: [] });
    expect(general.executeX87).not.toEqual([]);
    train(tables, FIRST_X87_CASE, LAST_CASE);
    expect((await missing()).executeX87).toEqual([]);
  });
});

describe('training', () => {
  const cases = new Map<number, number>();
  let machine: () => TestMachine;

  beforeEach(async () => {
    vi.resetModules();
    cases.clear();
    vi.doMock('./training-case.ts', async (original) => {
      const actual = await original<typeof import('./training-case.ts')>();
      return {
        ...actual,
        runCase: (...args: Parameters<typeof actual.runCase>) => {
          cases.set(args[2], (cases.get(args[2]) ?? 0) + 1);
          actual.runCase(...args);
        },
      };
    });
    ({ machine } = await import('../machine.test-util.ts'));
  });
  afterEach(() => {
    vi.doUnmock('./training-case.ts');
  });

  it('is done once, for a guest that runs long and has many different instructions, which sees nothing of it', () => {
    const program = variety();
    const first = load(machine(), program);
    first.run(240_000);
    expect(cases.size).toBe(0);
    first.run(60_000);
    expect(cases.size).toBe(LAST_CASE + 1 - FIRST_CASE);
    expect(new Set(cases.values()).size).toBe(1);
    const times = cases.get(FIRST_CASE);
    const second = load(machine(), program);
    second.run(300_000);
    expect(cases.get(FIRST_CASE)).toBe(times);
    expect(seenOf(first)).toEqual(seenOf(second));
  });

  it('is not done for a loop', () => {
    const m = load(machine(), [0x40, 0x01, 0xc3, 0x43, 0xeb, 0xfa]);
    m.run(600_000);
    expect(m.vcpu.instructions).toBe(600_000);
    expect(cases.size).toBe(0);
  });

  it('is not done for a short run', () => {
    const m = load(machine(), variety());
    m.run(200_000);
    expect(cases.size).toBe(0);
  });
});

// A program of all kinds of instructions, again and again.
function variety(): number[] {
  // A seed that makes a program which stays in its code, and comes round.
  const random = new Random(3);
  const bytes: number[] = [];
  while (bytes.length < 3000) bytes.push(...pointers(random, false), ...instruction(random, false));
  const back = -(bytes.length + 3);
  return [...bytes, 0xe9, back & 0xff, (back >> 8) & 0xff];
}

function load(m: TestMachine, program: readonly number[]): TestMachine {
  m.load(program, CODE);
  m.set({ rsp: 0x7c00, rbp: 0x7000, rsi: 0x100, rdi: 0x900, rcx: 3 });
  const special = m.vcpu.getSpecialRegisters();
  const data = { ...special.ds, base: BigInt(DATA), selector: DATA >> 4 };
  m.vcpu.setSpecialRegisters({ ds: data, es: data });
  return m;
}

function seenOf(m: TestMachine): unknown {
  return {
    state: m.vcpu.snapshot(),
    counters: m.vcpu.counters(),
    memory: Buffer.from(m.memory.read(0, DATA + 0x10000)).toString('base64'),
  };
}
