import { Vm } from '@picovm/core';
import { enterRealMode } from '@picovm/core/x86';
import { describe, expect, test } from 'vitest';
import { broken, go, hit } from './breakpoint.test-util.ts';
import { type CpuModel, interp } from './index.ts';
import { CODE, machine, STACK } from './machine.test-util.ts';
import { DATA, FRAME, P, CODE as PAGED_CODE, paged, RW } from './paging.test-util.ts';

const HLT = 0xf4;
const NOP = 0x90;
const TF = 0x100;

describe('a breakpoint on an instruction', () => {
  test('ends the run before it, and the next run executes it', () => {
    // inc ax, three times
    const m = machine();
    const breakpoint = m.vcpu.breakpoints.add({ kind: 'execute', address: CODE + 1 });
    m.load([0x40, 0x40, 0x40, HLT]);
    expect(go(m)).toEqual({
      reason: 'debug',
      address: BigInt(CODE + 1),
      dr6: 0xffff0ff0n,
      breakpoint,
      hits: [{ breakpoint, access: undefined }],
    });
    expect([m.get('rip'), m.get('rax'), m.vcpu.instructions]).toEqual([CODE + 1, 1, 1]);
    expect(go(m).reason).toBe('halt');
    expect([m.get('rax'), m.vcpu.instructions]).toEqual([3, 4]);
  });

  test('is met each time, in a loop that ran before, also by jumps inside the page', () => {
    // mov cx, 1000; l: dec ax; inc bx; loop l; hlt
    const code = [0xb9, 0xe8, 3, 0x48, 0x43, 0xe2, 0xfc, HLT];
    for (const at of [3, 4, 5]) {
      const m = machine();
      m.load(code);
      expect(go(m).reason).toBe('halt');
      m.load(code);
      const breakpoint = m.vcpu.breakpoints.add({ kind: 'execute', address: CODE + at });
      for (let n = 0; n < 1000; n++) {
        expect(hit(m).breakpoint).toBe(breakpoint);
        expect(m.get('rcx')).toBe(1000 - n);
      }
      expect(go(m).reason).toBe('halt');
      m.load(code);
      hit(m);
      breakpoint[Symbol.dispose]();
      expect(go(m).reason).toBe('halt');
    }
  });

  test('lets a REP instruction be finished, a jump to itself go round, and an interrupted run go on', () => {
    const m = broken([0xf3, 0xaa, 0xeb, 0xfe], 'execute', CODE);
    m.vcpu.breakpoints.add({ kind: 'execute', address: CODE + 2 });
    m.set({ rcx: 0x8000, rdi: 0x2000 });
    expect(hit(m).address).toBe(BigInt(CODE));
    m.vcpu.kick();
    expect(go(m).reason).toBe('kicked');
    for (const rip of [CODE + 2, CODE + 2, CODE + 2]) expect(hit(m).address).toBe(BigInt(rip));
    expect([m.get('rcx'), m.vcpu.instructions]).toEqual([0, 3]);
  });

  test('is passed over by a step, and by nothing else', () => {
    const m = broken([0x40, 0x40, 0x40, HLT], 'execute', CODE);
    expect(m.vcpu.step().reason).toBe('slice-end');
    expect(m.get('rip')).toBe(CODE + 1);
    m.vcpu.breakpoints.add({ kind: 'execute', address: CODE + 1 });
    expect(go(m, 1).reason).toBe('debug');
    m.set({ rip: CODE });
    expect(go(m, 0).reason).toBe('slice-end');
    expect(go(m, 1).reason).toBe('debug');
    expect(go(m, 1).reason).toBe('slice-end');
    expect(m.get('rip')).toBe(CODE + 1);
  });

  test('comes before the faults of its instruction, and is met again behind their handler', () => {
    const m = broken([0xf7, 0xf1, HLT], 'execute', CODE);
    // div cx by 0; the handler sets CX to 1, and goes back
    m.memory.writeU32(0, 0x700);
    m.memory.write(0x700, Uint8Array.from([0xb9, 1, 0, 0xcf]));
    hit(m);
    expect(hit(m).address).toBe(BigInt(CODE));
    expect(m.get('rcx')).toBe(1);
    expect(go(m).reason).toBe('halt');
  });

  test('is linear, whatever is in CS, with any model; in the midst of an instruction it is none', () => {
    for (const model of ['8086', '80286', '80386', 'pentium4'] as CpuModel[]) {
      const m = machine({ model });
      m.vcpu.breakpoints.add({ kind: 'execute', address: 0x12345 });
      m.vcpu.breakpoints.add({ kind: 'execute', address: 0x12347 });
      m.memory.write(0x12345, Uint8Array.from([0xb8, 1, 2, HLT]));
      // jmp 1234:0005
      m.load([0xea, 5, 0, 0x34, 0x12]);
      expect(hit(m).address).toBe(0x12345n);
      expect(go(m).reason).toBe('halt');
    }
  });

  test('is seen at the end of an 8086 segment, where instructions are not kept decoded', () => {
    const m = machine({ model: '8086' });
    enterRealMode(m.vcpu, { segment: 0x1000, offset: 0xfffe });
    m.memory.write(0x1fffe, Uint8Array.from([NOP, NOP]));
    m.memory.write(0x10000, Uint8Array.from([NOP, HLT]));
    m.vcpu.breakpoints.add({ kind: 'execute', address: 0x1ffff });
    m.vcpu.breakpoints.add({ kind: 'execute', address: 0x10000 });
    expect(hit(m).address).toBe(0x1ffffn);
    expect(hit(m).address).toBe(0x10000n);
    expect(go(m).reason).toBe('halt');
  });

  test('may be added and taken away by who is called from the guest', () => {
    // out 80h, al; inc ax; jmp to the beginning
    const m = machine();
    m.load([0xe6, 0x80, 0x40, 0xeb, 0xfb]);
    const { breakpoints } = m.vcpu;
    let added = false;
    m.sink.onAccess = () => {
      if (m.get('rax') === 5 && !added) breakpoints.add({ kind: 'execute', address: CODE + 2 });
      added ||= m.get('rax') === 5;
    };
    hit(m);
    expect(m.get('rax')).toBe(5);
    m.sink.onAccess = () => breakpoints.clear();
    expect(go(m, 100).reason).toBe('slice-end');
    expect(breakpoints.size).toBe(0);
  });

  test('on a page that is decoded under another linear address is met there alone', () => {
    const m = paged();
    const [one, two] = [DATA, DATA + 0x1000];
    for (const at of [one, two]) m.map(at, FRAME | P | RW);
    m.memory.write(FRAME, Uint8Array.from([0x40, 0x40, HLT]));
    m.vcpu.breakpoints.add({ kind: 'execute', address: two + 1 });
    for (const [at, reason] of [
      [one, 'halt'],
      [two, 'debug'],
      [one, 'halt'],
      [two, 'debug'],
    ] as const) {
      m.set({ rip: at });
      expect(go(m).reason).toBe(reason);
    }
  });

  test('is met by code that was written anew, and behind changes of the page tables', () => {
    const m = paged();
    m.map(DATA, FRAME | P | RW);
    m.memory.write(FRAME, Uint8Array.from([0x40, 0x40, HLT]));
    m.memory.write(FRAME + 0x1000, Uint8Array.from([NOP, 0x4b, HLT]));
    m.vcpu.breakpoints.add({ kind: 'execute', address: DATA + 1 });
    // mov byte [DATA + 1], 43h (inc ebx); jmp DATA
    const code = [0xc6, 0x05, 1, 0, 0x20, 0, 0x43, 0xb8, 0, 0, 0x20, 0, 0xff, 0xe0];
    m.set({ rbx: 5 });
    m.load(code, PAGED_CODE);
    hit(m);
    go(m);
    expect(m.get('rbx')).toBe(6);
    m.map(DATA, (FRAME + 0x1000) | P | RW);
    m.special({ cr3: m.vcpu.getSpecialRegisters().cr3 });
    m.set({ rip: DATA });
    hit(m);
    go(m);
    expect(m.get('rbx')).toBe(5);
  });

  test('stands beside that of the guest, which comes second, and behind MOV SS', () => {
    const m = paged();
    const state = m.vcpu.snapshot();
    m.vcpu.restore({ ...state, debug: { ...state.debug, dr0: BigInt(PAGED_CODE + 2), dr7: 0x401n } });
    m.vcpu.breakpoints.add({ kind: 'execute', address: PAGED_CODE + 2 });
    m.set({ rax: 0x10 });
    m.load([0x40, 0x48, 0x40, HLT], PAGED_CODE);
    hit(m);
    expect(m.get('rip')).toBe(PAGED_CODE + 2);
    expect(m.vcpu.snapshot().debug.dr6).toBe(state.debug.dr6);
    expect(go(m).reason).toBe('halt');
    expect(m.vcpu.snapshot().debug.dr6 & 1n).toBe(1n);
    // mov ss, ax: the guest's own is held off, the host's is not
    m.load([0x8e, 0xd0, 0x40, HLT], PAGED_CODE);
    hit(m);
    expect(m.get('rip')).toBe(PAGED_CODE + 2);
  });

  test('with TF set, a single step comes once', () => {
    const m = broken([0x40, 0x40, HLT], 'execute', CODE);
    let traps = 0;
    m.vcpu.on('exception', ({ vector }) => {
      if (vector === 1) traps++;
    });
    m.set({ rflags: TF | 2 });
    hit(m);
    expect(traps).toBe(0);
    expect(go(m).reason).toBe('halt');
    expect([traps, m.get('rax')]).toEqual([1, 1]);
  });

  test('there may be thousands, and several at an address', () => {
    const m = machine();
    m.load(new Array(0x1000).fill(NOP));
    const all = Array.from({ length: 2000 }, (_, n) => m.vcpu.breakpoints.add({ kind: 'execute', address: CODE + n }));
    all.push(m.vcpu.breakpoints.add({ kind: 'execute', address: BigInt(CODE + 1999) }));
    expect([...m.vcpu.breakpoints]).toEqual(all);
    for (let n = 0; n < 1999; n++) expect(hit(m).address).toBe(BigInt(CODE + n));
    expect(hit(m).hits.map(({ breakpoint }) => breakpoint)).toEqual(all.slice(1999));
    all[1999][Symbol.dispose]();
    all[1999][Symbol.dispose]();
    m.set({ rip: CODE + 1998 });
    expect([hit(m), hit(m)].map(({ hits }) => hits.length)).toEqual([1, 1]);
    expect(m.vcpu.breakpoints.size).toBe(2000);
  });
});

