import { Vm } from '@picovm/core';
import { enterRealMode } from '@picovm/core/x86';
import { describe, expect, test } from 'vitest';
import { type CpuEvents, type ExceptionEvent, type InterruptEvent, interp } from './index.ts';
import { CODE, HANDLERS, machine, STACK, type TestMachine } from './machine.test-util.ts';
import { DATA, CODE as PAGED_CODE, paged } from './paging.test-util.ts';
import { gate, protectedMachine, SEL, TSS } from './protected.test-util.ts';

const HLT = 0xf4;
const IF = 0x200;

/** Notes the events of a kind. */
function events<E extends keyof CpuEvents>(m: TestMachine, event: E): CpuEvents[E][] {
  const list: CpuEvents[E][] = [];
  m.vcpu.on(event, (each) => list.push(each));
  return list;
}

describe('the hook of exceptions', () => {
  test('is told of a fault before it is delivered, with the registers that it found', () => {
    const m = machine();
    const seen: unknown[] = [];
    m.vcpu.on('exception', (event) => seen.push(event, m.get('rip'), m.get('rsp'), m.vcpu.instructions));
    // inc bx; div cl
    m.load([0x43, 0xf6, 0xf1]);
    m.run(2);
    const event: ExceptionEvent = {
      vector: 0,
      errorCode: undefined,
      cr2: undefined,
      cs: 0,
      ip: BigInt(CODE + 1),
      during: undefined,
    };
    expect(seen).toEqual([event, CODE + 1, STACK, 1]);
    expect(m.get('rip')).toBe(HANDLERS);
  });

  test('has the error code, and the address of a page fault', () => {
    const m = paged();
    m.map(DATA, 0);
    const seen = events(m, 'exception');
    m.go([0xa2, 8, 0, 0x20, 0]);
    expect(seen).toEqual([
      { vector: 14, errorCode: 2, cr2: BigInt(DATA + 8), cs: 8, ip: BigInt(PAGED_CODE), during: undefined },
    ]);
    // mov ds, ax
    m.set({ rax: 0x777 });
    m.go([0x8e, 0xd8]);
    expect(seen[1]).toMatchObject({ vector: 13, errorCode: 0x774, cr2: undefined });
  });

  test('is told of traps, and of the exceptions that instructions make', () => {
    const m = machine();
    const seen = events(m, 'exception');
    // int3; into, with OF; int1: each handler goes back
    m.memory.write(HANDLERS, new Uint8Array(8).fill(0xcf));
    m.load([0xcc, 0xce, 0xf1, 0x90, HLT]);
    m.set({ rflags: 0x802 });
    m.run();
    expect(seen.map(({ vector, ip }) => [vector, Number(ip) - CODE])).toEqual([
      [3, 1],
      [4, 2],
      [1, 3],
    ]);
    m.load([0x90, 0x90, HLT]);
    m.set({ rflags: 0x102 });
    m.run(1);
    expect(seen[3]).toMatchObject({ vector: 1, ip: BigInt(CODE + 1), errorCode: undefined });
  });

  test('is told of the double fault, and in whose delivery it came', () => {
    const m = protectedMachine();
    m.vector(6, gate(SEL.absentCode, 0, 0x8e));
    const seen = events(m, 'exception');
    m.faultOf([0x0f, 0x0b]);
    expect(seen.map(({ vector, errorCode, during }) => [vector, errorCode, during])).toEqual([
      [6, undefined, undefined],
      [13, SEL.absentCode | 1, 6],
    ]);
    // A contributory exception during another one, and then no handler at all.
    seen.length = 0;
    m.vector(13, gate(SEL.absentCode, 0, 0x8e));
    m.vector(8, gate(SEL.absentCode, 0, 0x8e));
    m.load([0xcd, 0x99]);
    expect(m.run()).toBe('shutdown');
    expect(seen.map(({ vector, errorCode, during }) => [vector, errorCode, during])).toEqual([
      [13, 0x99 * 8 + 2, undefined],
      [8, 0, 13],
    ]);
  });

  test('is not told of what the guest does not see, nor when it is disposed', () => {
    const m = machine();
    const seen: number[] = [];
    const hook = ({ vector }: ExceptionEvent): number => seen.push(vector);
    const first = m.vcpu.on('exception', hook);
    m.vcpu.on('exception', hook);
    m.vcpu.breakpoints.add({ kind: 'execute', address: CODE });
    m.load([0x0f, 0x0b]);
    expect([m.run(), m.run()]).toEqual(['debug', 'halt']);
    expect(seen).toEqual([6, 6]);
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    m.load([0x0f, 0x0b]);
    m.run();
    m.run();
    expect(seen).toEqual([6, 6, 6]);
  });
});

