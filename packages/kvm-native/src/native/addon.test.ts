import { runInNewContext } from 'node:vm';
import { beforeEach, describe, expect, it } from 'vitest';
import { needKvm } from '../guest.test-util.ts';
import { MAILBOX_SIZE, type NativeVm } from './addon.ts';
import { type Kind, Objects, type Parameter, SURFACE, testAddon } from './surface.test-util.ts';

beforeEach(needKvm);

const KINDS = Object.keys(SURFACE) as Kind[];
type Method = (...args: unknown[]) => unknown;

const invalid = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });
const errno = (code: string, syscall?: string) =>
  expect.objectContaining({ code, syscall: syscall ?? expect.any(String), errno: expect.any(Number) });

function detached(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  return bytes;
}

/** A view that reached to the end of what can be resized, which is shorter now. */
function shrunk(size: number): unknown {
  const make = runInNewContext(
    '(size) => { const b = new ArrayBuffer(size, { maxByteLength: size }); const a = new Uint8Array(b); b.resize(0); return a; }',
  ) as (size: number) => Uint8Array;
  return make(size);
}

const NOT_BYTES: readonly unknown[] = [
  null,
  undefined,
  {},
  [],
  8,
  8n,
  'bytes',
  Symbol('bytes'),
  () => {},
  new ArrayBuffer(8),
];

/** What a parameter does not take. */
function wrong(parameter: Parameter, objects: Objects): unknown[] {
  switch (parameter.kind) {
    case 'integer': {
      const numbers = [
        -1,
        -0.5,
        0.5,
        Number.NaN,
        Number.POSITIVE_INFINITY,
        Number.NEGATIVE_INFINITY,
        2 ** 54,
        2 ** 64,
        1e300,
      ];
      const others: unknown[] = ['0', null, undefined, {}, [], 0n, true, Symbol('0'), { valueOf: () => 0 }];
      return [...numbers, ...others, ...(parameter.max < 2 ** 53 ? [parameter.max + 1] : [])];
    }
    case 'bytes': {
      const { size } = parameter;
      const lengths = [0, size - 1, size + 1, 2 * size].map((length) => new Uint8Array(length));
      return [...NOT_BYTES, ...lengths, ...others(size)];
    }
    case 'entries': {
      const { header, entry, says } = parameter;
      const lengths = [0, header - 1, header + 1, header + entry - 1, header + entry + 1, 2 ** 21 + header];
      const liars = says === undefined ? [] : [1, 2, 0x7fffffff, 0xffffffff].map((count) => liar(header, says, count));
      return [...NOT_BYTES, ...lengths.map((length) => new Uint8Array(length)), ...liars, ...others(header)];
    }
    case 'at-least': {
      const { size } = parameter;
      const lengths = size === 0 ? [] : [new Uint8Array(0), new Uint8Array(size - 1), detached(size), shrunk(size)];
      return [...NOT_BYTES, ...lengths];
    }
    case 'bigint':
      return [0, '0', null, undefined, -1n, 2n ** 64n, 2n ** 200n, {}, true];
    case 'memory':
      return [
        ...NOT_BYTES,
        { buffer: new ArrayBuffer(131072), grow: () => 0 },
        Object.create(WebAssembly.Memory.prototype),
        new Proxy(objects.memory, {}),
        new WebAssembly.Table({ initial: 1, element: 'anyfunc' }),
        new WebAssembly.Memory({ initial: 2, maximum: 3 }),
        new WebAssembly.Memory({ initial: 2 }),
      ];
    case 'eventfd': {
      const closed = new (testAddon().KvmEventFd)(0, false);
      closed.close();
      const mistaken = Object.setPrototypeOf(objects.system.createVm(0), Object.getPrototypeOf(closed));
      return [...NOT_BYTES, 0, closed, objects.vm, mistaken, Object.create(Object.getPrototypeOf(closed))];
    }
    case 'vcpu': {
      const mistaken = Object.setPrototypeOf(objects.system.createVm(0), Object.getPrototypeOf(objects.vcpu));
      return [...NOT_BYTES, 0, objects.vm, mistaken, Object.create(Object.getPrototypeOf(objects.vcpu))];
    }
    case 'optional-eventfd':
      return [null, {}, 0, 'x', objects.vm];
    case 'bitmaps':
      return [
        null,
        undefined,
        {},
        [],
        [1],
        [new Uint8Array(1537)],
        [new Uint8Array(8), new Uint8Array(8)],
        'x',
        [null],
      ];
    case 'function':
      return [null, undefined, {}, 1, 'x'];
    case 'string':
    case 'boolean':
      return [null, undefined, {}, 1];
  }
}

