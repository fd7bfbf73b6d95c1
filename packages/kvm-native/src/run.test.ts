import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CODE, Guest, hardware, needKvm, word } from './guest.test-util.ts';

beforeEach(needKvm);

const guests: Guest[] = [];
function guest(code: number[], options?: ConstructorParameters<typeof Guest>[1]): Guest {
  const made = new Guest(code, options);
  guests.push(made);
  return made;
}
afterEach(() => {
  for (const made of guests.splice(0)) made[Symbol.dispose]();
});

describe('port I/O', () => {
  it('pushes reads and writes of all widths, and gives the answers to the guest', () => {
    const { sink, vcpu, ...g } = guest([
      0xb0, 0x41, 0xe6, 0xe9, // mov al, 0x41; out 0xe9, al
      0xb8, ...word(0x1234), 0xe7, 0x10, // mov ax, 0x1234; out 0x10, ax
      0x66, 0xb8, 0xef, 0xbe, 0xad, 0xde, 0xba, ...word(0x3f8), 0x66, 0xef, // mov eax, 0xdeadbeef; mov dx, 0x3f8; out dx, eax
      0xec, 0x88, 0xc3, // in al, dx; mov bl, al
      0xed, 0x89, 0xc1, // in ax, dx; mov cx, ax
      0x66, 0xed, // in eax, dx
      0xf4,
    ]); // biome-ignore format: an instruction a line
    sink.answers.push(0x5a, 0xabcd, 0xfedcba98);
    expect(vcpu.run({ nanoseconds: 1e9, instructions: undefined })).toEqual({
      reason: 'halt',
      interruptsEnabled: false,
    });
    expect(sink.log).toEqual(['out1 e9 41', 'out2 10 1234', 'out4 3f8 deadbeef', 'in1 3f8', 'in2 3f8', 'in4 3f8']);
    const registers = vcpu.getRegisters();
    expect(registers.rbx & 0xffn).toBe(0x5an);
    expect(registers.rcx & 0xffffn).toBe(0xabcdn);
    expect(registers.rax).toBe(0xfedcba98n);
    expect(g.memory.readU8(CODE)).toBe(0xb0);
  });

  it('keeps the size and the count of a repeated INS apart', () => {
    const g = guest([
      0xb9, ...word(5), 0xbf, ...word(0x100), 0xba, ...word(0x60), // mov cx, 5; mov di, 0x100; mov dx, 0x60
      0xfc, 0xf3, 0x6c, // cld; rep insb
      0xb9, ...word(3), 0xbf, ...word(0x120), 0xf3, 0x6d, // mov cx, 3; mov di, 0x120; rep insw
      0xf4,
    ]); // biome-ignore format: an instruction a line
    g.sink.answers.push(1, 2, 3, 4, 5, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16);
    expect(g.run().reason).toBe('halt');
    expect(g.sink.log).toEqual(['ins1 60 x5', 'ins2 60 x3']);
    expect([...g.memory.read(0x100, 6)]).toEqual([1, 2, 3, 4, 5, 0]);
    expect([...g.memory.read(0x120, 7)]).toEqual([0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0]);
    expect(g.vcpu.getRegisters()).toMatchObject({ rcx: 0n, rdi: 0x126n });
  });

  it('delivers the elements of a repeated OUTS in their order, however KVM groups them', () => {
    const g = guest([
      0xb9, ...word(5), 0xbe, ...word(0x100), 0xba, ...word(0x60), // mov cx, 5; mov si, 0x100; mov dx, 0x60
      0xfc, 0xf3, 0x6f, // cld; rep outsw
      0xf4,
    ]); // biome-ignore format: an instruction a line
    g.memory.write(0x100, Uint8Array.of(1, 0x10, 2, 0x20, 3, 0x30, 4, 0x40, 5, 0x50));
    expect(g.run().reason).toBe('halt');
    const values = g.sink.log.flatMap((line) => {
      const [what, port, ...data] = line.split(' ');
      expect(['out2', 'outs2']).toContain(what);
      expect(port).toBe('60');
      if (what === 'out2') return [Number.parseInt(data[0], 16)];
      const bytes = data.map((byte) => Number.parseInt(byte, 16));
      return bytes.filter((_, i) => i % 2 === 0).map((byte, i) => byte | (bytes[2 * i + 1] << 8));
    });
    expect(values).toEqual([0x1001, 0x2002, 0x3003, 0x4004, 0x5005]);
    expect(g.vcpu.getRegisters().rsi).toBe(0x10an);
  });
});

