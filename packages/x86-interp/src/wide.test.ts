import { describe, expect, test } from 'vitest';
import { machine } from './machine.test-util.ts';

const CF = 1;
const ZF = 0x40;
const SF = 0x80;
const OF = 0x800;
const STATUS = 0x8d5;

/** Executes one instruction from the registers given, and returns those asked for. */
function one(code: number[], before: Record<string, number>, names: string[]): number[] {
  const m = machine();
  m.memory.writeU32(0x2000, 0x89abcdef);
  m.set(before);
  m.load(code);
  m.run(1);
  return names.map((name) => m.get(name as 'rax') & (name === 'rflags' ? STATUS : -1)).map((n) => n >>> 0);
}

describe('32-bit operands', () => {
  test.each([
    ['add eax, ecx', [0x66, 0x01, 0xc8], { rax: 0x7fffffff, rcx: 1 }, { rax: 0x80000000, rflags: OF | SF | 0x14 }],
    ['sub eax, imm8', [0x66, 0x83, 0xe8, 1], { rax: 0 }, { rax: 0xffffffff, rflags: CF | SF | 0x14 }],
    ['adc eax, imm32', [0x66, 0x15, 0, 0, 0, 0x80], { rax: 0x80000000, rflags: 1 }, { rax: 1, rflags: CF | OF }],
    ['inc eax keeps CF', [0x66, 0x40], { rax: 0xffffffff, rflags: 1 }, { rax: 0, rflags: CF | ZF | 0x14 }],
    ['add eax, [2000]', [0x66, 0x03, 0x06, 0, 0x20], { rax: 1 }, { rax: 0x89abcdf0 }],
    ['16-bit results leave the upper half', [0x05, 1, 0], { rax: 0xffffffff }, { rax: 0xffff0000 }],
    ['mul ecx', [0x66, 0xf7, 0xe1], { rax: 0xffffffff, rcx: 0xffffffff }, { rax: 1, rdx: 0xfffffffe }],
    ['imul ecx', [0x66, 0xf7, 0xe9], { rax: -2, rcx: 3 }, { rax: 0xfffffffa, rdx: 0xffffffff }],
    ['imul eax, ecx, imm8', [0x66, 0x6b, 0xc1, 0xfe], { rcx: 0x40000001 }, { rax: 0x7ffffffe, rflags: undefined }],
    ['imul ax, cx', [0x0f, 0xaf, 0xc1], { rax: 0x12340100, rcx: 0x100 }, { rax: 0x12340000 }],
    ['div ecx', [0x66, 0xf7, 0xf1], { rdx: 1, rax: 5, rcx: 0x10000 }, { rax: 0x10000, rdx: 5 }],
    ['idiv ecx', [0x66, 0xf7, 0xf9], { rdx: -1, rax: -7, rcx: 2 }, { rax: 0xfffffffd, rdx: 0xffffffff }],
    ['shl eax, 4', [0x66, 0xc1, 0xe0, 4], { rax: 0x18000001 }, { rax: 0x80000010, rflags: undefined }],
    ['sar eax, 31', [0x66, 0xc1, 0xf8, 31], { rax: 0x80000000 }, { rax: 0xffffffff }],
    ['a count of 32 does nothing', [0x66, 0xc1, 0xe0, 32], { rax: 5, rflags: CF }, { rax: 5, rflags: CF }],
    ['rcr eax, 1', [0x66, 0xd1, 0xd8], { rax: 2, rflags: 1 }, { rax: 0x80000001 }],
    ['shld eax, ecx, 8', [0x66, 0x0f, 0xa4, 0xc8, 8], { rax: 0x12345678, rcx: 0xabcdef01 }, { rax: 0x345678ab }],
    ['shrd ax, cx, cl', [0x0f, 0xad, 0xc8], { rax: 0x5678, rcx: 0xab04 }, { rax: 0x4567 }],
    ['cwde', [0x66, 0x98], { rax: 0x8000 }, { rax: 0xffff8000 }],
    ['cdq', [0x66, 0x99], { rax: 0x80000000 }, { rdx: 0xffffffff }],
    ['bswap eax', [0x66, 0x0f, 0xc8], { rax: 0x12345678 }, { rax: 0x78563412 }],
    ['movzx eax, byte [2003]', [0x66, 0x0f, 0xb6, 0x06, 3, 0x20], { rax: -1 }, { rax: 0x89 }],
    ['movzx ax, cl', [0x0f, 0xb6, 0xc1], { rax: -1, rcx: 0x1ff }, { rax: 0xffff00ff }],
    ['movsx eax, word [2000]', [0x66, 0x0f, 0xbf, 0x06, 0, 0x20], {}, { rax: 0xffffcdef }],
    ['setl al', [0x0f, 0x9c, 0xc0], { rflags: SF, rax: 0 }, { rax: 1 }],
    ['bsf eax, ecx', [0x66, 0x0f, 0xbc, 0xc1], { rcx: 0x80000000 }, { rax: 31, rflags: undefined }],
    ['bsr of 0 keeps the register', [0x66, 0x0f, 0xbd, 0xc1], { rcx: 0, rax: 7 }, { rax: 7 }],
    ['bt [2000], eax reaches on', [0x66, 0x0f, 0xa3, 0x06, 0xfc, 0x1f], { rax: 35 }, { rflags: CF }],
    ['bt backwards', [0x66, 0x0f, 0xa3, 0x06, 4, 0x20], { rax: -32 }, { rflags: CF }],
    ['xadd eax, ecx', [0x66, 0x0f, 0xc1, 0xc8], { rax: 5, rcx: 7 }, { rax: 12, rcx: 5 }],
    ['xadd eax, eax', [0x66, 0x0f, 0xc1, 0xc0], { rax: 5 }, { rax: 10 }],
    ['cmpxchg ecx, edx: equal', [0x66, 0x0f, 0xb1, 0xd1], { rax: 5, rcx: 5, rdx: 9 }, { rcx: 9, rax: 5 }],
    ['cmpxchg ecx, edx: not', [0x66, 0x0f, 0xb1, 0xd1], { rax: 4, rcx: 5, rdx: 9 }, { rcx: 5, rax: 5 }],
    ['xchg eax, [2000]', [0x66, 0x87, 0x06, 0, 0x20], { rax: 1 }, { rax: 0x89abcdef }],
    ['lea with 32-bit address', [0x67, 0x66, 0x8d, 0x44, 0x8b, 0xff], { rbx: 0x10000, rcx: 4 }, { rax: 0x1000f }],
    ['lea ax of it', [0x67, 0x8d, 0x04, 0x8d, 0, 0, 1, 0], { rax: -1, rcx: 1 }, { rax: 0xffff0004 }],
    ['mov eax, [ebx+esi*2]', [0x67, 0x66, 0x8b, 0x04, 0x73], { rbx: 0x1000, rsi: 0x800 }, { rax: 0x89abcdef }],
    ['smsw eax', [0x66, 0x0f, 0x01, 0xe0], {}, { rax: 0x60000010 }],
  ])('%s', (_, code, before, after) => {
    const names = Object.entries(after).filter(([, value]) => value !== undefined);
    expect(
      one(
        code,
        before as never,
        names.map(([name]) => name),
      ),
    ).toEqual(names.map(([, value]) => value));
  });

  test('CMPXCHG8B', () => {
    const m = machine();
    m.memory.writeU32(0x3000, 0x11111111);
    m.memory.writeU32(0x3004, 0x22222222);
    m.set({ rax: 0x11111111, rdx: 0, rbx: 0x33333333, rcx: 0x44444444 });
    m.load([0x0f, 0xc7, 0x0e, 0, 0x30, 0x0f, 0xc7, 0x0e, 0, 0x30]);
    m.run(1);
    expect([m.get('rdx'), m.get('rflags') & ZF, m.memory.readU32(0x3000)]).toEqual([0x22222222, 0, 0x11111111]);
    m.run(1);
    expect([m.get('rflags') & ZF, m.memory.readU32(0x3000), m.memory.readU32(0x3004)]).toEqual([
      ZF, 0x33333333, 0x44444444,
    ]); // biome-ignore format: one line
  });

  test('BTS, BTR and BTC change the bit and leave the other flags', () => {
    const m = machine();
    m.set({ rflags: STATUS & ~CF });
    m.load([0x0f, 0xba, 0x2e, 0, 0x30, 3, 0x0f, 0xba, 0x36, 0, 0x30, 3, 0x0f, 0xba, 0x3e, 0, 0x30, 15]);
    const seen = [1, 1, 1].map((n) => {
      m.run(n);
      return [m.memory.readU16(0x3000), m.get('rflags') & CF];
    });
    expect(seen).toEqual([[8, 0], [0, CF], [0x8000, 0]]); // biome-ignore format: one line
    expect(m.get('rflags') & ZF).toBe(ZF);
  });
});