const others = (size: number): unknown[] => [
  new DataView(new ArrayBuffer(size)),
  new Int8Array(size),
  new Uint8ClampedArray(size),
  new Uint16Array(Math.ceil(size / 2)),
  new BigUint64Array(Math.ceil(size / 8)),
  detached(size),
  shrunk(size),
];

function liar(header: number, at: number, count: number): Uint8Array {
  const bytes = new Uint8Array(header);
  new DataView(bytes.buffer).setUint32(at, count, true);
  return bytes;
}

describe.each(KINDS)('the methods of a %s', (kind) => {
  it('are all in the table of this test', ({ skip }) => {
    using objects = new Objects();
    const object = objects[kind];
    if (object === undefined) return skip('this kernel has none');
    const names = Object.getOwnPropertyNames(Object.getPrototypeOf(object)).filter((name) => name !== 'constructor');
    expect(names.sort()).toEqual(Object.keys(SURFACE[kind]).sort());
  });

  it('refuse what they cannot take, before the kernel sees it', ({ skip }) => {
    using objects = new Objects();
    if (objects[kind] === undefined) return skip('this kernel has none');
    const object = objects[kind] as unknown as Record<string, Method>;
    // A slot with a log, because how long its bitmap must be depends on it.
    objects.vm.setUserMemoryRegion(0, 1, 0, objects.memory, 0, 65536);
    for (const [name, parameters] of Object.entries(SURFACE[kind])) {
      const good = parameters.map((parameter) => objects.argument(parameter));
      parameters.forEach((parameter, i) => {
        for (const bad of wrong(parameter, objects)) {
          expect(() => object[name](...good.with(i, bad)), `${name}, argument ${i}: ${typeof bad}`).toThrow(invalid);
        }
      });
    }
  });

  it('refuse everything once it is closed, with EBADF, but to close it again', ({ skip }) => {
    using objects = new Objects();
    if (objects[kind] === undefined) return skip('this kernel has none');
    const object = objects[kind] as unknown as Record<string, Method>;
    using others = new Objects();
    object.close();
    for (const [name, parameters] of Object.entries(SURFACE[kind])) {
      const call = () => object[name](...parameters.map((parameter) => others.argument(parameter)));
      if (['close', 'rearm', 'unwatch'].includes(name)) call();
      else if (name === 'enableCap') expect(call).toThrow(invalid);
      else expect(call, name).toThrow(errno('EBADF'));
    }
  });

  it('refuse objects of another kind', ({ skip }) => {
    using objects = new Objects();
    const object = objects[kind];
    if (object === undefined) return skip('this kernel has none');
    const other = kind === 'vm' ? objects.vcpu : objects.vm;
    for (const [name, parameters] of Object.entries(SURFACE[kind])) {
      const method = (object as unknown as Record<string, Method>)[name];
      const args = parameters.map((parameter) => objects.argument(parameter));
      for (const receiver of [other, {}, null, undefined, Object.create(object)]) {
        expect(() => method.apply(receiver, args), name).toThrow(TypeError);
      }
    }
  });

  it('cannot be had by making one, unless that is how one is made', ({ skip }) => {
    using objects = new Objects();
    const object = objects[kind];
    if (object === undefined) return skip('this kernel has none');
    const Class = object.constructor as new (...args: unknown[]) => object;
    for (const args of [[], [{}], [object], [undefined, 1], [1n]]) expect(() => new Class(...args)).toThrow(invalid);
    class Derived extends Class {}
    expect(() => new Derived()).toThrow(invalid);
  });
});

