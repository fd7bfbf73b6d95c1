import { describe, expect, test } from 'vitest';
import { CODE, machine } from './machine.test-util.ts';

describe('code that is written', () => {
  test('by the instruction before it is new at once', () => {
    const m = machine();
    // mov byte [next+1], 5; mov al, 1
    m.load([0xc6, 0x06, 0x06, 0x10, 5, 0xb0, 1, 0xf4]);
    m.run();
    expect(m.get('rax')).toBe(5);
  });

  test('in a loop is new in each round', () => {
    const m = machine();
    // mov cx, 300; l: inc byte [imm]; add ax, imm8; loop l
    m.load([0xb9, 0x2c, 0x01, 0xfe, 0x06, 0x09, 0x10, 0x83, 0xc0, 0, 0xe2, 0xf7, 0xf4]);
    m.run();
    let sum = 0;
    for (let i = 1; i <= 300; i++) sum += (i << 24) >> 24;
    expect(m.get('rax')).toBe(sum & 0xffff);
  });

  test('by a string instruction, in bulk, is new', () => {
    const m = machine();
    // Run nops up to a HLT first; then fill the nops with inc ax.
    m.load([...Array(64).fill(0x90), 0xf4], 0x3000);
    m.run();
    m.load([0xb0, 0x40, 0xb9, 64, 0, 0xbf, 0x00, 0x30, 0xf3, 0xaa, 0x31, 0xc0, 0xea, 0x00, 0x30, 0, 0]);
    m.run();
    expect(m.get('rax')).toBe(64);
  });

  test('by the host is new', () => {
    const m = machine();
    m.load([0xb0, 1, 0xf4]);
    m.run();
    m.memory.writeU8(CODE + 1, 7);
    m.set({ rip: CODE });
    m.run();
    expect(m.get('rax')).toBe(7);
    const view = m.memory.view(CODE, 3);
    view[1] = 9;
    m.memory.markDirty(CODE + 1, 1);
    m.set({ rip: CODE });
    m.run();
    expect(m.get('rax')).toBe(9);
  });

  test('by the host, a page or more at once, is new', () => {
    const m = machine();
    m.load([0xb0, 1, 0xf4]);
    m.run();
    m.memory.write(
      0,
      Uint8Array.from({ length: 0x3000 }, (_, i) => (i === CODE ? 0x40 : 0xf4)),
    );
    m.set({ rip: CODE, rax: 0 });
    m.run();
    expect(m.get('rax')).toBe(1);
  });

  test('in the first bytes of an instruction from the page before is new', () => {
    const m = machine();
    m.load([0xb8, 0x34, 0x12, 0xf4], 0x1ffe);
    m.run();
    expect(m.get('rax')).toBe(0x1234);
    m.memory.writeU8(0x2000, 0x56);
    m.set({ rip: 0x1ffe });
    m.run();
    expect(m.get('rax')).toBe(0x5634);
  });

  test('next to data that is written often stays right', () => {
    const m = machine();
    // The counter lies right behind the loop, in the same line; the stack too.
    m.set({ rsp: 0x1020 });
    // mov cx, 1000; l: inc word [1010]; push cx; pop bx; loop l; hlt
    m.load([0xb9, 0xe8, 0x03, 0xff, 0x06, 0x10, 0x10, 0x51, 0x5b, 0xe2, 0xf8, 0xf4]);
    m.run();
    expect(m.memory.readU16(0x1010)).toBe(1000);
    expect(m.get('rbx')).toBe(1);
    expect(m.vcpu.instructions).toBe(1 + 4000 + 1);
  });
});

describe('code runs', () => {
  test('across the end of a page, and of a segment on the 8086', () => {
    const m = machine({ model: '8086' });
    m.load([0x40, 0x40], 0xfffe);
    m.memory.write(0, Uint8Array.from([0x40, 0xf4]));
    m.run();
    expect(m.get('rax')).toBe(3);
    expect(m.get('rip')).toBe(2);
  });

  test('to the end of a segment, where the 80386 faults', () => {
    const m = machine();
    m.load([0x40, 0x40], 0xfffe);
    m.run();
    expect(m.get('rax')).toBe(2);
    expect(m.get('rip')).toBe(0x600 + 13 + 1);
  });

  test('in a segment that begins inside a page, and jumps before its beginning wrap', () => {
    const m = machine();
    const cs = m.vcpu.getSpecialRegisters().cs;
    m.vcpu.setSpecialRegisters({ cs: { ...cs, selector: 0x107, base: 0x1070n } });
    m.memory.write(0x1070, Uint8Array.from([0x40, 0xeb, 0xfb]));
    m.memory.write(0x1070 + 0xfffe, Uint8Array.from([0xb3]));
    m.memory.write(0x106c, Uint8Array.from([0xf4, 0xf4, 0xf4, 0xf4]));
    m.memory.write(0x1070 + 0xfffe, Uint8Array.from([0xf4]));
    m.set({ rip: 0 });
    m.run();
    expect(m.get('rax')).toBe(1);
    expect(m.get('rip')).toBe(0xffff);
  });

  test('the same bytes as 16-bit and as 32-bit code', () => {
    const m = machine();
    const special = m.vcpu.getSpecialRegisters();
    m.load([0xb8, 0x34, 0x12, 0xf4, 0x00, 0xf4]);
    m.run();
    expect([m.get('rax'), m.get('rip')]).toEqual([0x1234, CODE + 4]);
    m.vcpu.setSpecialRegisters({ cs: { ...special.cs, db: 1 } });
    m.set({ rip: CODE });
    m.run();
    expect([m.get('rax'), m.get('rip')]).toEqual([0x00f41234, CODE + 6]);
  });

  test('from many pages, more than are kept decoded', () => {
    const m = machine({ regions: [{ base: 0, size: 0x200000 }] });
    // Each page: inc ax; jmp far to the next.
    const pages = 200;
    for (let n = 0; n < pages; n++) {
      const next = 0x1000 + (n + 1) * 0x100;
      m.memory.write(0x10000 + n * 0x1000, Uint8Array.from([0x40, 0xea, 0, 0, next & 255, next >> 8]));
    }
    m.memory.write(0x10000 + pages * 0x1000, Uint8Array.from([0xf4]));
    for (let round = 1; round <= 3; round++) {
      m.load([0xea, 0, 0, 0x00, 0x10]);
      m.vcpu.setSpecialRegisters({ cs: { ...m.vcpu.getSpecialRegisters().cs, selector: 0, base: 0n } });
      m.run();
      expect(m.get('rax')).toBe(pages * round);
    }
  });

  test('from where there is no memory, byte by byte from the device', () => {
    const m = machine({ regions: [{ base: 0, size: 0x10000 }] });
    m.sink.values.set(0x20000, 0x40).set(0x20001, 0xf4);
    m.load([0xea, 0, 0, 0, 0x20]);
    expect(m.run()).toBe('halt');
    expect(m.get('rax')).toBe(1);
    expect(m.sink.trace).toEqual(['read 20000/1', 'read 20001/1']);
  });
});
