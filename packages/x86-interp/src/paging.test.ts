import { describe, expect, test } from 'vitest';
import { A, CODE, D, DATA, FRAME, G, P, PS, paged, RW, US } from './paging.test-util.ts';

const le32 = (value: number): number[] => [value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24];
/** mov eax, [address]; mov [address], eax; inc dword [address]; mov cr3, eax after mov eax, cr3; invlpg [address] */
const load = (at: number): number[] => [0xa1, ...le32(at)];
const store = (at: number): number[] => [0xa3, ...le32(at)];
const increment = (at: number): number[] => [0xff, 0x05, ...le32(at)];
const invlpg = (at: number): number[] => [0x0f, 0x01, 0x3d, ...le32(at)];
const RELOAD_CR3 = [0x0f, 0x20, 0xd8, 0x0f, 0x22, 0xd8];
const HLT = 0xf4;
const PF = 14;

describe('32-bit paging', () => {
  test('translates, and marks what it used', () => {
    const m = paged();
    m.map(DATA, FRAME | P | RW);
    m.memory.writeU32(FRAME + 8, 0x12345678);
    expect(m.go([...load(DATA + 8), HLT])).toBeUndefined();
    expect(m.get('rax')).toBe(0x12345678);
    expect(m.memory.readU32(m.entryAt(DATA))).toBe(FRAME | P | RW | A);
    expect(m.memory.readU32(m.directoryAt(DATA)) & (A | D)).toBe(A);
    m.set({ rax: 0xcafe });
    expect(m.go([...store(DATA + 8), HLT])).toBeUndefined();
    expect(m.memory.readU32(FRAME + 8)).toBe(0xcafe);
    expect(m.memory.readU32(m.entryAt(DATA))).toBe(FRAME | P | RW | A | D);
    expect(m.memory.readU32(m.directoryAt(DATA)) & (A | D)).toBe(A);
  });

  test('faults leave no marks', () => {
    const m = paged({ user: true });
    m.map(DATA, FRAME | P | RW);
    expect(m.go(load(DATA))?.code).toBe(5);
    expect(m.memory.readU32(m.entryAt(DATA))).toBe(FRAME | P | RW);
  });

  test.each([
    { what: 'absent, read', user: false, entry: 0, code: 0, write: false },
    { what: 'absent, write', user: false, entry: 0, code: 2, write: true },
    { what: 'absent, read by the user', user: true, entry: 0, code: 4, write: false },
    { what: 'absent, write by the user', user: true, entry: 0, code: 6, write: true },
    { what: 'of the supervisor, read by the user', user: true, entry: P | RW, code: 5, write: false },
    { what: 'of the supervisor, write by the user', user: true, entry: P | RW, code: 7, write: true },
    { what: 'read-only, write by the user', user: true, entry: P | US, code: 7, write: true },
    { what: 'read-only, read by the user', user: true, entry: P | US, code: undefined, write: false },
    { what: 'read-only, write', user: false, entry: P | US, code: undefined, write: true },
    { what: 'read-only, write with WP', user: false, entry: P | US, code: 3, write: true, wp: true },
  ])('rights: $what', ({ user, entry, code, write, wp = false }) => {
    for (const where of ['table', 'directory']) {
      const m = paged({ user, wp });
      m.map(DATA, FRAME | (where === 'table' ? entry : P | RW | US));
      // The directory of the data is another than that of the code.
      const alias = 0x800000;
      m.memory.writeU32(m.directoryAt(alias), 0x12000 | (where === 'directory' ? entry : P | RW | US));
      const at = alias + DATA;
      const caught = m.go([...(write ? store(at) : load(at)), HLT]);
      if (code === undefined) expect(caught?.vector).toBe(user ? 13 : undefined);
      else expect(caught).toMatchObject({ vector: PF, code, cr2: at, eip: CODE });
    }
  });

  test('a read-modify-write faults as a write, and changes nothing', () => {
    const m = paged({ user: true });
    m.map(DATA, FRAME | P | US);
    m.memory.writeU32(FRAME, 41);
    m.set({ rflags: 0x8d7 });
    const caught = m.go(increment(DATA));
    expect(caught).toMatchObject({ code: 7, eip: CODE });
    expect((caught?.flags ?? 0) & 0x8d5).toBe(0x8d5);
    expect(m.memory.readU32(FRAME)).toBe(41);
  });

  test('pages of 4 MiB exist with CR4.PSE, and have reserved bits', () => {
    const m = paged({ cr4: 0x10 });
    m.memory.writeU32(m.directoryAt(0x400000), P | RW | PS);
    m.memory.writeU32(FRAME, 0x55aa);
    expect(m.go([...load(0x400000 + FRAME), ...store(0x400004 + FRAME), HLT])).toBeUndefined();
    expect(m.get('rax')).toBe(0x55aa);
    expect(m.memory.readU32(FRAME + 4)).toBe(0x55aa);
    expect(m.memory.readU32(m.directoryAt(0x400000))).toBe(P | RW | PS | A | D);
    m.memory.writeU32(m.directoryAt(0x800000), P | RW | PS | 0x200000);
    expect(m.go(load(0x800000))).toMatchObject({ vector: PF, code: 9, cr2: 0x800000 });
    // Without PSE the entry names a page table.
    const old = paged();
    old.memory.writeU32(old.directoryAt(0x400000), 0x12000 | P | RW | PS);
    old.memory.writeU32(FRAME, 0x77);
    expect(old.go([...load(0x400000 + FRAME), HLT])).toBeUndefined();
    expect(old.get('rax')).toBe(0x77);
  });

  test('accesses across pages check both before they write', () => {
    const m = paged();
    m.map(DATA, FRAME | P | RW);
    m.map(DATA + 0x1000, 0);
    m.set({ rax: 0x11223344 });
    expect(m.go(store(DATA + 0xffe))).toMatchObject({ code: 2, cr2: DATA + 0x1000 });
    expect(m.memory.readU16(FRAME + 0xffe)).toBe(0);
    m.map(DATA, 0);
    expect(m.go([...RELOAD_CR3, ...store(DATA + 0xffe)])).toMatchObject({ code: 2, cr2: DATA + 0xffe });
    m.map(DATA, FRAME | P | RW);
    m.map(DATA + 0x1000, (FRAME + 0x5000) | P | RW);
    m.set({ rax: 0x11223344 });
    expect(m.go([...store(DATA + 0xffe), 0x31, 0xc0, ...load(DATA + 0xffe), HLT])).toBeUndefined();
    expect([m.memory.readU16(FRAME + 0xffe), m.memory.readU16(FRAME + 0x5000)]).toEqual([0x3344, 0x1122]);
    expect(m.get('rax')).toBe(0x11223344);
  });

  test('page tables outside memory read as ones, and nothing is written', () => {
    const m = paged();
    m.memory.writeU32(m.directoryAt(0x800000), 0xf0000000 | P | RW);
    expect(m.go([...store(0x800000), HLT])).toBeUndefined();
    // The page is then the last one of the address space, which is a device.
    expect(m.sink.trace).toEqual(['write fffff000/4=0']);
  });

  test('devices are reached through paging, with the sizes of the accesses', () => {
    const m = paged();
    m.map(DATA, 0xfee00000 | P | RW);
    m.sink.values.set(0xfee00020, 0x1234);
    expect(m.go([...load(DATA + 0x20), ...store(DATA + 0x24), HLT])).toBeUndefined();
    expect(m.sink.trace).toEqual(['read fee00020/4', 'write fee00024/4=1234']);
  });

  test('A20 applies behind it', () => {
    const m = paged();
    m.map(DATA, 0x100000 | P | RW);
    m.memory.writeU32(0x40, 0x1111);
    m.memory.writeU32(0x100040, 0x2222);
    m.go([...load(DATA + 0x40), HLT]);
    expect(m.get('rax')).toBe(0x2222);
    m.vcpu.a20 = false;
    m.go([...load(DATA + 0x40), HLT]);
    expect(m.get('rax')).toBe(0x1111);
  });
});

