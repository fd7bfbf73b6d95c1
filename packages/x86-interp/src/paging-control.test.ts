import { describe, expect, test } from 'vitest';
import { CPU_MODELS } from './index.ts';
import { CODE, DATA, FRAME, G, P, paged, RW } from './paging.test-util.ts';

// Paging as programs switch it on: by MOV to control registers, and WRMSR.

const le32 = (value: number): number[] => [value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24];
const load = (at: number): number[] => [0xa1, ...le32(at)];
const setEax = (value: number): number[] => [0xb8, ...le32(value)];
const writeMemory = (at: number, value: number): number[] => [0xc7, 0x05, ...le32(at), ...le32(value)];
const CR0 = 0;
const CR3 = 3;
const CR4 = 4;
/** mov eax, value; mov crN, eax */
const setControl = (register: number, value: number): number[] => [
  ...setEax(value),
  0x0f,
  0x22,
  0xc0 | (register << 3),
];
/** xor edx, edx; mov ecx, EFER; mov eax, value; wrmsr */
const setEfer = (value: number): number[] => [0x31, 0xd2, 0xb9, ...le32(0xc0000080), ...setEax(value), 0x0f, 0x30];
const HLT = 0xf4;
const PF = 14;
const GP = 13;
const [PG, PE_ET] = [0x80000000, 0x11];
const [PSE, PAE, PGE] = [0x10, 0x20, 0x80];
/** Tables of PAE paging: pointers, a directory, a table for what is below 2 MiB, one for DATA. */
const POINTERS = 0x20000;
const DIRECTORY = 0x21000;
const LOW_TABLE = 0x22000;
const HIGH_TABLE = 0x23000;

type Machine = ReturnType<typeof paged>;

/** Maps memory below 2 MiB one to one, and DATA to FRAME, in tables of PAE paging. */
function makePaeTables(m: Machine, high = 0): void {
  m.memory.writeU32(POINTERS, DIRECTORY | P);
  m.memory.writeU32(DIRECTORY, LOW_TABLE | P | RW);
  m.memory.writeU32(DIRECTORY + 8, HIGH_TABLE | P | RW);
  for (let n = 0; n < 512; n++) m.memory.writeU32(LOW_TABLE + n * 8, (n * 4096) | P | RW);
  m.memory.writeU32(HIGH_TABLE, FRAME | P | RW);
  m.memory.writeU32(HIGH_TABLE + 4, high >>> 0);
  m.memory.writeU32(FRAME, 0x1234);
}

describe('CR4', () => {
  test('has the bits of the model', () => {
    const bits = CPU_MODELS.map((model) => {
      let found = 0;
      for (let bit = 0; bit < 32; bit++) {
        if (CPU_MODELS.indexOf(model) < CPU_MODELS.indexOf('80386')) continue;
        const m = paged({ model });
        if (m.go([...setControl(CR0, PE_ET), ...setControl(CR4, 1 << bit), HLT]) === undefined) found += 2 ** bit;
      }
      return [model, found];
    });
    expect(Object.fromEntries(bits)).toEqual({
      8086: 0,
      80186: 0,
      80286: 0,
      80386: 0,
      80486: 0,
      pentium: 0x5f,
      pentiummmx: 0x15f,
      pentiumpro: 0x1ff,
      pentium2: 0x3ff,
      pentium3: 0x7ff,
      pentium4: 0x7ff,
    });
  });

  test('faults for reserved bits, and stays as it was', () => {
    const m = paged();
    expect(m.go([...setControl(CR4, 0x10), ...setControl(CR4, 0x800)])).toMatchObject({ vector: GP, code: 0 });
    expect(m.vcpu.getSpecialRegisters().cr4).toBe(0x10n);
  });

  test('is no register before the Pentium', () => {
    const m = paged({ model: '80486' });
    expect(m.go(setControl(CR4, 0))).toMatchObject({ vector: 6, eip: CODE + 5 });
  });
});

