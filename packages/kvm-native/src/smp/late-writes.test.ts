import { setTimeout } from 'node:timers/promises';
import { type DeviceContext, type PortHandler, type RunResult, Vm } from '@picovm/core';
import { enterRealMode, type X86Vcpu } from '@picovm/core/x86';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ADDON } from '../addon.test-util.ts';
import { kvm } from '../index.ts';
import { needSmp } from './smp-guest.test-util.ts';

beforeEach(needSmp);

const CODE = 0x600;
/** The guest writes 1 to it when it has come to the end of its program. */
const DONE = 0x800;
const SET_DONE = [0xc6, 0x06, 0x00, 0x08, 1]; // mov byte [800h], 1
const out = (value: number, port = 0xe9): number[] => [0xb0, value, 0xe6, port]; // mov al, value; out port, al
const FOREVER = [0xeb, 0xfe];
/** inc al; out 0xe9, al; jmp back */
const COUNTING = [0xfe, 0xc0, 0xe6, 0xe9, 0xeb, 0xfa];

const machines: Vm<X86Vcpu>[] = [];
afterEach(() => {
  for (const vm of machines.splice(0)) vm.dispose();
});

/** A machine with threads whose writes to port E9H go to `write`, late, and others where `attach` says. */
function machine(
  code: readonly number[],
  write: (value: number) => void,
  { vcpus = 1, attach = () => {} }: { vcpus?: number; attach?: (context: DeviceContext) => void } = {},
): Vm<X86Vcpu> {
  const vm = new Vm({
    accelerator: kvm({ ...ADDON, irqchip: 'kernel' }),
    vcpus,
    memory: [{ base: 0, size: 0x10000 }],
    devices: [
      {
        id: 'board',
        type: 'test',
        attach: (context) => {
          context.claimPorts({ base: 0xe9, length: 1, coalesced: true }, handler(write));
          attach(context);
        },
      },
    ],
  });
  machines.push(vm);
  vm.memory.write(CODE, Uint8Array.from(code));
  enterRealMode(vm.vcpu, { segment: 0, offset: CODE });
  return vm;
}

function handler(write: (value: number) => void): PortHandler {
  return { read: () => 0, write: (_offset, _size, value) => write(value) };
}

async function done(vm: Vm<X86Vcpu>): Promise<void> {
  const end = performance.now() + 10_000;
  while (vm.memory.readU8(DONE) === 0 && performance.now() < end) await setTimeout(1);
}