describe('PAE paging', () => {
  const XD = 0x80000000;

  test('translates, with pages of 4 KiB and 2 MiB', () => {
    const m = paged({ pae: true });
    m.map(DATA, FRAME | P | RW);
    m.memory.writeU32(FRAME, 0x1234);
    m.memory.writeU32(m.directoryAt(0x600000), 0x200000 | P | RW | PS);
    // mov eax, [DATA]; inc dword [600000 + 100000]
    expect(m.go([...load(DATA), ...increment(0x700000), HLT])).toBeUndefined();
    expect(m.get('rax')).toBe(0x1234);
    expect(m.memory.readU32(FRAME)).toBe(0x1235);
    expect(m.memory.readU32(m.entryAt(DATA))).toBe(FRAME | P | RW | A);
    expect(m.memory.readU32(m.directoryAt(0x600000))).toBe(0x200000 | P | RW | PS | A | D);
  });

  test('no page-directory pointer, no page', () => {
    expect(paged({ pae: true }).go(store(0x40000000))).toMatchObject({ vector: PF, code: 2, cr2: 0x40000000 });
  });

  test('reserved bits fault', () => {
    for (const [nx, low, high] of [
      [false, P | RW, 0x10],
      [false, P | RW, XD],
      [true, P | RW, 0x40000000],
    ] as const) {
      const m = paged({ pae: true, nx });
      m.map(DATA, FRAME | low, high);
      expect(m.go(load(DATA))).toMatchObject({ vector: PF, code: 9, cr2: DATA });
    }
    const m = paged({ pae: true });
    m.memory.writeU32(m.directoryAt(0x600000), P | RW | PS | 0x2000);
    expect(m.go(store(0x600000))).toMatchObject({ vector: PF, code: 0xb });
  });

  test('page-directory pointers are read when CR3 is loaded, and checked', () => {
    const m = paged({ pae: true });
    m.memory.writeU32(0x10008, m.directoryAt(0) | P);
    expect(m.go(load(0x40000000))).toMatchObject({ vector: PF, code: 0 });
    m.memory.writeU32(CODE, 0x1234);
    expect(m.go([...RELOAD_CR3, ...load(0x40000000 + CODE), HLT])).toBeUndefined();
    expect(m.get('rax')).toBe(0x0fd8200f);
    m.memory.writeU32(0x10008, m.directoryAt(0) | P | RW);
    expect(m.go(RELOAD_CR3)).toMatchObject({ vector: 13, code: 0, eip: CODE + 3 });
  });

  test('execute-disable: fetches fault, reads do not', () => {
    const m = paged({ pae: true, nx: true });
    m.map(DATA, FRAME | P | RW, XD);
    m.memory.writeU32(FRAME, 0xf4f4f4f4);
    expect(m.go([...load(DATA), HLT])).toBeUndefined();
    // mov eax, DATA + 2; jmp eax
    const jump = [0xb8, ...le32(DATA + 2), 0xff, 0xe0];
    expect(m.go(jump)).toMatchObject({ vector: PF, code: 0x11, cr2: DATA + 2, eip: DATA + 2 });
    m.map(DATA, FRAME | RW, 0);
    expect(m.go([...RELOAD_CR3, ...jump])).toMatchObject({ vector: PF, code: 0x10, cr2: DATA + 2 });
    // Without EFER.NXE there is no such bit in the error code.
    const old = paged({ pae: true });
    old.map(DATA, 0);
    expect(old.go(jump)).toMatchObject({ vector: PF, code: 0, cr2: DATA + 2 });
  });
});

