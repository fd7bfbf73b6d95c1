import type { VcpuState } from '@picovm/core';
import { resetFpu, resetXsave, type X86VcpuState } from '@picovm/core/x86';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CODE, Guest, hardware, needKvm, word } from './guest.test-util.ts';

beforeEach(needKvm);

const guests: Guest[] = [];
afterEach(() => {
  for (const guest of guests.splice(0)) guest[Symbol.dispose]();
});

function make(code?: number[], options?: ConstructorParameters<typeof Guest>[1]): Guest {
  const guest = new Guest(code, options);
  guests.push(guest);
  return guest;
}

/** KVM's counter and its clock go on whatever happens. */
const still = ({ tsc: _, kvmClock: _clock, ...state }: X86VcpuState): unknown => state;
const snapshotOf = (guest: Guest): X86VcpuState => guest.vcpu.snapshot();
/** Another machine that goes on where one stands. */
function successor(guest: Guest, options?: ConstructorParameters<typeof Guest>[1]): Guest {
  const state = snapshotOf(guest);
  const other = make([0xf4], options);
  other.memory.write(0, guest.memory.read(0, guest.memory.regions[0].size));
  other.vcpu.restore(state);
  return other;
}
/** Runs until there were so many accesses. */
function runToAccess(guest: Guest, count: number): void {
  guest.sink.onAccess = () => {
    if (guest.sink.log.length >= count) guest.vcpu.kick();
  };
  expect(guest.run().reason).toBe('kicked');
  guest.sink.onAccess = () => {};
}

