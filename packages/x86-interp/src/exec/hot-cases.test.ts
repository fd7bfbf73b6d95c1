import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Random } from '@picovm/testkit';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { TestMachine } from '../machine.test-util.ts';
import { DATA, instruction, pointers } from './hot-cases.test-util.ts';

const PROGRAMS = 150;
const INSTRUCTIONS = 120;
const CODE = 0x1000;

type MakeMachine = (wide: boolean) => TestMachine;

// Fresh modules: with the cases, or with a decoder that knows of none.
async function machines(hot: boolean): Promise<MakeMachine> {
  vi.resetModules();
  if (hot) vi.doUnmock('./hot-ops.ts');
  else {
    vi.doMock('./hot-ops.ts', () => ({
      hotCase: () => 0,
      plainCase: () => 0,
      swappedCase: () => 0,
      jumpCase: () => 0,
      awayCase: () => 0,
      isOwnWay: () => false,
    }));
  }
  const { machine } = await import('../machine.test-util.ts');
  const { protectedMachine } = await import('../protected.test-util.ts');
  return (wide) => (wide ? protectedMachine(0) : machine());
}

describe('the hot switch', () => {
  let fast: MakeMachine;
  let plain: MakeMachine;

  beforeAll(async () => {
    fast = await machines(true);
    plain = await machines(false);
  });

  it.each([
    ['16-bit code in real mode', false, 1],
    ['32-bit code in protected mode', true, 2],
  ])('does to %s what the handlers do, at every instruction count', (_name, wide, seed) => {
    const random = new Random(seed * 7919);
    for (let n = 0; n < PROGRAMS; n++) {
      const bytes = program(random, wide);
      const [a, b] = [fast(wide), plain(wide)];
      for (const m of [a, b]) prepare(m, bytes, new Random(n + 1), wide);
      for (let done = 0; done < INSTRUCTIONS; ) {
        const count = 1 + random.below(24);
        const reason = a.run(count);
        expect(b.run(count), `program ${n} of seed ${seed}`).toBe(reason);
        expect(stateOf(a), `program ${n} of seed ${seed}, ${done + count} instructions`).toEqual(stateOf(b));
        if (reason !== 'slice-end') break;
        done += count;
      }
    }
  });

  it('is the one that the generator writes', () => {
    const script = fileURLToPath(new URL('../../scripts/execute/generate.mjs', import.meta.url));
    expect(existsSync(script)).toBe(true);
    expect(() => execFileSync(process.execPath, [script, '--check'], { stdio: 'pipe' })).not.toThrow();
  });
});

function program(random: Random, wide: boolean): number[] {
  const bytes: number[] = [0xdb, 0xe3];
  while (bytes.length < 3 * INSTRUCTIONS) {
    if (random.below(8) === 0) bytes.push(...pointers(random, wide));
    const other = random.below(5) === 0 ? [0x66] : [];
    bytes.push(...other, ...instruction(random, wide !== other.length > 0));
  }
  return [...bytes, 0xf4];
}

function prepare(m: TestMachine, bytes: readonly number[], random: Random, wide: boolean): void {
  m.memory.write(
    DATA,
    Uint8Array.from({ length: 0x3000 }, () => random.below(256)),
  );
  // Numbers that the x87 can do something with.
  for (let at = 0; at < 0x3000; at += 64) {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, (random.below(2000) - 1000) / 8, true);
    m.memory.write(DATA + at, new Uint8Array(view.buffer));
  }
  if (!wide) m.vcpu.setSpecialRegisters({ ds: segment(m, DATA), es: segment(m, DATA) });
  m.load(bytes, CODE);
  m.set({ rsi: wide ? DATA : 0x100, rdi: wide ? DATA + 0x800 : 0x900, rbx: 0x40, rbp: 0x7000, rsp: 0x7c00, rcx: 3 });
}

function segment(m: TestMachine, base: number): ReturnType<TestMachine['vcpu']['getSpecialRegisters']>['ds'] {
  return { ...m.vcpu.getSpecialRegisters().ds, base: BigInt(base), selector: base >> 4 };
}

function stateOf(m: TestMachine): unknown {
  const { special: _, ...state } = m.vcpu.snapshot() as unknown as Record<string, unknown>;
  return {
    ...state,
    instructions: m.vcpu.instructions,
    data: Buffer.from(m.memory.read(DATA - 0x100, 0x3200)).toString('base64'),
    stack: Buffer.from(m.memory.read(0x6000, 0x2000)).toString('base64'),
    code: Buffer.from(m.memory.read(CODE, 0x800)).toString('base64'),
  };
}