describe('MMIO', () => {
  it('pushes every store of a text screen', () => {
    const g = guest([
      0xb8, ...word(0xb800), 0x8e, 0xc0, // mov ax, 0xb800; mov es, ax
      0x31, 0xff, 0xbe, ...word(0x100), // xor di, di; mov si, 0x100
      0xac, 0x84, 0xc0, 0x74, 0x06, // next: lodsb; test al, al; jz done
      0x26, 0x88, 0x05, 0x47, 0x47, 0xeb, // mov [es:di], al; inc di; inc di; jmp next
      0xf5, 0xf4, // done: hlt
    ]); // biome-ignore format: an instruction a line
    // The displacements above: jz skips the store, the two incs and the jump.
    g.memory.writeU8(CODE + 14, 0x07);
    g.memory.writeU8(CODE + 21, 0xf4);
    g.memory.write(0x100, new TextEncoder().encode('Hello\0'));
    expect(g.run().reason).toBe('halt');
    expect(g.sink.log).toEqual(
      [...'Hello'].map((c, i) => `write1 ${(0xb8000 + 2 * i).toString(16)} ${c.charCodeAt(0).toString(16)}`),
    );
  });

  it('moves 1, 2 and 4 bytes in both directions', () => {
    const g = guest([
      0xb8, ...word(0xd000), 0x8e, 0xd8, // mov ax, 0xd000; mov ds, ax
      0x66, 0xb8, 0x78, 0x56, 0x34, 0x92, // mov eax, 0x92345678
      0xa2, ...word(0), 0xa3, ...word(2), 0x66, 0xa3, ...word(4), // mov [0], al; mov [2], ax; mov [4], eax
      0xa0, ...word(1), 0x88, 0xc3, 0xa1, ...word(6), 0x89, 0xc1, // mov al, [1]; mov bl, al; mov ax, [6]; mov cx, ax
      0x66, 0xa1, ...word(8), 0xf4, // mov eax, [8]; hlt
    ]); // biome-ignore format: an instruction a line
    g.sink.answers.push(0x9a, 0xbcde, 0xfedcba98);
    expect(g.run().reason).toBe('halt');
    expect(g.sink.log).toEqual([
      'write1 d0000 78', 'write2 d0002 5678', 'write4 d0004 92345678', 'read1 d0001', 'read2 d0006', 'read4 d0008',
    ]); // biome-ignore format: a word a line would fill the page
    const registers = g.vcpu.getRegisters();
    expect(registers.rbx & 0xffn).toBe(0x9an);
    expect(registers.rcx & 0xffffn).toBe(0xbcden);
    expect(registers.rax).toBe(0xfedcba98n);
  });

  it('gives the part of an access that leaves memory to the sink', () => {
    // mov ax, 0x1234; mov [0xfff], ax; mov ax, [0xfff]; hlt
    const g = guest([0xb8, 0x34, 0x12, 0xa3, ...word(0xfff), 0xa1, ...word(0xfff), 0xf4]);
    g.sink.answers.push(0x56);
    expect(g.run().reason).toBe('halt');
    expect(g.sink.log).toEqual(['write1 1000 12', 'read1 1000']);
    expect(g.memory.readU8(0xfff)).toBe(0x34);
    expect(g.vcpu.getRegisters().rax).toBe(0x5634n);
  });

  it('drops writes to read-only memory, without a word to the sink', () => {
    const g = guest([
      0xb8, ...word(0x1000), 0x8e, 0xd8, // mov ax, 0x1000; mov ds, ax
      0xa1, ...word(0), 0xc6, 0x06, ...word(0), 0x99, // mov ax, [0]; mov byte [0], 0x99
      0x8b, 0x1e, ...word(0), 0xf4, // mov bx, [0]; hlt
    ], { rom: true }); // biome-ignore format: an instruction a line
    g.memory.writeU16(0x10000, 0x1234);
    expect(g.run().reason).toBe('halt');
    expect(g.vcpu.getRegisters()).toMatchObject({ rax: 0x1234n, rbx: 0x1234n });
    expect(g.memory.readU16(0x10000)).toBe(0x1234);
    expect(g.sink.log).toEqual([]);
  });
});