describe('the hook of interrupts', () => {
  test('is told where they come from', () => {
    const m = machine();
    const seen = events(m, 'interrupt');
    m.memory.write(HANDLERS, new Uint8Array(256).fill(0xcf));
    m.load([0xcd, 0x21, 0x90, 0x90, HLT]);
    m.run(1);
    m.vcpu.nmi();
    m.run(2);
    m.vcpu.injectInterrupt(0x70);
    m.run();
    expect(seen).toEqual<InterruptEvent[]>([
      { vector: 0x21, source: 'software', cs: 0, ip: BigInt(CODE + 2) },
      { vector: 2, source: 'nmi', cs: 0, ip: BigInt(HANDLERS + 0x21) },
      { vector: 0x70, source: 'external', cs: 0, ip: BigInt(CODE + 2) },
    ]);
  });

  test('and exceptions are apart: an INT that may not be is both', () => {
    const m = protectedMachine(3);
    const interrupts = events(m, 'interrupt');
    const exceptions = events(m, 'exception');
    m.faultOf([0xcd, 0x20]);
    expect(interrupts.map(({ vector }) => vector)).toEqual([0x20]);
    expect(exceptions.map(({ vector, errorCode }) => [vector, errorCode])).toEqual([[13, 0x20 * 8 + 2]]);
  });

  test('is told of those that an 8086 program in virtual-8086 mode handles itself', () => {
    const m = protectedMachine(3, 'pentium');
    const special = m.vcpu.getSpecialRegisters();
    const real = { ...special.ds, selector: 0, base: 0n, limit: 0xffff, db: 0, g: 0 };
    m.vcpu.setSpecialRegisters({ cs: real, ss: real, ds: real, cr4: 1n });
    m.memory.write(TSS + 0x88, new Uint8Array(0x40));
    m.memory.writeU16(TSS + 0x66, 0xa8);
    m.set({ rflags: 0x20002, rsp: STACK });
    const seen = events(m, 'interrupt');
    m.load([0xcd, 0x21]);
    m.run(1);
    expect(m.get('rip')).toBe(HANDLERS + 0x21);
    expect(seen).toEqual([{ vector: 0x21, source: 'software', cs: 0, ip: BigInt(CODE + 2) }]);
  });
});

describe('the hooks of ports and of what is not memory', () => {
  test('are told of each access, with its answer', () => {
    const m = machine();
    const io = events(m, 'io');
    const mmio = events(m, 'mmio');
    m.sink.values.set(0x60, 0x77);
    // in al, 60h; out 61h, ax; mov al, [200000h]; mov [200000h], ax; mov cx, 2; rep insb; rep outsb
    m.vcpu.setSpecialRegisters({ fs: { ...m.vcpu.getSpecialRegisters().fs, base: 0x200000n } });
    m.load([
      0xe4,
      0x60,
      0xe7,
      0x61,
      0x64,
      0xa0,
      0,
      0,
      0x64,
      0xa3,
      4,
      0,
      0xb9,
      2,
      0,
      0xf3,
      0x6c,
      0xb9,
      2,
      0,
      0xf3,
      0x6e,
      HLT,
    ]);
    m.set({ rdi: 0x4000, rsi: 0x4000, rdx: 0x62 });
    m.run();
    const scalar = { reason: 'io', count: 1, block: undefined };
    expect(io).toEqual([
      { ...scalar, direction: 'read', port: 0x60, size: 1, data: 0x77 },
      { ...scalar, direction: 'write', port: 0x61, size: 2, data: 0x77 },
      { reason: 'io', direction: 'read', port: 0x62, size: 1, count: 2, data: 0, block: Uint8Array.of(1, 2) },
      { reason: 'io', direction: 'write', port: 0x62, size: 1, count: 2, data: 0, block: Uint8Array.of(1, 2) },
    ]);
    expect(mmio).toEqual([
      { reason: 'mmio', direction: 'read', address: 0x200000, size: 1, data: 0xff },
      { reason: 'mmio', direction: 'write', address: 0x200004, size: 2, data: 0xff },
    ]);
    expect(m.sink.trace).toHaveLength(6);
  });

  test('do not keep others from being answered', () => {
    const m = machine();
    const hooks = [m.vcpu.on('io', () => {}), m.vcpu.on('mmio', () => {})];
    m.sink.onCpuid = (exit) => {
      exit.eax = 99;
    };
    m.sink.answersCpuid = true;
    m.vcpu.sinkChanged();
    m.sink.msrs.set(0x999, 5n);
    // cpuid; push ax; mov ecx, 999h; rdmsr; inc ax; wrmsr; hlt
    m.load([0x0f, 0xa2, 0x50, 0x66, 0xb9, 0x99, 9, 0, 0, 0x0f, 0x32, 0x40, 0x0f, 0x30, HLT]);
    m.run();
    expect(m.memory.readU16(STACK - 2)).toBe(99);
    expect(m.sink.msrs.get(0x999)).toBe(6n);
    for (const hook of hooks) hook[Symbol.dispose]();
    m.load([0xe6, 1, HLT]);
    m.run();
    expect(m.sink.trace).toEqual(['out 1/1=6']);
  });
});

