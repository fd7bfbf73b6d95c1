import { Vm } from '@picovm/core';
import { enterRealMode, type X86Vcpu } from '@picovm/core/x86';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ADDON } from './addon.test-util.ts';
import { CODE, Guest, needKvm, word } from './guest.test-util.ts';
import { kvm } from './index.ts';

beforeEach(needKvm);

const guests: Guest[] = [];
afterEach(() => {
  for (const guest of guests.splice(0)) guest[Symbol.dispose]();
});

/** A guest whose writes to port E9H may wait, or not. */
function guest(code: readonly number[], coalesced = true): Guest {
  const made = new Guest(code);
  guests.push(made);
  if (coalesced) made.vm.coalesce?.('port', 0xe9, 1);
  return made;
}

const out = (value: number, port = 0xe9): number[] => [0xb0, value, 0xe6, port]; // mov al, value; out port, al
const HLT = 0xf4;
/** Where a handler puts the guest. */
const ELSEWHERE = CODE + 0x100;

describe.each([true, false])('a guest that the handler of a write before an HLT puts elsewhere (late: %s)', (late) => {
  function moving(): Guest {
    const g = guest([...out(1), HLT, ...out(2, 0x10), HLT], late);
    // The byte before it must not be executed: it would be `mov al, 0xb0`.
    g.memory.write(ELSEWHERE - 1, Uint8Array.of(0xb0, ...out(0x42, 0x10), HLT));
    return g;
  }

  it('goes on there', () => {
    const g = moving();
    g.sink.onAccess = (line) => {
      if (line === 'out1 e9 1') g.vcpu.setRegisters({ rip: BigInt(ELSEWHERE) });
    };
    expect(g.run().reason).toBe('halt');
    expect(g.sink.log).toEqual(['out1 e9 1', 'out1 10 42']);
    expect(g.vcpu.getRegisters().rip).toBe(BigInt(ELSEWHERE + 5));
  });

  it('is there when the handler also stops the run, and goes on there', () => {
    const g = moving();
    g.sink.onAccess = (line) => {
      if (line !== 'out1 e9 1') return;
      g.vcpu.setRegisters({ rip: BigInt(ELSEWHERE) });
      g.vcpu.kick();
    };
    expect(g.run().reason).toBe('kicked');
    expect(g.vcpu.getRegisters().rip).toBe(BigInt(ELSEWHERE));
    expect(g.run().reason).toBe('halt');
    expect(g.sink.log).toEqual(['out1 e9 1', 'out1 10 42']);
  });

  it('stays where it is when the handler sets other registers', () => {
    const g = moving();
    g.sink.onAccess = () => {
      g.vcpu.setRegisters({ ...g.vcpu.getRegisters(), rbx: 5n });
      g.vcpu.setSpecialRegisters({ ...g.vcpu.getSpecialRegisters(), cr2: 7n });
      g.vcpu.kick();
    };
    expect(g.run().reason).toBe('kicked');
    g.sink.onAccess = () => {};
    expect(g.vcpu.getRegisters()).toMatchObject({ rip: BigInt(CODE + 4), rbx: 5n });
    expect(g.run().reason).toBe('halt');
    expect(g.run().reason).toBe('halt');
    expect(g.sink.log).toEqual(['out1 e9 1', 'out1 10 2']);
  });

  it('halts there where the host had put it before', () => {
    const g = moving();
    g.vcpu.setRegisters({ rip: BigInt(CODE + 2) });
    g.vcpu.setRegisters({ rip: BigInt(CODE) });
    expect(g.run()).toEqual({ reason: 'halt', interruptsEnabled: false });
    expect(g.vcpu.getRegisters().rip).toBe(BigInt(CODE + 5));
  });
});