describe('the stack', () => {
  test('holds 32-bit values', () => {
    const m = machine();
    m.set({ rax: 0x12345678, rbp: 0x9999 });
    // push eax; push -2 (32); pushad; popad; pop ecx; pop edx; enter 8, 0; leave
    m.load([0x66, 0x50, 0x66, 0x6a, 0xfe, 0x66, 0x60, 0x66, 0x61, 0x66, 0x59, 0x66, 0x5a, 0xc8, 8, 0, 0, 0xc9, 0xf4]);
    m.run();
    expect([m.get('rcx'), m.get('rdx'), m.get('rsp'), m.get('rbp')]).toEqual([0xfffffffe, 0x12345678, 0x8000, 0x9999]);
  });

  test('ENTER copies the display', () => {
    const m = machine();
    m.set({ rbp: 0x7000 });
    m.memory.writeU16(0x6ffe, 0x1111);
    m.memory.writeU16(0x6ffc, 0x2222);
    m.load([0xc8, 4, 0, 3, 0xf4]);
    m.run();
    expect([m.get('rbp'), m.get('rsp')]).toEqual([0x7ffe, 0x7ff4]);
    expect([0x7ffe, 0x7ffc, 0x7ffa, 0x7ff8].map((at) => m.memory.readU16(at))).toEqual([
      0x7000, 0x1111, 0x2222, 0x7ffe,
    ]); // biome-ignore format: one line
  });

  test('far calls and returns, 16 and 32 bits', () => {
    const m = machine();
    m.load([0x9a, 0, 0, 0, 0x02, 0x66, 0x9a, 0, 0x10, 0, 0, 0, 0x01, 0xf4]);
    m.memory.write(0x2000, Uint8Array.from([0x40, 0xcb]));
    m.memory.write(0x2000, Uint8Array.from([0x40, 0xcb]));
    m.memory.write(0x1000 + 0x1000, Uint8Array.from([0x40, 0xcb]));
    m.run(3);
    expect([m.get('rax'), m.get('rip'), m.get('rsp')]).toEqual([1, 0x1005, 0x8000]);
    m.memory.write(0x2000, Uint8Array.from([0x40, 0x66, 0xcb]));
    m.run();
    expect([m.get('rax'), m.get('rip'), m.get('rsp')]).toEqual([2, 0x100e, 0x8000]);
  });

  test('segment registers: LSS, LFS, LGS, and the prefixes FS and GS', () => {
    const m = machine();
    m.memory.writeU32(0x3000, 0x02001234);
    m.memory.writeU16(0x2000 + 0x1234, 0xbeef);
    m.load([
      0x0f, 0xb4, 0x1e, 0, 0x30, 0x64, 0x8b, 0x07, 0x0f, 0xb5, 0x36, 0, 0x30, 0x65, 0x8b, 0x0c, 0x0f, 0xb2, 0x26, 0,
      0x30, 0xf4,
    ]);
    m.run();
    const { fs, gs, ss } = m.vcpu.getSpecialRegisters();
    expect([fs.selector, gs.selector, ss.selector, ss.base]).toEqual([0x200, 0x200, 0x200, 0x2000n]);
    expect([m.get('rax'), m.get('rcx'), m.get('rsp')]).toEqual([0xbeef, 0xbeef, 0x1234]);
  });
});

