import { describe, expect, test } from 'vitest';
import { CODE, HANDLERS, machine, STACK } from './machine.test-util.ts';

/** Runs one instruction, and tells which exception it raised; undefined if none. */
function exceptionOf(m: ReturnType<typeof machine>, code: number[]): number | undefined {
  m.load(code);
  m.run(1);
  const vector = m.get('rip') - HANDLERS;
  return vector >= 0 && vector < 256 ? vector : undefined;
}

describe('a fault', () => {
  test('pushes FLAGS, CS and the IP of the instruction, and clears IF and TF', () => {
    const m = machine();
    m.set({ rax: 5, rcx: 0, rflags: 0x203 });
    expect(exceptionOf(m, [0xf6, 0xf1])).toBe(0);
    expect(m.get('rsp')).toBe(STACK - 6);
    expect(m.memory.readU16(STACK - 6)).toBe(CODE);
    expect(m.memory.readU16(STACK - 4)).toBe(0);
    expect(m.memory.readU16(STACK - 2) & 0x203).toBe(0x203);
    expect(m.get('rflags') & 0x300).toBe(0);
    expect(m.get('rax')).toBe(5);
  });

  test.each([
    ['8086', CODE + 2],
    ['80286', CODE],
  ] as const)('of a division reports the IP that the %s reports', (model, ip) => {
    const m = machine({ model });
    expect(exceptionOf(m, [0xf6, 0xf1])).toBe(0);
    expect(m.memory.readU16(STACK - 6)).toBe(ip);
  });

  test.each([
    ['a word at FFFF of DS', [0x8b, 0x06, 0xff, 0xff], 13],
    ['a word at FFFF of SS', [0x36, 0x8b, 0x06, 0xff, 0xff], 12],
    ['a double word at FFFD', [0x66, 0x8b, 0x06, 0xfd, 0xff], 13],
    ['an address above FFFF', [0x67, 0x8a, 0x05, 0, 0, 1, 0], 13],
    ['a store above FFFF', [0x67, 0x88, 0x05, 0, 0, 1, 0], 13],
    ['a far pointer at FFFE', [0xc4, 0x06, 0xfe, 0xff], 13],
    ['a jump above FFFF', [0x66, 0xe9, 0, 0, 1, 0], 13],
    ['an instruction of more than 15 bytes', [...Array(15).fill(0x26), 0x90], 13],
    ['LOCK on a register', [0xf0, 0x00, 0xc0], 6],
    ['LOCK on MOV', [0xf0, 0x88, 0x06, 0, 0], 6],
    ['LEA of a register', [0x8d, 0xc0], 6],
    ['MOV CS', [0x8e, 0xc8], 6],
    ['MOV from segment register 7', [0x8c, 0xf8], 6],
    ['UD2', [0x0f, 0x0b], 6],
    ['LAR', [0x0f, 0x02, 0xc0], 6],
    ['ARPL', [0x63, 0xc0], 6],
    ['LLDT', [0x0f, 0x00, 0xd0], 6],
    ['INTO with OF clear', [0xce], undefined],
    ['INT3', [0xcc], 3],
    ['INT1', [0xf1], 1],
  ])('comes from %s', (_, code, vector) => {
    const m = machine();
    expect(exceptionOf(m, code)).toBe(vector);
    if (vector !== undefined && vector > 3) expect(m.memory.readU16(STACK - 6)).toBe(CODE);
  });

  test('comes from BOUND, and from INTO', () => {
    const m = machine();
    m.memory.writeU16(0x2000, 0xfffe);
    m.memory.writeU16(0x2002, 5);
    m.set({ rax: 0xffff });
    expect(exceptionOf(m, [0x62, 0x06, 0, 0x20])).toBeUndefined();
    m.set({ rax: 6 });
    expect(exceptionOf(m, [0x62, 0x06, 0, 0x20])).toBe(5);
    m.set({ rflags: 0x802 });
    expect(exceptionOf(m, [0xce])).toBe(4);
  });

  test('leaves registers, flags and memory as they were', () => {
    const m = machine();
    // add [bx], ax at FFFF; the flags would change.
    m.set({ rbx: 0xffff, rax: 0x1234, rflags: 0x8d7 });
    expect(exceptionOf(m, [0x01, 0x07])).toBe(13);
    expect(m.memory.readU16(STACK - 2) & 0x8d5).toBe(0x8d5);
    expect(m.memory.readU8(0xffff)).toBe(0);
    // pusha over the end of the stack segment: nothing is pushed.
    const p = machine();
    p.set({ rsp: 9 });
    p.memory.writeU16(7, 0xabcd);
    p.set({ rax: 0x1111 });
    expect(exceptionOf(p, [0x60])).toBe(13);
    expect(p.get('rsp')).toBe(3);
    // FLAGS of the exception, and not AX.
    expect(p.memory.readU16(7) & 0xff).toBe(0x02);
  });

  test('of POP to memory leaves SP', () => {
    const m = machine();
    m.set({ rbx: 0xffff });
    expect(exceptionOf(m, [0x8f, 0x07])).toBe(13);
    expect(m.get('rsp')).toBe(STACK - 6);
  });

  test('during the delivery of one, again and again, shuts the CPU down until reset', () => {
    const m = machine();
    m.set({ rsp: 1 });
    m.load([0x50]);
    expect(m.run(1)).toBe('shutdown');
    expect(m.run(1)).toBe('shutdown');
    m.vcpu.reset();
    m.load([0x90, 0xf4]);
    m.vcpu.setSpecialRegisters({ cs: m.vcpu.getSpecialRegisters().ds });
    expect(m.run()).toBe('halt');
  });

  test('whose vector is beyond the limit of the IDT becomes a double fault', () => {
    const m = machine();
    m.vcpu.setSpecialRegisters({ idt: { base: 0n, limit: 8 * 4 + 3 } });
    expect(exceptionOf(m, [0x8b, 0x06, 0xff, 0xff])).toBe(8);
    m.vcpu.setSpecialRegisters({ idt: { base: 0n, limit: 3 } });
    m.load([0x8b, 0x06, 0xff, 0xff]);
    expect(m.run(1)).toBe('shutdown');
  });

  test('in its own handler does not run for ever', () => {
    const m = machine();
    m.memory.writeU32(6 * 4, 0x2000);
    m.memory.write(0x2000, Uint8Array.from([0x0f, 0x0b]));
    m.load([0x0f, 0x0b]);
    expect(m.run(1000)).toBe('slice-end');
    expect(m.vcpu.instructions).toBe(1000);
  });
});

