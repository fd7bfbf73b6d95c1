import { beforeEach, describe, expect, it } from 'vitest';
import { hardware, needKvm } from '../guest.test-util.ts';
import * as K from '../ioctls.ts';
import { CODE, needCapability, RawGuest, refused, word } from './raw-guest.test-util.ts';

beforeEach(needKvm);

describe('run', () => {
  it('gives ports, one by one and as strings, and takes what they read', () => {
    // mov al, 0x48; out 0xe9, al; mov si, 0x700; mov cx, 3; mov dx, 0xe9; rep outsb; in ax, 0x40; hlt
    const code = [
      0xb0, 0x48, 0xe6, 0xe9, 0xbe, ...word(0x700), 0xb9, 3, 0, 0xba, 0xe9, 0, 0xf3, 0x6e, 0xe5, 0x40, 0xf4,
    ]; // biome-ignore format: a byte a line would fill the page
    using guest = new RawGuest(code);
    guest.bytes.set([1, 2, 3], 0x700);
    const { kvmRun } = guest.vcpu;
    expect(guest.run()).toBe(K.KVM_EXIT_IO);
    expect(kvmRun).toMatchObject({ ioDirection: K.KVM_EXIT_IO_OUT, ioSize: 1, ioPort: 0xe9, ioCount: 1 });
    expect(kvmRun.ioData[0]).toBe(0x48);
    const written: number[] = [];
    while (written.length < 3) {
      expect(guest.run()).toBe(K.KVM_EXIT_IO);
      written.push(...kvmRun.ioData.subarray(0, kvmRun.ioSize * kvmRun.ioCount));
    }
    expect(written).toEqual([1, 2, 3]);
    expect(guest.run()).toBe(K.KVM_EXIT_IO);
    expect(kvmRun.exit()).toMatchObject({ direction: K.KVM_EXIT_IO_IN, size: 2, port: 0x40, count: 1 });
    kvmRun.ioData.set([0x34, 0x12]);
    expect(guest.run()).toBe(K.KVM_EXIT_HLT);
    expect(guest.vcpu.getRegs().rax).toBe(0x1234n);
  });

  it('gives memory that is not there, and takes what it reads', () => {
    // mov ax, 0xb800; mov ds, ax; mov byte [6], 9; mov ax, [8]; hlt
    using guest = new RawGuest([0xb8, 0, 0xb8, 0x8e, 0xd8, 0xc6, 6, 6, 0, 9, 0xa1, 8, 0, 0xf4]);
    const { kvmRun } = guest.vcpu;
    expect(guest.run()).toBe(K.KVM_EXIT_MMIO);
    expect(kvmRun).toMatchObject({ mmioPhysAddr: 0xb8006, mmioLen: 1, mmioIsWrite: true });
    expect(kvmRun.mmioData & 0xffn).toBe(9n);
    expect(guest.run()).toBe(K.KVM_EXIT_MMIO);
    expect(kvmRun).toMatchObject({ mmioPhysAddr: 0xb8008, mmioLen: 2, mmioIsWrite: false });
    kvmRun.mmioData = 0xbeefn;
    expect(guest.run()).toBe(K.KVM_EXIT_HLT);
    expect(guest.vcpu.getRegs().rax).toBe(0xbeefn);
  });

  it('gives and takes data as numbers, too', () => {
    // mov ax, 0xb800; mov ds, ax; mov eax, 0xfedcba98; out 0x80, eax; mov [8], eax; in eax, 0x84; mov ebx, [12]; hlt
    const code = [
      0xb8, 0, 0xb8, 0x8e, 0xd8, 0x66, 0xb8, 0x98, 0xba, 0xdc, 0xfe, 0x66, 0xe7, 0x80,
      0x66, 0xa3, 8, 0, 0x66, 0xe5, 0x84, 0x66, 0x8b, 0x1e, 12, 0, 0xf4,
    ]; // biome-ignore format: a byte a line would fill the page
    using guest = new RawGuest(code);
    const { kvmRun } = guest.vcpu;
    expect(guest.run()).toBe(K.KVM_EXIT_IO);
    expect(kvmRun.ioValue >>> 0).toBe(0xfedcba98);
    expect(guest.run()).toBe(K.KVM_EXIT_MMIO);
    expect(kvmRun.mmioDataLow >>> 0).toBe(0xfedcba98);
    expect(kvmRun.mmioDataHigh).toBe(0);
    expect(guest.run()).toBe(K.KVM_EXIT_IO);
    kvmRun.ioValue = 0x12345678;
    expect(guest.run()).toBe(K.KVM_EXIT_MMIO);
    expect(kvmRun.mmioLen).toBe(4);
    [kvmRun.mmioDataLow, kvmRun.mmioDataHigh] = [-2, -1];
    expect(guest.run()).toBe(K.KVM_EXIT_HLT);
    expect(guest.vcpu.getRegs()).toMatchObject({ rax: 0x12345678n, rbx: 0xfffffffen });
  });

  it('completes an instruction and executes none with immediateExit, or in no time', () => {
    using guest = new RawGuest([0xe4, 0x40, 0x40, 0xf4]); // in al, 0x40; inc ax; hlt
    const { vcpu } = guest;
    for (const complete of [() => vcpu.run(0), () => vcpu.run()]) {
      guest.load([0xe4, 0x40, 0x40, 0xf4]);
      expect(guest.run()).toBe(K.KVM_EXIT_IO);
      vcpu.kvmRun.ioData[0] = 0x21;
      vcpu.kvmRun.immediateExit = 1;
      expect(complete()).toBe(K.KVM_EXIT_INTR);
      vcpu.kvmRun.immediateExit = 0;
      expect(vcpu.kvmRun.exitReason).toBe(K.KVM_EXIT_INTR);
      expect(vcpu.getRegs().rip).toBe(BigInt(CODE + 2));
      expect(vcpu.getRegs().rax & 0xffn).toBe(0x21n);
    }
    expect(guest.run()).toBe(K.KVM_EXIT_HLT);
  });

  it('ends when the time is up, and never lasts longer than 50 ms', () => {
    using guest = new RawGuest([0xeb, 0xfe]);
    for (const [nanoseconds, least, most] of [
      [5e6, 4.9, 40],
      [Number.POSITIVE_INFINITY, 49, 500],
    ]) {
      const start = performance.now();
      expect(guest.vcpu.run(nanoseconds)).toBe(K.KVM_EXIT_INTR);
      const elapsed = performance.now() - start;
      expect(elapsed).toBeGreaterThan(least);
      expect(elapsed).toBeLessThan(most);
    }
  });

  it.each([
    ['a string', '1000000'],
    ['NaN', Number.NaN],
    ['a bigint', 5n],
    ['an object', {}],
    ['null', null],
    ['less than nothing', -5],
  ])('is refused a time that is %s', (_what, nanoseconds) => {
    using guest = new RawGuest();
    expect(() => guest.vcpu.run(nanoseconds as number)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining('nanoseconds') }),
    );
    expect(guest.run()).toBe(K.KVM_EXIT_HLT);
  });

  it('gives a triple fault, and the words of an internal error', () => {
    using guest = new RawGuest([0x0f, 0x0b]); // ud2, with no IDT to look the handler up in
    const { vcpu } = guest;
    const sregs = vcpu.getSregs();
    const flat = { base: 0n, limit: 0xffffffff, db: 1, g: 1 };
    const cs = { ...sregs.cs, ...flat, selector: 8 };
    const ss = { ...sregs.ss, ...flat, selector: 16 };
    vcpu.setSregs({ ...sregs, cr0: 0x11n, cs, ss, idt: { base: 0n, limit: 0 } });
    const exit = guest.run();
    // A host without VT-x or SVM may also give up on delivering the fault.
    expect(hardware ? [K.KVM_EXIT_SHUTDOWN] : [K.KVM_EXIT_SHUTDOWN, K.KVM_EXIT_INTERNAL_ERROR]).toContain(exit);
    expect(vcpu.kvmRun.exit()).toMatchObject({ exitReason: exit });
  });

  it('passes registers with the exits', (context) => {
    using guest = new RawGuest([0x40, 0xe6, 0x80, 0xe6, 0x81, 0xf4]); // inc ax; out 0x80, al; out 0x81, al; hlt
    const all = K.KVM_SYNC_X86_REGS | K.KVM_SYNC_X86_SREGS | K.KVM_SYNC_X86_EVENTS;
    context.skip(!guest.vm.checkExtensionBits(K.KVM_CAP_SYNC_REGS, Number(all)), 'this KVM has no KVM_CAP_SYNC_REGS');
    const { vcpu } = guest;
    const { kvmRun } = vcpu;
    kvmRun.kvmValidRegs = all;
    vcpu.setRegs({ ...vcpu.getRegs(), rax: 0x10n });
    expect(guest.run()).toBe(K.KVM_EXIT_IO);
    expect(kvmRun.syncRegs).toEqual(vcpu.getRegs());
    expect(kvmRun.syncRegs.rax).toBe(0x11n);
    expect(kvmRun.syncSregs).toEqual(vcpu.getSregs());
    expect(kvmRun.syncEvents).toEqual(vcpu.getVcpuEvents());
    vcpu.run(0);
    kvmRun.syncRegs = { ...kvmRun.syncRegs, rax: 0x55n };
    kvmRun.kvmDirtyRegs = K.KVM_SYNC_X86_REGS;
    expect(guest.run()).toBe(K.KVM_EXIT_IO);
    expect(kvmRun.ioData[0]).toBe(0x55);
    expect(kvmRun.kvmDirtyRegs).toBe(0n);
  });

  it('refuses what was closed, and its last exit can still be read', () => {
    using guest = new RawGuest([0xe6, 0x80, 0xf4]);
    const { vcpu } = guest;
    guest.run();
    guest.vm.close();
    expect(() => vcpu.run()).toThrow(refused('KVM_RUN', 'EBADF') as Error);
    vcpu.close();
    vcpu.close();
    expect(() => vcpu.run()).toThrow(refused('KVM_RUN', 'EBADF') as Error);
    expect(() => vcpu.takeCoalescedMmio()).toThrow(expect.objectContaining({ code: 'ERR_KVM' }));
    expect(vcpu.kvmRun.ioPort).toBe(0x80);
  });
});