describe('the TLB', () => {
  const FRAME2 = FRAME + 0x1000;

  function remap(flags: number, cr4: number, flush: readonly number[]): number {
    const m = paged({ cr4 });
    m.map(DATA, FRAME | P | RW | flags);
    m.memory.writeU32(FRAME, 1);
    m.memory.writeU32(FRAME2, 2);
    // mov eax, [DATA]; mov dword [entry], FRAME2 …; the flush; mov eax, [DATA]
    const entry = FRAME2 | P | RW | flags;
    m.go([...load(DATA), 0xc7, 0x05, ...le32(m.entryAt(DATA)), ...le32(entry), ...flush, ...load(DATA), HLT]);
    return m.get('rax');
  }

  test('keeps a translation until it is flushed', () => {
    expect(remap(0, 0, [])).toBe(1);
    expect(remap(0, 0, RELOAD_CR3)).toBe(2);
    expect(remap(0, 0, invlpg(DATA + 5))).toBe(2);
    expect(remap(0, 0, invlpg(DATA + 0x1000))).toBe(1);
  });

  test('keeps global pages over loads of CR3, with CR4.PGE', () => {
    expect(remap(G, 0, RELOAD_CR3)).toBe(2);
    expect(remap(G, 0x80, RELOAD_CR3)).toBe(1);
    expect(remap(G, 0x80, invlpg(DATA))).toBe(2);
  });

  test('INVLPG forgets the whole of a large page', () => {
    const m = paged({ cr4: 0x10 });
    const at = m.directoryAt(0x400000);
    m.memory.writeU32(at, P | RW | PS);
    m.memory.writeU32(FRAME, 1);
    const absent = [0xc7, 0x05, ...le32(at), ...le32(0)];
    const code = [...load(0x400000 + FRAME), ...absent, ...invlpg(0x400000), ...load(0x400000 + FRAME)];
    expect(m.go(code)).toMatchObject({ vector: PF, code: 0, cr2: 0x400000 + FRAME });
  });

  test('a clean page is marked dirty by the first write, though it was read before', () => {
    const m = paged();
    m.map(DATA, FRAME | P | RW);
    // The page of memory was written before, by another address.
    m.go([...increment(FRAME), ...load(DATA), ...increment(DATA), HLT]);
    expect(m.memory.readU32(m.entryAt(DATA)) & D).toBe(D);
  });

  test('the rights of the supervisor are not those of the user', () => {
    const m = paged({ user: true });
    m.map(DATA, FRAME | P | RW);
    // The handler of #PF reads DATA as the supervisor, and returns to the user, who faults again.
    const handler = [...load(DATA), 0x43, 0x83, 0xfb, 2, 0x74, 0x05, 0x83, 0xc4, 4, 0xcf, 0x90, HLT];
    m.memory.write(0x6000, Uint8Array.from(handler));
    m.memory.writeU32(0x2000 + PF * 8, (8 << 16) | 0x6000);
    m.memory.writeU32(FRAME, 0x99);
    m.set({ rbx: 0, rax: 0 });
    m.go(load(DATA));
    expect([m.get('rbx'), m.get('rax')]).toEqual([2, 0x99]);
  });
});