/** What a call threw: its code, or that it threw nothing. */
function codeOf(call: () => unknown): string {
  try {
    call();
    return 'nothing';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

describe('the handler of a write, late or not', () => {
  it.each([0xe9, 0x10])('cannot run a vCPU (port %i), and nothing of it is left behind', async (port) => {
    const codes: string[] = [];
    const tryIt = (): void => {
      for (const { run, reset } of bound(vm)) codes.push(codeOf(run), codeOf(reset));
    };
    const vm = machine([...out(1, port), ...FOREVER], tryIt, {
      vcpus: 2,
      attach: ({ claimPorts }) => claimPorts({ base: 0x10, length: 1 }, handler(tryIt)),
    });
    expect((await vm.run({ timeoutMs: 60 })).outcome).toBe('timeout');
    expect(codes).toEqual(Array.from({ length: 4 }, () => 'ERR_VM_RUNNING'));
    vm.dispose();
    // A timer of it would throw by now, with nobody to catch it.
    await setTimeout(60);
  });

  const bound = (vm: Vm<X86Vcpu>) =>
    vm.vcpus.map((vcpu) => ({
      run: () => vcpu.run({ nanoseconds: 1e6, instructions: undefined }),
      reset: () => vcpu.reset(),
    }));
});

describe('a first vCPU that is disposed', () => {
  const failed = (result: RunResult): void => {
    expect(result).toMatchObject({ outcome: 'failed', error: expect.objectContaining({ code: 'ERR_VM_DISPOSED' }) });
  };

  it.each([1, 2])('by the handler of a late write ends the run, and no vCPU goes on (of %i)', async (vcpus) => {
    let count = 0;
    const vm = machine(COUNTING, () => void (++count === 50 && vm.vcpu.dispose()), { vcpus });
    failed(await vm.run({ timeoutMs: 10_000 }));
    expect(count).toBeGreaterThanOrEqual(50);
    failed(await vm.run({ timeoutMs: 10_000 }));
  });

  it.each([1, 2])('leaves what it wrote to be delivered (of %i)', async (vcpus) => {
    const written: number[] = [];
    const vm = machine([...out(1), ...out(2), ...out(3), ...SET_DONE, ...FOREVER], (n) => written.push(n), { vcpus });
    const running = vm.run({ timeoutMs: 10_000 });
    await done(vm);
    vm.vcpu.dispose();
    failed(await running);
    expect(written).toEqual([1, 2, 3]);
  });

  it('between two runs, too', async () => {
    const written: number[] = [];
    const vm = machine(COUNTING, (n) => written.push(n), { vcpus: 2 });
    expect((await vm.run({ timeoutMs: 10_000, maxExits: 10 })).outcome).toBe('max-exits');
    const before = written.length;
    expect(before).toBeGreaterThan(0);
    vm.vcpu.dispose();
    failed(await vm.run({ timeoutMs: 10_000 }));
    expect(written).toHaveLength(before);
  });
});

describe('a range that the host takes away while the guest runs', () => {
  it('has what was written to it before, and its next owner has not', async () => {
    const old: number[] = [];
    const next: number[] = [];
    let context: DeviceContext | undefined;
    let here: Disposable | undefined;
    // inc dword [800h]; mov eax, [800h]; mov dx, 500h; out dx, eax; mov cx, 100; loop $; jmp back
    const code = [
      0x66, 0xff, 0x06, 0, 8, 0x66, 0xa1, 0, 8, 0xba, 0, 5, 0x66, 0xef, 0xb9, 100, 0, 0xe2, 0xfe, 0xeb, 0xeb,
    ]; // biome-ignore format: the loop in a line
    const vm = machine(code, () => {}, {
      attach: (given) => {
        context = given;
        here = given.claimPorts(
          { base: 0x500, length: 4, coalesced: true },
          handler((n) => old.push(n)),
        );
      },
    });
    const running = vm.run({ timeoutMs: 10_000 });
    const end = performance.now() + 10_000;
    for (let i = 0; i < 5; i++) {
      const seen = vm.memory.readU32(DONE);
      while (vm.memory.readU32(DONE) < seen + 20 && performance.now() < end) await setTimeout(1);
      here?.[Symbol.dispose]();
      const last = vm.memory.readU32(DONE);
      // All that the guest had written by then, but perhaps what it was about to write.
      expect(old.at(-1)).toBeGreaterThanOrEqual(seen + 19);
      here = context?.claimPorts(
        { base: 0x500, length: 4, coalesced: true },
        handler((n) => next.push(n)),
      );
      while (vm.memory.readU32(DONE) < last + 20 && performance.now() < end) await setTimeout(1);
      here?.[Symbol.dispose]();
      expect(next.length).toBeGreaterThan(0);
      expect(next[0]).toBeGreaterThan(old.at(-1) ?? 0);
      old.length = 0;
      next.length = 0;
      here = context?.claimPorts(
        { base: 0x500, length: 4, coalesced: true },
        handler((n) => old.push(n)),
      );
    }
    vm.stop();
    await running;
  });
});

describe('a run that the handler of a late write stops', () => {
  it('keeps the exit behind the write for the next one', async () => {
    // In protected mode, with no interrupt table: out 0xe9, al; int3
    const vm = machine([0xe6, 0xe9, 0xcc], () => vm.stop());
    const { cs, ss } = vm.vcpu.getSpecialRegisters();
    const flat = { base: 0n, limit: 0xffffffff, db: 1, g: 1 };
    vm.vcpu.setSpecialRegisters({
      cr0: 0x11n,
      cs: { ...cs, ...flat, selector: 8 },
      ss: { ...ss, ...flat, selector: 16 },
      idt: { base: 0n, limit: 0 },
    });
    vm.vcpu.setRegisters({ rip: BigInt(CODE) });
    const seen: string[] = [];
    vm.observe(({ reason }) => void seen.push(reason));
    const first = await vm.run({ timeoutMs: 10_000 });
    expect(seen).toEqual(['io']);
    expect(first).toMatchObject({ outcome: 'stopped', exit: undefined });
    const second = await vm.run({ timeoutMs: 10_000 });
    expect(second.outcome).toBe('failed');
    // A host without VT-x or SVM may also give up on delivering the fault.
    expect(['shutdown', 'internal-error']).toContain(second.exit?.reason);
  });
});

describe('a reset whose late writes are delivered', () => {
  // out 0xe9, al; mov [800h], 1; in al, 0x10: the guest waits in the middle of an instruction.
  const CODE_OF_IT = [0xb8, 0, 0xb8, 0x8e, 0xc0, 0xb8, 0, 0xa0, 0x8e, 0xd8, 0xb9, 32, 0, 0xf3, 0xa4, 0xf4];

  /** Stopped with writes to B8000H still to come: rep movsb from A0000H, whose reads stop the run. */
  async function stopped(onWrite: (vm: Vm<X86Vcpu>) => void): Promise<Vm<X86Vcpu>> {
    let armed = false;
    let reads = 0;
    const vm = machine(CODE_OF_IT, () => {}, {
      attach: ({ claimMmio }) => {
        const write = (): void => {
          if (armed) onWrite(vm);
          armed = false;
        };
        claimMmio({ base: 0xb8000, length: 4096, coalesced: true }, { read: () => 0, write });
        claimMmio({ base: 0xa0000, length: 4096 }, { read: () => (++reads > 3 ? vm.stop() : undefined) ?? 7, write });
      },
    });
    expect((await vm.run({ timeoutMs: 10_000 })).outcome).toBe('stopped');
    armed = true;
    return vm;
  }

  it('lets a handler dispose the machine, which then is reset, and gone', async () => {
    let called = 0;
    const vm = await stopped((one) => {
      called++;
      one.dispose();
    });
    vm.reset();
    expect(called).toBe(1);
    expect(codeOf(() => vm.reset())).toBe('ERR_VM_DISPOSED');
  });

  it('says so if a handler disposed the vCPU', async () => {
    const vm = await stopped((one) => one.vcpu.dispose());
    expect(codeOf(() => vm.reset())).toBe('ERR_VM_DISPOSED');
  });

  it('lets a handler neither reset nor run anything', async () => {
    const codes: string[] = [];
    const vm = await stopped((one) => {
      codes.push(
        codeOf(() => one.reset()),
        codeOf(() => one.vcpu.reset()),
      );
      codes.push(codeOf(() => one.vcpu.run({ nanoseconds: 1e6, instructions: undefined })));
    });
    vm.reset();
    expect(codes).toEqual(['ERR_VM_RUNNING', 'ERR_VM_RUNNING', 'ERR_VM_RUNNING']);
  });
});