describe('model-specific registers', () => {
  const RDMSR = [0x66, 0xb9, 0x74, 1, 0, 0, 0x0f, 0x32, 0xf4]; // mov ecx, 0x174; rdmsr; hlt

  it('that the filter keeps from the guest are exits, with an answer', (context) => {
    using guest = new RawGuest(RDMSR);
    needCapability(context, guest, K.KVM_CAP_X86_MSR_FILTER, 'KVM_CAP_X86_MSR_FILTER');
    const { vm, vcpu } = guest;
    vm.enableCap(K.KVM_CAP_X86_USER_SPACE_MSR, K.KVM_MSR_EXIT_REASON_FILTER);
    const range = { flags: K.KVM_MSR_FILTER_READ, base: 0x174, nmsrs: 3, bitmap: Uint8Array.of(0b110) };
    vm.x86SetMsrFilter({ flags: K.KVM_MSR_FILTER_DEFAULT_ALLOW, ranges: [range] });
    expect(guest.run()).toBe(K.KVM_EXIT_X86_RDMSR);
    expect(vcpu.kvmRun.exit()).toMatchObject({ reason: K.KVM_MSR_EXIT_REASON_FILTER, index: 0x174 });
    expect(vcpu.kvmRun.msrIndex).toBe(0x174);
    vcpu.kvmRun.msrError = 0;
    vcpu.kvmRun.msrData = 0x1122334455n;
    expect(guest.run()).toBe(K.KVM_EXIT_HLT);
    expect(vcpu.getRegs()).toMatchObject({ rax: 0x22334455n, rdx: 0x11n });
    vm.x86SetMsrFilter({ flags: K.KVM_MSR_FILTER_DEFAULT_ALLOW, ranges: [] });
    guest.load(RDMSR);
    expect(guest.run()).toBe(K.KVM_EXIT_HLT);
    for (const bad of [
      { ...range, nmsrs: 65 },
      { ...range, nmsrs: 20_000 },
      { ...range, base: -1 },
    ]) {
      expect(() => vm.x86SetMsrFilter({ flags: 0, ranges: [bad] })).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
      );
    }
    expect(() => vm.x86SetMsrFilter({ flags: 8, ranges: [range] })).toThrow(
      refused('KVM_X86_SET_MSR_FILTER', 'EINVAL') as Error,
    );
  });
});