describe('breakpoints', () => {
  test.each([
    { kind: 'walk', address: 0 },
    { kind: 'execute', address: 0, length: 2 },
    { kind: 'read', address: -1 },
    { kind: 'read', address: 0.5 },
    { kind: 'read', address: 0, length: 0 },
    { kind: 'read', address: 2 ** 32 },
    { kind: 'read', address: 2 ** 32 - 1, length: 2 },
    { kind: 'port', address: 0xffff, length: 2 },
    { kind: 'write', address: 2n ** 64n },
  ])('cannot be %o', (spec) => {
    const { breakpoints } = machine().vcpu;
    expect(() => breakpoints.add(spec as never)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    expect(breakpoints.size).toBe(0);
  });

  test('change nothing about what the guest does', () => {
    const runs = [false, true].map((watched) => {
      const m = machine();
      // mov cx, 50; l: mov [bx], cx; add ax, [bx]; push ax; pop dx; rdtsc; loop l; hlt
      m.load([0xb9, 50, 0, 0x89, 0x0f, 0x03, 0x07, 0x50, 0x5a, 0x0f, 0x31, 0xe2, 0xf6, HLT]);
      m.set({ rbx: 0x3000 });
      if (watched) {
        for (const [kind, address] of [
          ['execute', CODE + 5],
          ['execute', CODE + 11],
          ['access', 0x3000],
          ['write', STACK - 1],
          ['port', 5],
        ] as const) {
          m.vcpu.breakpoints.add({ kind, address });
        }
      }
      let stops = 0;
      while (go(m).reason === 'debug') stops++;
      return { stops, registers: m.vcpu.getRegisters(), instructions: m.vcpu.instructions };
    });
    expect(runs[1]).toEqual({ ...runs[0], stops: 50 * 5 });
  });

  test('forget where they stopped when the CPU is put elsewhere', () => {
    const m = broken([0x40, 0x40, HLT], 'execute', CODE + 1);
    hit(m);
    const state = m.vcpu.snapshot();
    m.vcpu.restore(state);
    expect(hit(m).address).toBe(BigInt(CODE + 1));
    expect(go(m).reason).toBe('halt');
  });

  test('end the run of a Vm, which goes on, or are handled', async () => {
    using vm = new Vm({ accelerator: interp(), memory: [{ base: 0, size: 0x10000 }] });
    vm.memory.write(CODE, Uint8Array.from([0x40, 0x40, 0x40, HLT]));
    enterRealMode(vm.vcpu, { segment: 0, offset: CODE });
    vm.vcpu.breakpoints.add({ kind: 'execute', address: CODE + 1 });
    const result = await vm.run();
    expect(result).toMatchObject({ outcome: 'stopped', exit: { reason: 'debug', address: BigInt(CODE + 1) } });
    expect(result.message).toBe('the run was stopped by a breakpoint; the guest is at 0000:1001');
    expect((await vm.run()).outcome).toBe('halted');
    let seen = 0;
    vm.on('debug', () => {
      seen++;
      return 'resume';
    });
    enterRealMode(vm.vcpu, { segment: 0, offset: CODE });
    expect((await vm.run()).outcome).toBe('halted');
    expect([seen, vm.vcpu.getRegisters().rax]).toEqual([1, 3n]);
    expect(vm.supports.exits.has('debug')).toBe(true);
  });
});