describe('a snapshot of a vCPU', () => {
  it('forgets a kick', () => {
    const a = make([0xf4]);
    const state = snapshotOf(a);
    a.vcpu.kick();
    a.vcpu.restore(state);
    expect(a.run().reason).toBe('halt');
  });

  it('has the task priority, which the guest goes on with', () => {
    const a = make([0x40, 0xf4]);
    a.vcpu.setSpecialRegisters({ cr8: 5n });
    const b = successor(a);
    for (const { vcpu } of [a, b]) {
      expect(vcpu.run({ nanoseconds: 1e9, instructions: undefined }).reason).toBe('halt');
      expect(vcpu.getSpecialRegisters().cr8).toBe(5n);
    }
  });

  it('has all registers, and restores them', () => {
    const a = make();
    a.vcpu.setRegisters({ rax: 0x1122334455667788n, rsp: 0x7000n, r9: 9n, rip: 0x123n, rflags: 0x846n });
    a.vcpu.setSpecialRegisters({ cr2: 0x55n, gdt: { base: 0x1000n, limit: 0x27 }, cr0: 0x60000010n });
    const state: X86VcpuState = {
      ...snapshotOf(a),
      debug: { dr0: 1n, dr1: 2n, dr2: 3n, dr3: 4n, dr6: 0xffff0ff1n, dr7: 0x400n },
      fpu: { ...resetFpu(), fcw: 0x37f, ftw: 0x81, mxcsr: 0x1fa0, st: bytes(128), xmm: bytes(256), fip: 5n },
      msrs: [
        { index: 0x174, value: 8n },
        { index: 0xc0000102, value: 0x1000n },
      ],
    };
    const b = make();
    b.vcpu.restore(state);
    const restored = snapshotOf(b);
    expect(still(restored)).toEqual(still({ ...state, fpu: { ...state.fpu, st: restored.fpu.st } }));
    // The upper six bytes of an ST register are nobody's.
    expect([...restored.fpu.st.subarray(16, 26)]).toEqual([...state.fpu.st.subarray(16, 26)]);
    // Within a second: KVM takes what is nearly the host's own counter for an attempt to match it.
    expect(restored.tsc).toBeGreaterThan(0n);

    const c = make();
    b.vcpu.restore(snapshotOf(c));
    expect(still(snapshotOf(b))).toEqual(still(snapshotOf(c)));
  });

  it('completes an instruction that waits for what it reads, and then goes on', () => {
    const a = make([0xe4, 0x40, 0x88, 0xc4, 0xe4, 0x41, 0xf4]); // in al, 0x40; mov ah, al; in al, 0x41; hlt
    a.sink.answers.push(0x5a, 0xa5);
    runToAccess(a, 1);
    const state = snapshotOf(a);
    expect([state.registers.rip, state.registers.rax]).toEqual([BigInt(CODE + 2), 0x5an]);
    const b = successor(a);
    b.sink.answers.push(0xa5);
    for (const guest of [a, b]) {
      expect(guest.run().reason).toBe('halt');
      expect(guest.vcpu.getRegisters().rax).toBe(0x5aa5n);
    }
    expect([a.sink.log, b.sink.log]).toEqual([['in1 40', 'in1 41'], ['in1 41']]);
  });

  it('completes an instruction with several accesses, for which it asks the sink', () => {
    const a = make([0xb8, 0, 0x20, 0x8e, 0xd8, 0xfe, 0x06, 0, 0, 0xf4]); // mov ax, 2000; mov ds, ax; inc byte [0]; hlt
    // Only a sink that throws leaves an instruction in the middle.
    a.sink.onAccess = () => {
      throw new Error('not now');
    };
    expect(() => a.run()).toThrow('not now');
    a.sink.onAccess = () => {};
    expect(a.sink.log).toEqual(['read1 20000']);
    const b = successor(a);
    expect(a.sink.log).toEqual(['read1 20000', 'write1 20000 1']);
    expect([a.run().reason, b.run().reason]).toEqual(['halt', 'halt']);
    expect([a.sink.log.length, b.sink.log.length]).toEqual([2, 0]);
  });

  it.each([1, 2, 3, 5, 8])('loses and doubles nothing of a REP instruction that is left at access %i', (count) => {
    // mov si, 0; mov ax, 2000; mov ds, ax; mov di, 800; mov cx, 6; rep movsb; hlt
    const code = [0xbe, 0, 0, 0xb8, 0, 0x20, 0x8e, 0xd8, 0xbf, ...word(0x800), 0xb9, 6, 0, 0xf3, 0xa4];
    // mov cx, 4; mov dx, 40; rep outsb; hlt
    const a = make([...code, 0xb9, 4, 0, 0xba, 0x40, 0, 0xf3, 0x6e, 0xf4]);
    a.sink.answers.push(10, 20, 30, 40, 50, 60, 70, 80, 90, 100);
    runToAccess(a, count);
    const b = successor(a);
    const asked = a.sink.log.length;
    b.sink.answers.push(...a.sink.answers);
    for (const guest of [a, b]) {
      expect(guest.run().reason).toBe('halt');
      expect([...guest.memory.read(0x800, 7)]).toEqual([10, 20, 30, 40, 50, 60, 0]);
      expect(guest.vcpu.getRegisters()).toMatchObject({ rcx: 0n, rsi: 10n, rdi: 0x806n });
    }
    expect([...a.sink.log.slice(0, asked), ...b.sink.log]).toEqual(a.sink.log);
  });

  it('keeps the interrupt shadow of STI', () => {
    const a = make([0xfb, 0xf4, 0xf4]); // sti; hlt
    const state = { ...snapshotOf(a), events: { ...snapshotOf(a).events, interruptShadow: 'sti' as const } };
    const b = make([0x90, 0x90, 0xf4]);
    b.vcpu.restore({ ...state, registers: { ...state.registers, rip: BigInt(CODE), rflags: 0x202n } });
    expect(snapshotOf(b).events.interruptShadow).toBe('sti');
  });

  it('keeps an interrupt that was acknowledged and is not yet delivered', () => {
    const a = make([0xfb, 0xeb, 0xfe]); // sti; jmp $
    a.memory.writeU16(0x21 * 4, 0x500);
    a.memory.write(0x500, Uint8Array.of(0xf4));
    a.vcpu.requestInterruptWindow(true);
    expect(a.run().reason).toBe('irq-window');
    a.vcpu.injectInterrupt(0x21);
    expect(snapshotOf(a).events.interrupt).toBe(0x21);
    const b = successor(a);
    expect(b.run().reason).toBe('halt');
    expect(b.vcpu.getRegisters().rip).toBe(0x501n);
  });

  it('keeps an exception that is not yet delivered', () => {
    const a = make([0x90, 0xf4]);
    a.memory.writeU16(0, 0x500);
    a.memory.write(0x500, Uint8Array.of(0xf4));
    const state = snapshotOf(a);
    a.vcpu.restore({ ...state, events: { ...state.events, exception: { vector: 0, errorCode: null } } });
    expect(snapshotOf(a).events.exception).toEqual({ vector: 0, errorCode: null });
    expect(a.run().reason).toBe('halt');
    expect(a.vcpu.getRegisters().rip).toBe(0x501n);
  });

  it('keeps that the CPU has shut down', () => {
    const a = make();
    const state = snapshotOf(a);
    a.vcpu.restore({ ...state, events: { ...state.events, shutdown: true } });
    expect(snapshotOf(a).events.shutdown).toBe(true);
    expect(a.run().reason).toBe('shutdown');
    expect(snapshotOf(a).events.shutdown).toBe(true);
    a.vcpu.reset();
    expect(snapshotOf(a).events.shutdown).toBe(false);
  });

  it('has AVX registers, and can be taken and replaced when the guest uses XSAVE', (context) => {
    const a = make();
    const fresh = snapshotOf(a);
    try {
      a.vcpu.setSpecialRegisters({ cr4: OSXSAVE });
    } catch {
      context.skip('this host has no XSAVE');
    }
    const avx = { number: 2, data: Uint8Array.from({ length: 256 }, (_, i) => i) };
    const state = { ...snapshotOf(a), xsave: { xcr0: 7n, components: [avx] } };
    a.vcpu.restore(state);
    const b = successor(a);
    expect(still(snapshotOf(b))).toEqual(still(state));
    // What is to be replaced need not be like what replaces it.
    b.vcpu.restore(fresh);
    expect(still(snapshotOf(b))).toEqual(still(fresh));
    a.vcpu.reset();
    expect(snapshotOf(a).xsave).toEqual(resetXsave());
  });

  it.for<[string, number, number]>([
    ['IA32_TSC_ADJUST', 0x3b, 0x12345],
    ['IA32_MCG_STATUS', 0x17a, 4],
    ['IA32_FEATURE_ENABLES', 0x140, 1],
    ['IA32_SYSENTER_CS', 0x174, 8],
    ['IA32_MTRR_DEF_TYPE', 0x2ff, 0xc06],
    ['MSR_KVM_PV_EOI_EN', 0x4b564d04, 0x801],
  ])('has the model-specific register %s, which the guest wrote', ([, index, value], context) => {
    const a = make(wrmsr(index, value));
    // #GP, if the guest may not write it.
    a.memory.writeU16(13 * 4, 0x500);
    a.memory.write(0x500, Uint8Array.of(0xf4));
    expect(a.run().reason).toBe('halt');
    if (a.vcpu.getRegisters().rip === 0x501n) context.skip('KVM does not let guests write it here');
    expect(snapshotOf(a).msrs).toEqual([{ index, value: BigInt(value) }]);
    const b = successor(a);
    expect(still(snapshotOf(b))).toEqual(still(snapshotOf(a)));
    b.vcpu.reset();
    expect(snapshotOf(b).msrs).toEqual([]);
  });

  it("has KVM's clock, which goes on from there on another host", () => {
    const a = make([...wrmsr(KVM_SYSTEM_TIME, 0x801), 0x90, 0xf4]); // …; nop; hlt
    const hours = 5n * 3600n * 1_000_000_000n;
    a.vcpu.restore({ ...snapshotOf(a), kvmClock: hours });
    expect(a.run().reason).toBe('halt');
    const time = (guest: Guest): bigint => new DataView(guest.memory.read(0x810, 8).buffer).getBigUint64(0, true);
    expect(time(a)).toBeGreaterThanOrEqual(hours);
    const b = successor(a);
    expect(b.run().reason).toBe('halt');
    expect(time(b)).toBeGreaterThan(time(a));
    expect(time(b)).toBeLessThan(hours + 600_000_000_000n);
    // And back, in the machine that was ahead.
    b.vcpu.restore({ ...snapshotOf(b), kvmClock: 1n });
    expect(snapshotOf(b).kvmClock).toBeLessThan(hours);
  });

  it('has the state of SSE as the guest left it', (context) => {
    if (!hardware) context.skip('KVM emulates instructions on this host: its emulator has no SSE');
    // mov eax, cr4; or ax, 600; mov cr4, eax; ldmxcsr [700]; hlt
    const a = make([0x0f, 0x20, 0xe0, 0x0d, 0, 6, 0x0f, 0x22, 0xe0, 0x0f, 0xae, 0x16, 0, 7, 0xf4]);
    a.memory.writeU32(0x700, 0x1f00);
    expect(a.run().reason).toBe('halt');
    expect(snapshotOf(a).fpu.mxcsr).toBe(0x1f00);
  });
});