describe('CPUID', () => {
  it('answers what it was set to', () => {
    using guest = new RawGuest([0x66, 0x31, 0xc0, 0x0f, 0xa2, 0xf4]); // xor eax, eax; cpuid; hlt
    const { vcpu } = guest;
    const entry = { function: 0, index: 0, flags: 0, eax: 1, ebx: 0x11111111, ecx: 0x22222222, edx: 0xffffffff };
    vcpu.setCpuid2([entry]);
    expect(vcpu.getCpuid2()).toEqual([entry]);
    expect(guest.run()).toBe(K.KVM_EXIT_HLT);
    expect(vcpu.getRegs()).toMatchObject({ rbx: 0x11111111n, rdx: 0xffffffffn });
    expect(() => vcpu.setCpuid2(Array.from({ length: 300 }, () => entry))).toThrow(
      refused('KVM_SET_CPUID2', 'E2BIG') as Error,
    );
    expect(() => vcpu.setCpuid2([{ ...entry, eax: -1 }])).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
  });

  it('tells what a vCPU has of Hyper-V', (context) => {
    using guest = new RawGuest();
    needCapability(context, guest, K.KVM_CAP_HYPERV_CPUID, 'KVM_CAP_HYPERV_CPUID');
    expect(guest.vcpu.getSupportedHvCpuid()[0].function).toBe(0x40000000);
  });
});

describe('a linear address', () => {
  it('is translated by the page tables of the guest', () => {
    using guest = new RawGuest();
    const { vcpu, memory } = guest;
    const words = new BigUint64Array(memory.buffer);
    // Long mode: linear 0x200000 is physical 0x5000.
    [words[0x2000 / 8], words[0x3000 / 8], words[0x4000 / 8 + 1], words[0x6000 / 8]] = [
      0x3003n,
      0x4003n,
      0x6003n,
      0x5003n,
    ];
    const sregs = vcpu.getSregs();
    const cs = { ...sregs.cs, type: 11, l: 1, db: 0 };
    vcpu.setSregs({ ...sregs, cr3: 0x2000n, cr4: 0x20n, efer: 0x500n, cr0: 0x80000011n, cs });
    expect(vcpu.translate(0x200123n)).toMatchObject({ linearAddress: 0x200123n, physicalAddress: 0x5123n, valid: 1 });
    expect(vcpu.translate(0x400000n).valid).toBe(0);
    expect(() => vcpu.translate(-1n)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });
});
