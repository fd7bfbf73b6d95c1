import { describe, expect, test } from 'vitest';
import { A, CODE, D, DATA, FRAME, P, PS, paged, RW, US } from './paging.test-util.ts';

// Pages whose entries are marked as used already need no full walk: they go a shorter way into the TLB, which has to make the
// same checks (Intel SDM volume 3A, section 4.6).

const le32 = (value: number): number[] => [value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24];
const load = (at: number): number[] => [0xa1, ...le32(at)];
const store = (at: number): number[] => [0xa3, ...le32(at)];
const setWord = (at: number, value: number): number[] => [0xc7, 0x05, ...le32(at), ...le32(value)];
const invlpg = (at: number): number[] => [0x0f, 0x01, 0x3d, ...le32(at)];
const HLT = 0xf4;
const PF = 14;
const GP = 13;
const USED = A | D;
/** Has another entry in the page directory than the code. */
const ALIAS = 0x800000;
const TABLE = 0x12000;

describe('a page that was used before', () => {
  test.each([
    { what: 'of the supervisor, read by the user', user: true, entry: P | RW, write: false, code: 5 },
    { what: 'of the supervisor, write by the user', user: true, entry: P | RW, write: true, code: 7 },
    { what: 'of the supervisor, read by it', user: false, entry: P, write: false, code: undefined },
    { what: 'read-only, write by the user', user: true, entry: P | US, write: true, code: 7 },
    { what: 'read-only, read by the user', user: true, entry: P | US, write: false, code: undefined },
    { what: 'read-only, write', user: false, entry: P | US, write: true, code: undefined },
    { what: 'read-only, write with WP', user: false, entry: P | US, write: true, code: 3, wp: true },
    { what: 'the user may do all', user: true, entry: P | US | RW, write: true, code: undefined },
    { what: 'absent', user: false, entry: 0, write: false, code: 0 },
  ])('rights: $what', ({ user, entry, write, code, wp = false }) => {
    for (const where of ['table', 'directory', 'large page']) {
      const m = paged({ user, wp, cr4: 0x10 });
      const all = P | RW | US | USED;
      const used = entry | USED;
      m.map(DATA, FRAME | (where === 'table' ? used : all));
      const large = where === 'large page';
      m.memory.writeU32(m.directoryAt(ALIAS), large ? used | PS : TABLE | (where === 'directory' ? used : all));
      const caught = m.go([...(write ? store(ALIAS + DATA) : load(ALIAS + DATA)), HLT]);
      // HLT is for the supervisor.
      if (code === undefined) expect(caught?.vector).toBe(user ? GP : undefined);
      else expect(caught).toMatchObject({ vector: PF, code, cr2: ALIAS + DATA, eip: CODE });
    }
  });

  test('that is read-only, and dirty, may not be written to after a read', () => {
    for (const [user, code] of [
      [true, 7],
      [false, 3],
    ] as const) {
      for (const marks of [D, USED]) {
        const m = paged({ user, wp: true });
        m.map(DATA, FRAME | P | RW | US);
        m.map(DATA + 0x1000, FRAME | P | US | marks);
        const code0 = [...store(DATA), ...store(DATA), ...load(DATA + 0x1000)];
        const caught = m.go([...code0, ...store(DATA + 0x1000), HLT]);
        expect(caught).toMatchObject({ vector: PF, code, cr2: DATA + 0x1000, eip: CODE + code0.length });
      }
    }
  });
});

test('INVLPG forgets that a page was written to', () => {
  const m = paged();
  m.map(DATA, FRAME | P | RW | USED);
  m.set({ rax: 0x11 });
  const remap = [...setWord(m.entryAt(DATA), (FRAME + 0x1000) | P | RW | USED), ...invlpg(DATA)];
  // The last two are mov al, 22h; mov [DATA], eax.
  expect(m.go([...store(DATA), ...store(DATA), ...remap, 0xb0, 0x22, ...store(DATA), HLT])).toBeUndefined();
  expect([m.memory.readU32(FRAME), m.memory.readU32(FRAME + 0x1000)]).toEqual([0x11, 0x22]);
});

test('with PSE-36, the bits 17 to 21 of a large page are reserved, and the four below are of its address', () => {
  for (let bit = 12; bit <= 22; bit++) {
    const m = paged({ model: 'pentium3', cr4: 0x10 });
    m.memory.writeU32(m.directoryAt(ALIAS), (P | RW | PS | (1 << bit)) >>> 0);
    const caught = m.go([...load(ALIAS + 8), HLT]);
    if (bit < 17 || bit > 21) expect(caught).toBeUndefined();
    else expect(caught).toMatchObject({ vector: PF, code: 9, cr2: ALIAS + 8 });
    // There is memory below 4 MiB alone.
    if (bit === 12) expect(m.sink.trace).toEqual([]);
    else if (caught === undefined) expect(m.sink.trace).toHaveLength(1);
  }
});