describe('a hook that throws', () => {
  const broken = new Error('broken');
  const fail = (): never => {
    throw broken;
  };

  test.each<[keyof CpuEvents, number[], number]>([
    ['exception', [0x0f, 0x0b], HANDLERS + 6],
    ['interrupt', [0xcd, 0x20], HANDLERS + 0x20],
    ['control-write', [0x0f, 0x06], CODE + 2],
    ['io', [0xe6, 5], CODE + 2],
    ['mmio', [0x64, 0xa0, 0, 0], CODE + 4],
  ])('of %s ends the run behind the instruction, which is done', (event, code, rip) => {
    const m = machine();
    m.vcpu.setSpecialRegisters({ fs: { ...m.vcpu.getSpecialRegisters().fs, base: 0x200000n } });
    const hook = m.vcpu.on(event, fail);
    const told: unknown[] = [];
    m.vcpu.on(event, (each) => told.push(each));
    m.load([...code, 0x90, HLT]);
    expect(() => m.run()).toThrow(
      expect.objectContaining({ code: 'ERR_DEVICE', cause: broken, message: `a hook of '${event}' threw: broken` }),
    );
    expect(told).toHaveLength(1);
    expect(m.get('rip')).toBe(rip);
    expect(m.vcpu.instructions).toBe(1);
    hook[Symbol.dispose]();
    expect(m.run()).toBe('halt');
  });

  test('while an interrupt is delivered between two instructions', () => {
    const m = machine();
    m.vcpu.on('interrupt', fail);
    m.load([0x90, HLT]);
    m.vcpu.nmi();
    expect(() => m.run()).toThrow(expect.objectContaining({ code: 'ERR_DEVICE' }));
    expect(m.get('rip')).toBe(HANDLERS + 2);
    expect(m.vcpu.instructions).toBe(0);
    expect(m.run()).toBe('halt');
  });

  test('or is asynchronous, or FERR#: the same', () => {
    const m = machine();
    m.vcpu.on('io', (async () => fail()) as never);
    m.load([0xe6, 5, HLT]);
    expect(() => m.run()).toThrow(/synchronous/);
    m.vcpu.ferr = fail;
    expect(m.vcpu.ferr).toBe(fail);
    // fninit; fldcw [300h], which unmasks all; fldz; fldz; fdivp
    m.memory.writeU16(0x300, 0x340);
    m.load([0xdb, 0xe3, 0xd9, 0x2e, 0, 3, 0xd9, 0xee, 0xd9, 0xee, 0xde, 0xf9, 0x90, HLT]);
    expect(() => m.run()).toThrow(/FERR# threw: broken/);
    m.vcpu.ferr = undefined;
    expect(m.run()).toBe('halt');
  });

  test('ends the run of a Vm as a device does', async () => {
    using vm = new Vm({ accelerator: interp(), memory: [{ base: 0, size: 0x10000 }] });
    vm.memory.write(CODE, Uint8Array.from([0x0f, 0x06, 0x40, HLT]));
    enterRealMode(vm.vcpu, { segment: 0, offset: CODE });
    vm.vcpu.on('control-write', fail);
    expect(await vm.run()).toMatchObject({ outcome: 'failed', error: { code: 'ERR_DEVICE', cause: broken } });
    expect(vm.vcpu.getRegisters().rip).toBe(BigInt(CODE + 2));
    expect((await vm.run()).outcome).toBe('halted');
    expect(vm.vcpu.getRegisters().rax).toBe(1n);
  });
});

describe('a hook', () => {
  test('may end the run by a kick, come and go, and look', () => {
    const m = machine();
    const seen: number[] = [];
    const second = m.vcpu.on('io', () => seen.push(2));
    m.vcpu.on('io', () => {
      seen.push(1);
      second[Symbol.dispose]();
      m.vcpu.kick();
    });
    m.load([0xe6, 5, 0xe6, 6, HLT]);
    expect(m.run()).toBe('kicked');
    expect(m.get('rip')).toBe(CODE + 2);
    expect(m.run()).toBe('kicked');
    expect(seen).toEqual([2, 1, 1]);
  });

  test('may not run the vCPU, nor restore it', () => {
    const m = machine();
    const codes: unknown[] = [];
    m.vcpu.on('interrupt', () => {
      for (const attempt of [() => m.run(), () => m.vcpu.step(), () => m.vcpu.snapshot()]) {
        try {
          attempt();
        } catch (error) {
          codes.push((error as { code: unknown }).code);
        }
      }
    });
    m.vcpu.nmi();
    m.set({ rflags: IF });
    m.load([HLT]);
    m.run();
    expect(codes).toEqual(new Array(3).fill('ERR_VM_RUNNING'));
  });

  test('is one for an event that there is', () => {
    const { vcpu } = machine();
    for (const [event, hook] of [
      ['exceptions', () => {}],
      ['io', undefined],
    ]) {
      expect(() => vcpu.on(event as never, hook as never)).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
      );
    }
  });
});