describe('registers', () => {
  it('are never stale after a run that ended behind an I/O instruction', () => {
    const g = guest([0xb0, 0x41, 0xe4, 0x60, 0xe6, 0xe9, 0xf4]); // mov al, 0x41; in al, 0x60; out 0xe9, al; hlt
    g.sink.answers.push(0x55);
    g.sink.onAccess = () => g.vcpu.kick();
    expect(g.run()).toEqual({ reason: 'kicked' });
    expect(g.vcpu.getRegisters()).toMatchObject({ rip: BigInt(CODE + 4), rax: 0x55n });
    expect(g.sink.log).toEqual(['in1 60']);
    expect(g.run()).toEqual({ reason: 'kicked' });
    expect(g.vcpu.getRegisters().rip).toBe(BigInt(CODE + 6));
    expect(g.run().reason).toBe('halt');
    expect(g.sink.log).toEqual(['in1 60', 'out1 e9 55']);
  });

  it('are those behind the instruction in a handler of a write, which may change them', () => {
    const g = guest([0xb0, 0x41, 0xe6, 0xe9, 0xe6, 0xea, 0xf4]); // mov al, 0x41; out 0xe9, al; out 0xea, al; hlt
    const seen: bigint[] = [];
    g.sink.onAccess = () => {
      seen.push(g.vcpu.getRegisters().rip);
      g.vcpu.setRegisters({ rax: 0x77n });
    };
    expect(g.run().reason).toBe('halt');
    expect(seen).toEqual([BigInt(CODE + 4), BigInt(CODE + 6)]);
    expect(g.sink.log).toEqual(['out1 e9 41', 'out1 ea 77']);
  });

  it('may be looked at in the middle of a repeated OUTS, and no element is lost or repeated', () => {
    const g = guest([0xb9, ...word(4), 0xbe, ...word(0x100), 0xba, ...word(0x60), 0xfc, 0xf3, 0x6e, 0xf4]);
    g.memory.write(0x100, Uint8Array.of(1, 2, 3, 4));
    g.sink.onAccess = () => void g.vcpu.getRegisters();
    expect(g.run().reason).toBe('halt');
    expect(g.sink.log.join(' ').replaceAll(/outs?1 60 /g, '')).toBe('1 2 3 4');
  });

  it('cannot be changed while an instruction waits for what it reads', () => {
    const g = guest([0xe4, 0x60, 0xf4]);
    let thrown: unknown;
    g.sink.onAccess = () => {
      try {
        g.vcpu.setRegisters({ rax: 1n });
      } catch (error) {
        thrown = error;
      }
    };
    g.sink.answers.push(9);
    expect(g.run().reason).toBe('halt');
    expect(thrown).toMatchObject({ code: 'ERR_VM_RUNNING' });
    expect(g.vcpu.getRegisters().rax).toBe(9n);
  });

  it('come back as they were set', () => {
    const { vcpu } = guest([0xf4]);
    vcpu.setRegisters({ rax: 0xffff_ffff_ffff_ffffn, r15: 15n, rsi: 6n });
    expect(vcpu.getRegisters()).toMatchObject({ rax: 0xffff_ffff_ffff_ffffn, r15: 15n, rsi: 6n, rip: BigInt(CODE) });
    const { gs, gdt } = vcpu.getSpecialRegisters();
    vcpu.setSpecialRegisters({ gs: { ...gs, base: 0x12340n, selector: 0x1234 }, gdt: { base: 0x8000n, limit: 0x27 } });
    const after = vcpu.getSpecialRegisters();
    expect(after.gs).toMatchObject({ base: 0x12340n, selector: 0x1234, limit: 0xffff });
    expect(after.gdt).toEqual({ base: 0x8000n, limit: 0x27 });
    expect(after.idt).not.toEqual(gdt.limit === 0x27 ? after.idt : after.gdt);
    vcpu.reset();
    expect(vcpu.getRegisters()).toMatchObject({ rip: 0xfff0n, rflags: 2n, rax: 0n, r15: 0n });
    expect(vcpu.getSpecialRegisters().cs).toMatchObject({ base: 0xffff0000n, selector: 0xf000 });
    expect(vcpu.dump().location).toBe('f000:fff0');
  });
});