describe('the 8086', () => {
  test('wraps a word at FFFF, and addresses above 1 MiB', () => {
    const m = machine({ model: '8086' });
    m.memory.writeU8(0xffff, 0x34);
    m.memory.writeU8(0, 0x12);
    m.load([0xa1, 0xff, 0xff]);
    m.run(1);
    expect(m.get('rax')).toBe(0x1234);
    m.memory.writeU16(0x0ffee0 & 0xfffff, 0x5678);
    m.vcpu.setSpecialRegisters({ ds: { ...m.vcpu.getSpecialRegisters().ds, selector: 0xffff, base: 0xffff0n } });
    m.memory.writeU16(0x20, 0xbeef);
    m.load([0xa1, 0x30, 0x00]);
    m.run(1);
    expect(m.get('rax')).toBe(0xbeef);
  });

  test('has no invalid opcodes, and ends runs of prefixes', () => {
    const m = machine({ model: '8086' });
    m.load(Array(64).fill(0x26));
    expect(m.run(100)).toBe('slice-end');
    expect(m.vcpu.instructions).toBe(100);
  });
});

describe('opcodes of later models are invalid on earlier ones', () => {
  test.each([
    ['80186', [0x0f, 0x06]],
    ['80286', [0x66, 0x90]],
    ['80286', [0x0f, 0xb6, 0xc0]],
    ['80386', [0x0f, 0xc8]],
    ['80386', [0x0f, 0xa2]],
    ['80486', [0x0f, 0x31]],
    ['80486', [0x0f, 0xc7, 0x0e, 0, 0x20]],
  ] as const)('%s', (model, code) => {
    expect(exceptionOf(machine({ model }), [...code])).toBe(6);
    expect(exceptionOf(machine(), [...code])).toBeUndefined();
  });
});