describe('a vCPU takes', () => {
  it.each(['pentium', 'pentiumpro', 'pentium4', 'pentium3+sse2-pse36'])('a state of the model %s', (model) => {
    const guest = make();
    const state = snapshotOf(guest);
    guest.vcpu.restore({ ...state, model, registers: { ...state.registers, rax: 5n } });
    expect(guest.vcpu.getRegisters().rax).toBe(5n);
    expect(snapshotOf(guest).model).toBe('host');
  });
});

describe('a vCPU refuses, and stays as it is,', () => {
  const refused = (change: (state: X86VcpuState) => unknown, code: string, message = ''): void => {
    const guest = make();
    guest.vcpu.setRegisters({ rax: 77n });
    const before = snapshotOf(guest);
    const other = { ...before.registers, rax: 1n, rip: 2n };
    const state = change({ ...before, registers: other }) as VcpuState;
    expect(() => guest.vcpu.restore(state)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
    expect(still(snapshotOf(guest))).toEqual(still(before));
  };

  it.each<[string, (state: X86VcpuState) => unknown, string]>([
    ['an older processor', (it) => ({ ...it, model: '8086' }), 'the snapshot has 8086'],
    ['an older one with more', (it) => ({ ...it, model: '80486+cmov' }), 'the snapshot has 80486+cmov'],
    ['an unknown processor', (it) => ({ ...it, model: 'pentium5' }), 'the snapshot has pentium5'],
    ['no A20', (it) => ({ ...it, a20: false }), 'A20'],
    ['test registers', (it) => ({ ...it, testRegisters: [0, 0, 0, 0, 0, 0, 1, 0] }), 'the test registers'],
    ['MSRs that are none of a state', (it) => ({ ...it, msrs: [{ index: 0x10, value: 1n }] }), 'register 0x10'],
    ['values that no CPU has', (it) => ({ ...it, special: { ...it.special, cr0: 0x80000000n } }), 'KVM_SET_SREGS'],
    ['XCR0 of another processor', (it) => ({ ...it, xsave: { ...it.xsave, xcr0: (1n << 62n) | 1n } }), 'XCR0'],
    ['XCR0 that no processor has', (it) => ({ ...it, xsave: { ...it.xsave, xcr0: 2n } }), 'KVM_SET_XCRS'],
    [
      'a component of another size',
      (it) => ({ ...it, xsave: { ...it.xsave, components: [{ number: 2, data: new Uint8Array(7) }] } }),
      'component 2 of XSAVE: the snapshot has 7 bytes',
    ],
    ['a reserved bit of MXCSR', (it) => ({ ...it, fpu: { ...it.fpu, mxcsr: 0xffff0000 } }), 'KVM_SET_XSAVE'],
    [
      'an MSR with a value that it cannot have',
      (it) => ({ ...it, msrs: [{ index: 0xc0000102, value: 1n << 60n }] }),
      'KVM_SET_MSRS of 0xc0000102',
    ],
  ])('%s', (_what, change, message) => refused(change, 'ERR_SNAPSHOT_MISMATCH', message));

  it('a debug trap that waits', () =>
    refused((it) => ({ ...it, events: { ...it.events, debugTrap: 1 } }), 'ERR_SNAPSHOT_MISMATCH', 'debug traps'));

  it('what is no state, or one of a newer version', () => {
    refused((it) => ({ ...it, special: {} }), 'ERR_SNAPSHOT_FORMAT');
    refused((it) => ({ ...it, arch: 'arm' }), 'ERR_SNAPSHOT_FORMAT');
    refused((it) => ({ ...it, version: it.version + 1 }), 'ERR_SNAPSHOT_VERSION');
  });

  it('to be asked while it runs, or after it was disposed', () => {
    const guest = make([0xe6, 0x40, 0xf4]);
    const codes: unknown[] = [];
    const state = snapshotOf(guest);
    const attempt = (action: () => unknown): void => {
      try {
        action();
      } catch (error) {
        codes.push((error as { code?: unknown }).code);
      }
    };
    guest.sink.onAccess = () => {
      attempt(() => guest.vcpu.snapshot());
      attempt(() => guest.vcpu.restore(state));
    };
    guest.run();
    guest.vcpu.dispose();
    attempt(() => guest.vcpu.snapshot());
    attempt(() => guest.vcpu.restore(state));
    expect(codes).toEqual(['ERR_VM_RUNNING', 'ERR_VM_RUNNING', 'ERR_VM_DISPOSED', 'ERR_VM_DISPOSED']);
  });
});

/** CR4.OSXSAVE. */
const OSXSAVE = 1n << 18n;
/** MSR_KVM_SYSTEM_TIME_NEW. */
const KVM_SYSTEM_TIME = 0x4b564d01;

/** mov ecx, index; mov eax, value; xor edx, edx; wrmsr; hlt */
function wrmsr(index: number, value: number): number[] {
  const dword = (it: number): number[] => [...word(it & 0xffff), ...word(it >>> 16)];
  return [0x66, 0xb9, ...dword(index), 0x66, 0xb8, ...dword(value), 0x66, 0x31, 0xd2, 0x0f, 0x30, 0xf4];
}

function bytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 7 + 1) & 0x7f);
}