describe('the budget', () => {
  it('stops a guest that never leaves by itself', () => {
    const g = guest([0xeb, 0xfe]);
    expect(g.slice(1e6)).toEqual({ reason: 'slice-end' });
    expect(g.vcpu.getRegisters().rip).toBe(BigInt(CODE));
    expect(g.vcpu.isStuck(true)).toBe(true);
  });

  it('of nothing executes nothing', () => {
    const g = guest([0x40, 0xf4]);
    for (const nanoseconds of [0, -1, Number.NaN]) expect(g.slice(nanoseconds)).toEqual({ reason: 'slice-end' });
    expect(g.vcpu.getRegisters()).toMatchObject({ rax: 0n, rip: BigInt(CODE) });
  });

  it('is spent by a guest that exits all the time, too', () => {
    const g = guest([0xe6, 0xe9, 0xeb, 0xfc]); // out 0xe9, al; jmp $-2
    // A busy host may not let it come to its first exit.
    for (let i = 0; i < 100 && g.sink.log.length === 0; i++) expect(g.slice(2e6)).toEqual({ reason: 'slice-end' });
    expect(g.sink.log.length).toBeGreaterThan(0);
  });

  it("is kept by vCPUs that run in each other's handlers", () => {
    const inner = guest([0xeb, 0xfe]);
    const outer = guest([0xe6, 0xe9, 0xeb, 0xfe]);
    outer.sink.onAccess = () => expect(inner.slice(1e6)).toEqual({ reason: 'slice-end' });
    for (let i = 0; i < 100 && outer.sink.log.length === 0; i++) {
      expect(outer.slice(5e6)).toEqual({ reason: 'slice-end' });
    }
    expect(outer.sink.log).toEqual(['out1 e9 0']);
  });

  it('may be longer than the longest slice that is taken at once', () => {
    const g = guest([0xeb, 0xfe]);
    const start = performance.now();
    expect(g.slice(120e6)).toEqual({ reason: 'slice-end' });
    // Not a matter of speed: time cannot have run slower than the budget.
    expect(performance.now() - start).toBeGreaterThan(119);
  });
});

describe('kick', () => {
  it('before a run makes it return at once, once', () => {
    const g = guest([0x40, 0xf4]);
    g.vcpu.kick();
    g.vcpu.kick();
    expect(g.run()).toEqual({ reason: 'kicked' });
    expect(g.vcpu.getRegisters().rax).toBe(0n);
    expect(g.run().reason).toBe('halt');
    expect(g.vcpu.getRegisters().rax).toBe(1n);
  });

  it('inside of a run ends it behind the instruction', () => {
    const g = guest([0xe6, 0xe9, 0x40, 0xf4]);
    g.sink.onAccess = () => g.vcpu.kick();
    expect(g.run()).toEqual({ reason: 'kicked' });
    expect(g.vcpu.getRegisters()).toMatchObject({ rip: BigInt(CODE + 2), rax: 0n });
  });
});