describe('accessed and dirty bits', () => {
  test('are in the dirty log', () => {
    const m = paged();
    m.map(DATA, FRAME | P | RW);
    m.load([...load(DATA), HLT], CODE);
    const log = m.memory.dirtyLog;
    log.start();
    log.take();
    m.run(2);
    expect(log.take()).toContain(m.entryAt(DATA) & -4096);
    log.stop();
  });

  test('change code that was decoded', () => {
    const m = paged();
    // The entry is an instruction too: its low bytes are run first, and then changed by its use.
    m.map(DATA, 0);
    const entry = m.entryAt(DATA);
    m.map(DATA, 0x304003);
    // 03 40 30: add eax, [eax + 30h]; with A set it is 23 40 30: and eax, [eax + 30h]; then ret
    m.memory.writeU8(entry + 3, 0);
    m.memory.write(entry + 4, Uint8Array.from([0x00, 0xc3]));
    m.memory.writeU32(0x8030, 0x8001);
    const call = (): number[] => [0xb8, ...le32(0x8000), 0xe8, ...le32(0)];
    const callTo = (at: number): number[] => [...call().slice(0, 6), ...le32(entry - (at + 10))];
    const code = [...callTo(CODE), 0x89, 0xc3, 0x8a, 0x0d, ...le32(DATA)];
    m.go([...code, ...callTo(CODE + code.length), HLT]);
    expect([m.get('rbx'), m.get('rax')]).toEqual([0x10001, 0x8000]);
  });
});

describe('code', () => {
  test('that is written through another address of its page is new', () => {
    const m = paged();
    m.map(DATA, FRAME | P | RW);
    m.map(DATA + 0x1000, FRAME | P | RW);
    // mov al, 1; ret
    m.memory.write(FRAME, Uint8Array.from([0xb0, 1, 0xc3]));
    const call = (at: number): number[] => [0xbe, ...le32(at), 0xff, 0xd6];
    const change = (value: number): number[] => [0xc6, 0x05, ...le32(DATA + 0x1001), value];
    // mov bl, al
    const code = [...call(DATA), 0x88, 0xc3, ...change(7), ...call(DATA), 0x88, 0xc7, ...change(9)];
    m.set({ rax: 0, rbx: 0 });
    expect(m.go([...code, ...call(DATA + 0x1000), HLT])).toBeUndefined();
    expect([m.get('rbx'), m.get('rax')]).toEqual([0x701, 9]);
  });

  test('of the supervisor is not run by the user, though it is decoded', () => {
    const m = paged({ user: true });
    m.map(DATA, FRAME | P | RW);
    m.memory.write(FRAME, Uint8Array.from([0xc3]));
    // The handler of #GP calls it, and returns behind the HLT: mov eax, DATA; call eax; add esp, 4; inc dword [esp]; iretd
    const handler = [0xb8, ...le32(DATA), 0xff, 0xd0, 0x83, 0xc4, 4, 0xff, 0x04, 0x24, 0xcf];
    m.memory.write(0x6000, Uint8Array.from(handler));
    m.memory.writeU32(0x2000 + 13 * 8, (8 << 16) | 0x6000);
    const code = [HLT, 0xb8, ...le32(DATA), 0xff, 0xe0];
    expect(m.go(code)).toMatchObject({ vector: PF, code: 5, cr2: DATA, eip: DATA });
  });

  test('is looked at from outside with no trace', () => {
    const m = paged();
    m.map(DATA, FRAME | P);
    m.memory.write(FRAME + 4, Uint8Array.from([0xeb, 0xfe]));
    m.set({ rip: DATA + 4 });
    expect(m.vcpu.isStuck(false)).toBe(true);
    expect(m.vcpu.dump().codeAddress).toBe(FRAME + 4);
    expect(m.memory.readU32(m.entryAt(DATA))).toBe(FRAME | P);
    m.map(DATA, 0);
    expect(m.vcpu.isStuck(false)).toBe(false);
    expect(m.vcpu.dump().codeAddress).toBeUndefined();
    expect(m.vcpu.getSpecialRegisters().cr2).toBe(0n);
  });
});