describe('an exit behind a late write that stops the run', () => {
  /** Protected mode with no interrupt table: the third byte is a triple fault. */
  function faulting(stop: () => void): Vm<X86Vcpu> {
    const claim = { base: 0xe9, length: 1, coalesced: true };
    const vm = new Vm({
      accelerator: kvm(ADDON),
      memory: [{ base: 0, size: 4096 }],
      devices: [
        {
          id: 'log',
          type: 'test',
          attach: ({ claimPorts }) => claimPorts(claim, { read: () => 0, write: stop }),
          snapshot: () => ({ version: 1 }),
          restore: () => {},
        },
      ],
    });
    vm.memory.write(CODE, Uint8Array.of(0xe6, 0xe9, 0x0f, 0x0b)); // out 0xe9, al; ud2
    const { cs, ss } = vm.vcpu.getSpecialRegisters();
    const flat = { base: 0n, limit: 0xffffffff, db: 1, g: 1 };
    vm.vcpu.setSpecialRegisters({
      cr0: 0x11n,
      cs: { ...cs, ...flat, selector: 8 },
      ss: { ...ss, ...flat, selector: 16 },
      idt: { base: 0n, limit: 0 },
    });
    vm.vcpu.setRegisters({ rip: BigInt(CODE) });
    return vm;
  }

  /** What a snapshot between the two runs says of the shutdown, and the exit of the second run. */
  async function stoppedBefore(): Promise<{ waits: boolean; reason: string | undefined }> {
    using vm = faulting(() => vm.stop());
    const seen: string[] = [];
    vm.observe(({ reason }) => void seen.push(reason));
    expect(await vm.run({ timeoutMs: 10_000 })).toMatchObject({ outcome: 'stopped', exit: undefined });
    expect(seen).toEqual(['io']);
    const { vcpu } = vm.snapshot();
    const { outcome, exit } = await vm.run({ timeoutMs: 10_000 });
    expect(outcome).toBe('failed');
    return { waits: (vcpu.events as { shutdown: boolean }).shutdown, reason: exit?.reason };
  }

  it('is told by the next run, also from a snapshot', async () => {
    // A slice of a busy host's may end between the write and the fault: then nothing waits yet, and the next run meets it.
    for (let attempt = 1; ; attempt++) {
      const { waits, reason } = await stoppedBefore();
      // A host without VT-x or SVM may also give up on delivering the fault.
      expect(['shutdown', 'internal-error']).toContain(reason);
      if (waits) return expect(reason).toBe('shutdown');
      if (reason === 'internal-error') return;
      expect(attempt).toBeLessThan(20);
    }
  });

  it('is forgotten by a reset', async () => {
    using vm = faulting(() => vm.stop());
    await vm.run({ timeoutMs: 10_000 });
    vm.reset();
    vm.memory.write(CODE, Uint8Array.of(0x90, HLT));
    enterRealMode(vm.vcpu, { segment: 0, offset: CODE });
    expect(await vm.run({ timeoutMs: 10_000 })).toMatchObject({ outcome: 'halted', cpu: { location: '0000:0602' } });
  });
});

describe('a guest that is entered for very short times', () => {
  it.each([
    ['by slices', 0.01, 0],
    ['by alarms', 1, 1000],
    ['by alarms that are overdue', 1, 1],
  ])('gets on (%s)', async (_, sliceMs, period) => {
    let written = 0;
    using vm = new Vm({
      accelerator: kvm(ADDON),
      memory: [{ base: 0, size: 4096 }],
      devices: [
        {
          id: 'board',
          type: 'test',
          attach: ({ claimPorts, clock }) => {
            claimPorts({ base: 0x10, length: 1 }, { read: () => 0, write: () => void written++ });
            const again = (): void => void clock.alarm(clock.now() + period, again);
            if (period > 0) again();
          },
        },
      ],
    });
    // mov cx, 50; loop $; out 0x10, al; jmp back
    vm.memory.write(CODE, Uint8Array.of(0xb9, ...word(50), 0xe2, 0xfe, 0xe6, 0x10, 0xeb, 0xf7));
    enterRealMode(vm.vcpu, { segment: 0, offset: CODE });
    expect((await vm.run({ timeoutMs: 300, sliceMs })).outcome).toBe('timeout');
    expect(written).toBeGreaterThan(0);
  });
});

describe('the nested calls of a reset', () => {
  it('that dispose the vCPU are told', () => {
    const g = guest([0xb8, ...word(0xb800), 0x8e, 0xd8, 0x66, 0xa1, ...word(0xffe), HLT], false); // mov eax, [0ffe]
    g.sink.onAccess = () => {
      throw new Error('in the middle of the instruction');
    };
    expect(() => g.run()).toThrow('in the middle of the instruction');
    g.sink.onAccess = () => g.vcpu.dispose();
    expect(() => g.vcpu.reset()).toThrow(expect.objectContaining({ code: 'ERR_VM_DISPOSED' }));
  });
});
