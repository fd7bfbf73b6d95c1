import { describe, expect, it } from 'vitest';
import {
  noEvents,
  readX86VcpuState,
  resetDebugRegisters,
  resetFpu,
  resetRegisters,
  resetSpecialRegisters,
  X86_STATE_VERSION,
  type X86VcpuState,
} from './index.ts';

const state = (): X86VcpuState => ({
  arch: 'x86',
  version: X86_STATE_VERSION,
  model: 'pentium',
  registers: resetRegisters(),
  special: resetSpecialRegisters(),
  debug: resetDebugRegisters(),
  fpu: resetFpu(),
  xsave: {
    xcr0: 7n,
    components: [
      { number: 2, data: new Uint8Array(256) },
      { number: 9, data: new Uint8Array(8) },
    ],
  },
  tsc: 5n,
  kvmClock: 6n,
  msrs: [
    { index: 0x174, value: 1n },
    { index: 0xc0000102, value: 2n },
  ],
  events: { ...noEvents(), interrupt: 8, exception: { vector: 13, errorCode: 0 }, debugTrap: 0x8001 },
  instructions: 12,
  a20: true,
  testRegisters: [0, 0, 0, 0, 0, 0, 0xffffffff, 0],
  pdptes: [1n, 0n, 0n, 2n ** 64n - 1n],
  monitor: { address: 0x1000000040n, line: new Uint8Array(64).fill(5) },
});

/** What some accelerators leave out, and the first version did not have. */
const OPTIONAL = ['pdptes', 'monitor', 'events.debugTrap'];

/** The paths of all fields: `registers.rax`. */
function paths(value: unknown, prefix = ''): string[] {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [prefix];
  return Object.entries(value).flatMap(([name, each]) => [
    ...(prefix === '' ? [] : [prefix]),
    ...paths(each, prefix === '' ? name : `${prefix}.${name}`),
  ]);
}

function changed(path: string, value: unknown): X86VcpuState {
  const copy = structuredClone(state());
  const names = path.split('.');
  const last = names.pop() as string;
  const owner = names.reduce((it, name) => it[name] as Record<string, unknown>, copy as Record<string, unknown>);
  if (value === undefined) delete owner[last];
  else owner[last] = value;
  return copy;
}

describe('readX86VcpuState', () => {
  it('gives a copy of a state, and of nothing else', () => {
    const read = readX86VcpuState({ ...state(), more: 1, events: { ...state().events, more: 1 } } as X86VcpuState);
    expect(read).toEqual(state());
  });

  it('refuses a state of which anything is missing, or has another type', () => {
    const all = [...new Set(paths(state()))];
    expect(all.length).toBeGreaterThan(150);
    for (const path of all) {
      for (const wrong of [undefined, 'text', -1, -1n, 1.5, {}, [1]]) {
        if (path === 'model' && wrong === 'text') continue;
        // Lists of records may become shorter.
        if (/^(msrs|xsave\.components)\.\d$/.test(path) && wrong === undefined) continue;
        if (OPTIONAL.includes(path) && wrong === undefined) continue;
        expect(() => readX86VcpuState(changed(path, wrong)), `${path} = ${String(wrong)}`).toThrow(
          expect.objectContaining({ code: 'ERR_SNAPSHOT_FORMAT' }),
        );
      }
    }
  });

  it.each<[string, unknown]>([
    ['registers.rax', 2n ** 64n],
    ['special.cs.limit', 2 ** 32],
    ['special.cs.type', 16],
    ['special.ss.db', 2],
    ['special.gdt.limit', 0x10000],
    ['fpu.st', new Uint8Array(127)],
    ['fpu.mxcsr', 2 ** 32],
    ['events.interrupt', 256],
    ['events.exception.vector', 32],
    ['events.interruptShadow', 'cli'],
    ['msrs.1.index', 0x174],
    ['xsave.components.1.number', 2],
    ['xsave.components.1.number', 63],
    ['xsave.components.0.data', new Uint8Array(0x10001)],
    ['instructions', 2 ** 52 + 1],
    ['testRegisters', [0]],
    ['pdptes', [0n, 0n, 0n]],
    ['pdptes.3', 2n ** 64n],
    ['monitor.address', 0x20n],
    ['monitor.line', new Uint8Array(63)],
    ['events.debugTrap', 0x10],
    ['events.debugTrap', 0x8010],
    ['events.debugTrap', 0x10001],
    ['version', 0],
    ['arch', 'arm'],
  ])('refuses %s = %s', (path, value) => {
    expect(() => readX86VcpuState(changed(path, value))).toThrow(
      expect.objectContaining({ code: 'ERR_SNAPSHOT_FORMAT' }),
    );
  });

  it.each([1, X86_STATE_VERSION])('reads a state of version %i without what is optional', (version) => {
    const { pdptes, monitor, ...rest } = state();
    const { debugTrap, ...events } = rest.events;
    const read = readX86VcpuState({ ...rest, events, version } as X86VcpuState);
    expect(read).toStrictEqual({ ...rest, events });
  });

  it('refuses a newer version, and says so', () => {
    expect(() => readX86VcpuState(changed('version', X86_STATE_VERSION + 1))).toThrow(
      expect.objectContaining({
        code: 'ERR_SNAPSHOT_VERSION',
        message: expect.stringContaining('install a newer one'),
      }),
    );
  });
});