describe('jumps', () => {
  test('of all conditions go where the flags say, near and short', () => {
    const truth: ((f: number) => boolean)[] = [
      (f) => (f & OF) !== 0,
      (f) => (f & CF) !== 0,
      (f) => (f & ZF) !== 0,
      (f) => (f & (CF | ZF)) !== 0,
      (f) => (f & SF) !== 0,
      (f) => (f & 4) !== 0,
      (f) => ((f & SF) !== 0) !== ((f & OF) !== 0),
      (f) => (f & ZF) !== 0 || ((f & SF) !== 0) !== ((f & OF) !== 0),
    ];
    const m = machine();
    for (let code = 0; code < 16; code++) {
      for (let bits = 0; bits < 64; bits++) {
        const flags = [CF, 4, 0x10, ZF, SF, OF].reduce((sum, flag, i) => sum | ((bits >> i) & 1 ? flag : 0), 0);
        const taken = truth[code >> 1](flags) !== ((code & 1) !== 0);
        for (const bytes of [
          [0x70 + code, 2],
          [0x0f, 0x80 + code, 2, 0],
          [0x0f, 0x80 + code, 2, 0x40],
        ]) {
          m.set({ rflags: flags });
          m.load(bytes);
          m.run(1);
          const next = 0x1000 + bytes.length;
          expect(m.get('rip')).toBe(taken ? next + (bytes.at(-1) === 0x40 ? 0x4002 : 2) : next);
        }
      }
    }
  });

  test('through registers and memory, and loops by ECX', () => {
    const m = machine();
    m.set({ rax: 0x3000 });
    m.memory.write(0x3000, Uint8Array.from([0x66, 0xb9, 2, 0, 1, 0, 0x67, 0xe2, 0xfd, 0xf4]));
    m.load([0xff, 0xe0]);
    m.run(3);
    expect([m.get('rcx'), m.get('rip')]).toEqual([0x10001, 0x3006]);
  });
});