describe('the end of a guest', () => {
  it('is a halt that tells whether interrupts are on', () => {
    expect(guest([0xf4]).run()).toEqual({ reason: 'halt', interruptsEnabled: false });
    const g = guest([0xfb, 0xf4]);
    expect(g.run()).toEqual({ reason: 'halt', interruptsEnabled: true });
    expect(g.vcpu.getRegisters().rip).toBe(BigInt(CODE + 2));
  });

  it('is not a loop that an interrupt could end', () => {
    const g = guest([0xfb, 0xeb, 0xfe]);
    expect(g.slice(20e6)).toEqual({ reason: 'slice-end' });
    expect(g.vcpu.isStuck(true)).toBe(false);
    expect(g.vcpu.isStuck(false)).toBe(true);
  });

  it('is not stuck in a loop that does something', () => {
    const g = guest([0x40, 0xeb, 0xfd]);
    expect(g.slice(20e6)).toEqual({ reason: 'slice-end' });
    expect(g.vcpu.isStuck(false)).toBe(false);
  });

  it('is a shutdown after a triple fault', () => {
    const g = guest([0x0f, 0x0b]); // ud2, with no IDT to look the handler up in
    const { cs, ss } = g.vcpu.getSpecialRegisters();
    const flat = { base: 0n, limit: 0xffffffff, db: 1, g: 1 };
    g.vcpu.setSpecialRegisters({
      cr0: 0x11n,
      cs: { ...cs, ...flat, selector: 8 },
      ss: { ...ss, ...flat, selector: 16 },
      idt: { base: 0n, limit: 0 },
    });
    const exit = g.run();
    if (hardware) expect(exit).toEqual({ reason: 'shutdown' });
    // A host without VT-x or SVM may also give up on delivering the fault.
    else expect(['shutdown', 'internal-error']).toContain(exit.reason);
  });

  it('is an internal error where KVM cannot emulate an instruction: with its bytes', ({ skip }) => {
    if (hardware) skip('only hosts without VT-x and SVM emulate instructions that touch no device');
    const g = guest([0xd9, 0xe8, 0xf4]); // fld1
    const exit = g.run();
    expect(exit).toMatchObject({ reason: 'internal-error', suberror: 1 });
    expect((exit as { detail: string }).detail).toMatch(/^KVM_INTERNAL_ERROR_EMULATION at the instruction bytes d9 e8/);
  });
});

describe('model-specific registers', () => {
  it('that KVM does not know are asked of the sink', () => {
    const rdmsr = [0x66, 0xb9, 0x78, 0x56, 0x34, 0x12, 0x0f, 0x32]; // mov ecx, 0x12345678; rdmsr
    const g = guest([...rdmsr, 0x40, 0x0f, 0x30, 0xf4]); // inc ax; wrmsr; hlt
    g.sink.msrs.set(0x12345678, 0x1122334455667788n);
    expect(g.run().reason).toBe('halt');
    expect(g.sink.log).toEqual(['rdmsr 12345678', 'wrmsr 12345678 1122334455667789']);
    expect(g.vcpu.getRegisters()).toMatchObject({ rax: 0x55667789n, rdx: 0x11223344n });
  });

  it('that nobody knows raise #GP', () => {
    const g = guest([0x66, 0xb9, 0x78, 0x56, 0x34, 0x12, 0x0f, 0x32, 0xf4]);
    g.memory.writeU16(13 * 4, 0x500); // #GP
    g.memory.write(0x500, Uint8Array.of(0xb8, 0x0d, 0xd0, 0xf4)); // mov ax, 0xd00d; hlt
    expect(g.run().reason).toBe('halt');
    expect(g.vcpu.getRegisters().rax).toBe(0xd00dn);
  });
});
