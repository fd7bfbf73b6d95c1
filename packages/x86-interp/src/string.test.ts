import { describe, expect, test } from 'vitest';
import { CODE, machine } from './machine.test-util.ts';
import { protectedMachine } from './protected.test-util.ts';

const DF = 0x400;

/** What a string instruction does, in plain words. */
function reference(memory: Uint8Array, from: number, to: number, count: number, size: number, down: boolean): void {
  const step = down ? -size : size;
  for (let n = 0; n < count; n++) {
    const element = memory.slice(from + n * step, from + n * step + size);
    memory.set(element, to + n * step);
  }
}

describe('REP MOVS', () => {
  const cases = [1, 2, 4].flatMap((size) =>
    [false, true].flatMap((down) =>
      [
        [0x3000, 0x5000, 100],
        [0x3000, 0x3001, 3000],
        [0x3000, 0x3000 + size, 3000],
        [0x3003, 0x3000, 3000],
        [0x3ffd, 0x5ffe, 2000],
        [0x3000, 0x3007, 9],
      ].map(([from, to, count]) => ({ size, down, from, to, count })),
    ),
  );
  test.each(cases)('$size bytes, down: $down, $from to $to, $count times', ({ size, down, from, to, count }) => {
    const m = machine();
    const bytes = Uint8Array.from({ length: 0x10000 }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
    const n = Math.min(count, down ? 0x1000 / size : 0x2fff / size) | 0;
    m.memory.write(0x2000, bytes.subarray(0x2000, 0x7000));
    const expected = m.memory.read(0, 0x10000);
    m.set({ rsi: from, rdi: to, rcx: n, rflags: down ? DF : 0 });
    m.load(size === 1 ? [0xf3, 0xa4, 0xf4] : size === 2 ? [0xf3, 0xa5, 0xf4] : [0x66, 0xf3, 0xa5, 0xf4], 0x9000);
    expected.set(m.memory.read(0x9000, 4), 0x9000);
    reference(expected, from, to, n, size, down);
    m.run();
    expect(Buffer.compare(m.memory.read(0, 0x10000), expected)).toBe(0);
    const moved = n * size * (down ? -1 : 1);
    expect([m.get('rcx'), m.get('rsi'), m.get('rdi')]).toEqual([0, (from + moved) & 0xffff, (to + moved) & 0xffff]);
    expect(m.vcpu.instructions).toBe(2);
  });
});

describe('string instructions', () => {
  test('REP STOS wraps at the end of the segment, bytes at least', () => {
    const m = machine();
    m.set({ rax: 0x5a, rdi: 0xfff0, rcx: 0x20 });
    m.load([0xf3, 0xaa, 0xf4]);
    m.run();
    expect([...m.memory.read(0xfff0, 16)]).toEqual(Array(16).fill(0x5a));
    expect([...m.memory.read(0, 16)]).toEqual(Array(16).fill(0x5a));
    expect(m.get('rdi')).toBe(0x10);
  });

  test('a fault in the middle leaves what was done, and can be repeated', () => {
    const m = machine();
    m.set({ rax: 0x1234, rdi: 0xfff1, rcx: 0x20 });
    m.load([0xf3, 0xab]);
    m.run(1);
    expect(m.get('rip')).toBe(0x600 + 13);
    expect([m.get('rcx'), m.get('rdi')]).toEqual([0x20 - 7, 0xffff]);
    expect(m.memory.readU16(0x8000 - 6)).toBe(CODE);
  });

  test('REPE CMPS and REPNE SCAS stop where they must', () => {
    const m = machine();
    m.memory.write(0x3000, Buffer.from('picovm rocks'));
    m.memory.write(0x4000, Buffer.from('picovm works'));
    m.set({ rsi: 0x3000, rdi: 0x4000, rcx: 12 });
    m.load([0xf3, 0xa6, 0xf4]);
    m.run();
    expect([m.get('rcx'), m.get('rsi'), m.get('rflags') & 0x41]).toEqual([4, 0x3008, 0x01]);
    m.set({ rdi: 0x3000, rcx: 100, rax: 'r'.charCodeAt(0) });
    m.load([0xf2, 0xae, 0xf4]);
    m.run();
    expect([m.get('rdi'), m.get('rflags') & 0x40]).toEqual([0x3008, 0x40]);
    m.set({ rcx: 0, rflags: 0x8d5 });
    m.load([0xf3, 0xa6, 0xf4]);
    m.run();
    expect(m.get('rflags') & 0x8d5).toBe(0x8d5);
  });

  test('with 32-bit addresses count in ECX', () => {
    const m = machine();
    m.set({ rdi: 0x4000, rcx: 0x00010000 });
    m.load([0x67, 0xaa, 0xf3, 0xaa, 0xf4]);
    m.run();
    expect(m.get('rdi')).toBe(0x4001);
    expect(m.get('rcx')).toBe(0x10000);
  });
});

describe('REP INS and OUTS', () => {
  test('hand a device the whole block, with size and count apart', () => {
    const m = machine();
    m.memory.write(0x3000, Buffer.from('hello'));
    m.set({ rsi: 0x3000, rdi: 0x4000, rcx: 5, rdx: 0xe9 });
    m.load([0xf3, 0x6e, 0xb9, 3, 0, 0xf3, 0x6d, 0xf4]);
    m.run();
    expect(m.sink.trace).toEqual(['outs e9/1:68656c6c6f', 'ins e9/2x3']);
    expect([...m.memory.read(0x4000, 6)]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([m.get('rsi'), m.get('rdi'), m.get('rcx')]).toEqual([0x3005, 0x4006, 0]);
  });

  test('split blocks at pages, and go one by one where it is down, or not RAM', () => {
    const m = machine({ regions: [{ base: 0, size: 0x10000 }] });
    m.set({ rdi: 0x4ffe, rcx: 4, rdx: 0x10 });
    m.load([0xf3, 0x6c, 0xf4]);
    m.run();
    expect(m.sink.trace).toEqual(['ins 10/1x2', 'ins 10/1x2']);
    m.sink.trace.length = 0;
    m.set({ rdi: 0x4001, rcx: 2, rflags: DF });
    m.load([0xf3, 0x6c, 0xf4]);
    m.run();
    expect(m.sink.trace).toEqual(['in 10/1', 'in 10/1']);
    expect(m.get('rdi')).toBe(0x3fff);
    m.sink.trace.length = 0;
    m.vcpu.setSpecialRegisters({ es: { ...m.vcpu.getSpecialRegisters().es, base: 0xb8000n } });
    m.sink.values.set(0x10, 0x42);
    m.set({ rdi: 0, rcx: 2, rflags: 0 });
    m.load([0xf3, 0x6c, 0xf4]);
    m.run();
    expect(m.sink.trace).toEqual(['in 10/1', 'write b8000/1=42', 'in 10/1', 'write b8001/1=42']);
  });
});

describe('a long REP', () => {
  // A flat 32-bit machine with paging off: cld is the default.
  const MOVSD = [0xf3, 0xa5];
  const STOSW = [0x66, 0xf3, 0xab];

  test('copies over pages that hold code, and what was decoded there is forgotten', () => {
    const m = protectedMachine(0);
    const target = 0x12000;
    // The middle page of the target runs first: mov al, 1 / jmp back to a HLT.
    m.load([0xb0, 1, 0xf4], target + 0x1800);
    m.run(4);
    expect(m.get('rax') & 0xff).toBe(1);
    const source = 0x22000;
    m.memory.write(source + 0x1800, Uint8Array.of(0xb0, 2, 0xf4));
    m.memory.write(source + 0x2ffc, Uint8Array.of(1, 2, 3, 4));
    m.load(MOVSD, 0x1000);
    m.set({ rsi: source, rdi: target, rcx: 0xc00 });
    m.run(1);
    expect([m.get('rcx'), m.get('rsi'), m.get('rdi')]).toEqual([0, source + 0x3000, target + 0x3000]);
    expect([...m.memory.read(target + 0x2ffc, 4)]).toEqual([1, 2, 3, 4]);
    m.set({ rip: target + 0x1800 });
    m.run(4);
    expect(m.get('rax') & 0xff).toBe(2);
  });

  test.each([4, 0x1003, 0x1800, 0x3000])('copies up onto itself, %i bytes ahead, one by one', (distance) => {
    const m = protectedMachine(0);
    const at = 0x20010;
    const bytes = Uint8Array.from({ length: 0x8000 }, (_, i) => (i * 7) ^ (i >> 8));
    m.memory.write(at, bytes);
    for (let i = 0; i + 4 <= 0x4000; i += 4) bytes.copyWithin(i + distance, i, i + 4);
    m.load(MOVSD, 0x1000);
    m.set({ rsi: at, rdi: at + distance, rcx: 0x1000 });
    m.run(1);
    expect(m.memory.read(at, 0x8000)).toEqual(bytes);
  });

  test.each([0x20000, 0x20001])('fills several pages from %i on', (at) => {
    const m = protectedMachine(0);
    m.load(STOSW, 0x1000);
    m.set({ rdi: at, rcx: 0x1800, rax: 0xa55a });
    m.run(1);
    expect(m.get('rdi')).toBe(at + 0x3000);
    const bytes = m.memory.read(at - 1, 0x3002);
    expect([bytes[0], bytes[0x3001]]).toEqual([0, 0]);
    expect(bytes.subarray(1, 0x3001).every((byte, i) => byte === (i % 2 === 0 ? 0x5a : 0xa5))).toBe(true);
  });
});