describe('the addon', () => {
  it('refuses to open what is not there, by its errno', () => {
    const { KvmSystem, KvmEventFd } = testAddon();
    expect(() => new KvmSystem('/nowhere')).toThrow(errno('ENOENT', 'open'));
    for (const path of ['/dev/kvm\0', 1, undefined, null, {}]) {
      expect(() => new KvmSystem(path as string)).toThrow(invalid);
    }
    for (const [initial, semaphore] of [
      [-1, false],
      [2 ** 32, false],
      [0, 1],
      ['0', false],
    ]) {
      expect(() => new KvmEventFd(initial as number, semaphore as boolean)).toThrow(invalid);
    }
  });

  it('refuses ranges that leave the memory, or are not made of pages', () => {
    using objects = new Objects();
    const { vm, memory } = objects;
    const bad: Parameters<NativeVm['setUserMemoryRegion']>[] = [
      [0, 0, 0, memory, 1, 4096],
      [0, 0, 0, memory, 0, 4095],
      [0, 0, 0, memory, 131072, 4096],
      [0, 0, 0, memory, 2 ** 52, 4096],
      [0, 0, 0, memory, 4096, 2 ** 52],
      [0, 0, 1, memory, 0, 4096],
    ];
    for (const args of bad) expect(() => vm.setUserMemoryRegion(...args)).toThrow(invalid);
    expect(() => vm.setUserMemoryRegion(0, 0, 0, memory, 4096, 0)).toThrow(
      errno('EINVAL', 'KVM_SET_USER_MEMORY_REGION'),
    );
    vm.setUserMemoryRegion(0, 1, 0, memory, 0, 65536);
    expect(() => vm.getDirtyLog(0, new Uint8Array(7))).toThrow(invalid);
    vm.getDirtyLog(0, new Uint8Array(8));
    expect(() => vm.createVcpu(1, memory, 0, 4096)).toThrow(invalid);
    expect(() => vm.createVcpu(1, memory, 126976, MAILBOX_SIZE)).toThrow(invalid);
    vm.createVcpu(1, memory, 0, MAILBOX_SIZE).close();
    expect(() => vm.createVcpu(1, memory, 0, MAILBOX_SIZE)).toThrow(errno('EEXIST', 'KVM_CREATE_VCPU'));
  });

  it('keeps memory in its place, and says how many entries there would be', () => {
    using objects = new Objects();
    const { system, memory } = objects;
    objects.vm.setUserMemoryRegion(0, 0, 0, memory, 0, 65536);
    expect(() => memory.grow(1)).toThrow(RangeError);
    const list = new Uint32Array(2);
    expect(() => system.getMsrIndexList(new Uint8Array(list.buffer))).toThrow(errno('E2BIG', 'KVM_GET_MSR_INDEX_LIST'));
    expect(list[0]).toBeGreaterThan(1);
  });

  it('takes structures in memory that threads share', () => {
    using objects = new Objects();
    const regs = new Uint8Array(new SharedArrayBuffer(144));
    objects.vcpu.getRegs(regs);
    // RFLAGS has a bit that is always set.
    expect(regs[17 * 8]).toBe(2);
    const cpuid = new Uint8Array(new SharedArrayBuffer(8 + 40 * 128));
    objects.system.getSupportedCpuid(cpuid);
    expect(new Uint32Array(cpuid.buffer)[0]).toBeGreaterThan(10);
  });

  it('runs no vCPU of a VM that was closed, although KVM would, and none that was closed', () => {
    using objects = new Objects();
    const { run } = objects.vcpu;
    objects.vm.close();
    expect(run(1e6)).toBe(-9);
    objects.vcpu.close();
    expect([run(1e6), run(-1), run(0)]).toEqual([-9, -9, -9]);
  });

  it('takes anything for a budget', () => {
    using objects = new Objects();
    const run = objects.vcpu.run as (...args: unknown[]) => number;
    for (const budget of [[], ['1'], [null], [{}], [Number.NaN], [1n], [Symbol('1')]]) expect(run(...budget)).toBe(10);
  });

  it('is not deceived by what a vCPU reads while it changes', () => {
    using objects = new Objects();
    const { vm } = objects;
    const ranges = new Uint8Array(24);
    ranges[4] = 8;
    ranges[16] = 8;
    const bitmaps = [new Uint8Array(8), new Uint8Array(8)];
    const list = Object.defineProperty([bitmaps[0], null] as unknown[], 1, {
      get: () => {
        structuredClone(bitmaps[0].buffer, { transfer: [bitmaps[0].buffer] });
        structuredClone(ranges.buffer, { transfer: [ranges.buffer] });
        return bitmaps[1];
      },
    });
    expect(() => vm.x86SetMsrFilter(0, ranges, list as Uint8Array[])).toThrow(invalid);
  });

  it('leaves other signals to whoever handles them', async () => {
    using objects = new Objects();
    const { memory, vm, vcpu } = objects;
    vm.setUserMemoryRegion(0, 0, 0xffff0000, memory, 0, 65536);
    new Uint8Array(memory.buffer).set([0xeb, 0xfe], 0xfff0);
    const got = new Promise((resolve) => process.once('SIGUSR2', resolve));
    const { spawn } = await import('node:child_process');
    const killer = spawn('sh', ['-c', `sleep 0.02; kill -USR2 ${process.pid}`]);
    const end = performance.now() + 100;
    // Each slice lasts its time, although the signal comes in one of them.
    while (performance.now() < end) {
      const start = performance.now();
      expect(vcpu.run(10e6)).toBe(10);
      expect(performance.now() - start).toBeGreaterThan(9.9);
    }
    expect(await got).toBe('SIGUSR2');
    killer.kill();
  });
});