describe('PAE paging', () => {
  test('is switched on by programs', () => {
    const m = paged({ model: 'pentiumpro' });
    makePaeTables(m);
    const code = [
      ...setControl(CR0, PE_ET),
      ...setControl(CR3, POINTERS),
      ...setControl(CR4, PAE),
      ...setControl(CR0, PG | PE_ET),
    ];
    expect(m.go([...code, ...load(DATA), HLT])).toBeUndefined();
    expect(m.get('rax')).toBe(0x1234);
  });

  test('replaces 32-bit paging under way, and gives it back', () => {
    const m = paged({ model: 'pentium3' });
    // As it is, the directory has reserved bits of page-directory pointers.
    expect(m.go(setControl(CR4, PAE))).toMatchObject({ vector: GP, code: 0 });
    makePaeTables(m);
    m.memory.writeU32(FRAME + 0x1000, 0x5678);
    // The first entry of one is the first pointer of the other: where DIRECTORY is, there is a page table of 32 bits too.
    for (const page of [CODE, 0x10000]) m.memory.writeU32(DIRECTORY + page / 1024, page | P | RW);
    m.memory.writeU32(DIRECTORY + DATA / 1024, (FRAME + 0x1000) | P);
    m.memory.write(0x10000, new Uint8Array(32));
    m.memory.writeU32(0x10000, DIRECTORY | P);
    // Both mark what they use: the bit is reserved in the other.
    const unmark = writeMemory(0x10000, DIRECTORY | P);
    const keepIn = (register: number): number[] => [0x89, 0xc0 | register];
    const first = [...load(DATA), ...keepIn(3), ...unmark, ...setControl(CR4, PAE), ...load(DATA), ...keepIn(1)];
    expect(m.go([...first, ...setControl(CR4, 0), ...load(DATA), HLT])).toBeUndefined();
    expect([m.get('rbx'), m.get('rcx'), m.get('rax')]).toEqual([0x5678, 0x1234, 0x5678]);
  });

  test('has execute-disable by EFER.NXE', () => {
    const XD = 0x80000000;
    const begin = [
      ...setControl(CR0, PE_ET),
      ...setControl(CR3, POINTERS),
      ...setControl(CR4, PAE),
      ...setControl(CR0, PG | PE_ET),
    ];
    const jump = [...setEax(DATA), 0xff, 0xe0];
    const m = paged({ model: 'pentium4' });
    makePaeTables(m, XD);
    m.memory.writeU32(FRAME, HLT);
    expect(m.go([...begin, ...load(DATA)])).toMatchObject({ vector: PF, code: 9 });
    expect(m.go([...setEfer(0x800), ...begin, ...load(DATA), ...jump])).toMatchObject({
      vector: PF,
      code: 0x11,
      cr2: DATA,
    });
    // It takes effect with paging on, for what the TLB has too.
    const off = paged({ model: 'pentium4' });
    makePaeTables(off);
    off.memory.writeU32(FRAME, 0xc3);
    const call = [0xbe, ...le32(DATA), 0xff, 0xd6];
    const code = [...begin, ...call, ...writeMemory(HIGH_TABLE + 4, XD), ...call, ...setEfer(0x800), ...call];
    expect(off.go(code)).toMatchObject({ vector: PF, code: 0x11, cr2: DATA });
    expect(off.go([...begin, ...setEfer(0x400)])).toMatchObject({ vector: GP, code: 0 });
  });
});

describe('other bits of CR4', () => {
  test('PGE keeps global pages over loads of CR3, and empties the TLB when it changes', () => {
    const after = (flush: readonly number[]): number => {
      const m = paged({ model: 'pentiumpro' });
      m.map(DATA, FRAME | P | RW | G);
      m.memory.writeU32(FRAME, 1);
      m.memory.writeU32(FRAME + 0x1000, 2);
      const change = writeMemory(m.entryAt(DATA), (FRAME + 0x1000) | P | RW | G);
      expect(m.go([...setControl(CR4, PGE), ...load(DATA), ...change, ...flush, ...load(DATA), HLT])).toBeUndefined();
      return m.get('rax');
    };
    expect(after(setControl(CR3, 0x10000))).toBe(1);
    expect(after(setControl(CR4, 0))).toBe(2);
    expect(after([...setControl(CR4, PGE | PSE)])).toBe(2);
  });

  test('PSE-36 gives large pages four more bits of address, which are reserved before', () => {
    const run = (model: 'pentium' | 'pentiumpro' | 'pentium2'): ReturnType<Machine['go']> => {
      const m = paged({ model });
      m.memory.writeU32(m.directoryAt(0x800000), P | RW | 0x80 | 0x2000);
      return m.go([...setControl(CR4, PSE), ...load(0x800000), HLT]);
    };
    expect([run('pentium'), run('pentiumpro')]).toMatchObject([
      { vector: PF, code: 9 },
      { vector: PF, code: 9 },
    ]);
    // There is nothing at 100000000h.
    expect(run('pentium2')).toBeUndefined();
  });
});
