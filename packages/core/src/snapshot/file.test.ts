import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeSnapshot, encodeSnapshot, readSnapshotHeader, type VmErrorCode, type VmSnapshot } from '../index.ts';
import { makeVm } from '../vm/make-vm.test-util.ts';
import { tickerMachine, usedMachine } from '../vm/snapshot-machine.test-util.ts';
import { crc32 } from './crc32.ts';
import { crcOfHeader } from './header.ts';
import { migrate } from './migrations.ts';

const withCode = (code: VmErrorCode, message = '') =>
  expect.objectContaining({ code, message: expect.stringContaining(message) });
const codeOf = (action: () => unknown): unknown => {
  try {
    action();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return undefined;
};
const PREFIX = 20;

/** The same file with another header, or another state, and right checksums. */
function rewritten(
  file: Uint8Array,
  change: (header: Record<string, unknown>, sections: Map<string, Uint8Array>) => void,
  format = 1,
): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset);
  let at = PREFIX + view.getUint32(12, true);
  const header = JSON.parse(new TextDecoder().decode(file.subarray(PREFIX, at)));
  const sections = new Map<string, Uint8Array>();
  for (const { name, length } of header.sections) {
    sections.set(name, file.subarray(at, at + length));
    at += length;
  }
  const list = header.sections;
  change(header, sections);
  if (header.sections === list) {
    header.sections = [...sections].map(([name, data]) => ({ name, length: data.length, crc32: crc32(data) }));
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const head = new Uint8Array(PREFIX + json.length);
  head.set(file.subarray(0, PREFIX));
  head.set(json, PREFIX);
  const headView = new DataView(head.buffer);
  headView.setUint32(8, format, true);
  headView.setUint32(12, json.length, true);
  headView.setUint32(16, crcOfHeader(head), true);
  return Uint8Array.from([head, ...sections.values()].flatMap((part) => [...part]));
}

const withState = (text: string) => (_header: unknown, sections: Map<string, Uint8Array>) =>
  sections.set('state', new TextEncoder().encode(text));

describe('an encoded snapshot', () => {
  const snapshot = usedMachine().vm.snapshot({ description: 'a test – ünïcode' });
  const file = encodeSnapshot(snapshot);

  it('gives the same snapshot, and the same bytes again', () => {
    expect(decodeSnapshot(file)).toEqual(snapshot);
    expect(encodeSnapshot(decodeSnapshot(file))).toEqual(file);
    expect(encodeSnapshot(usedMachine().vm.snapshot({ description: 'a test – ünïcode' }))).toEqual(file);
  });

  it('does not depend on the order of the fields of states', () => {
    const one = encodeSnapshot({ ...snapshot, meta: { a: 1, b: { c: 2n, d: Uint8Array.of(3) } } });
    expect(encodeSnapshot({ ...snapshot, meta: { b: { d: Uint8Array.of(3), c: 2n }, a: 1 } })).toEqual(one);
  });

  it('keeps values that JSON does not have', () => {
    const values = {
      ...{ nan: Number.NaN, inf: -Infinity, zero: -0, big: -(2n ** 100n), none: null, text: '\ud800 "$number"' },
      ...{ bytes: new Uint8Array(0), list: [Uint8Array.of(1), [], {}], $number: 'NaN', $record: { $bigint: '1' } },
    };
    Object.defineProperty(values, '__proto__', { value: { polluted: true }, enumerable: true });
    const meta = { values, big: 1n };
    const read = decodeSnapshot(encodeSnapshot({ ...snapshot, meta }));
    expect(read.meta).toEqual(meta);
    expect(Object.getOwnPropertyNames(read.meta.values)).toContain('__proto__');
    expect((read.meta.values as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('keeps byte arrays apart whatever their names are, which JSON may order otherwise', () => {
    const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
    const meta = { 9: bytes(9), 10: bytes(10, 10), b: bytes(), a: [bytes(1), bytes(2, 3)], $: { 1: bytes(4) } };
    expect(decodeSnapshot(encodeSnapshot({ ...snapshot, meta })).meta).toEqual(meta);
  });

  it('leaves pages of zeros out', () => {
    const size = 16 * 1024 * 1024;
    const vm = makeVm(function* () {}, { memory: [{ base: 0, size }] });
    vm.memory.writeU8(0x3000, 1);
    vm.memory.writeU8(size - 1, 1);
    const bytes = encodeSnapshot(vm.snapshot());
    expect(bytes.length).toBeLessThan(12_000);
    const [{ pages, data }] = decodeSnapshot(bytes).memory;
    expect([[...pages], data.length, data[0], data[8191]]).toEqual([[3, size / 4096 - 1], 8192, 1, 1]);
  });

  it('is refused if it is no snapshot to begin with', () => {
    expect(() => encodeSnapshot({} as VmSnapshot)).toThrow(withCode('ERR_SNAPSHOT_FORMAT'));
  });

  it('has a header that can be read alone', () => {
    const end = PREFIX + new DataView(file.buffer).getUint32(12, true);
    expect(readSnapshotHeader(file.subarray(0, end))).toEqual({
      format: 1,
      creator: snapshot.creator,
      description: 'a test – ünïcode',
      size: file.length,
      machine: snapshot.machine,
      sections: ['state', 'bytes', 'memory 0x0'].map((name) => expect.objectContaining({ name })),
    });
  });

  it('has a header that says enough even if a newer version wrote it', () => {
    const newer = rewritten(
      file,
      (header) => Object.assign(header, { creator: '@picovm/core 9.9.9', machine: 'a new way', sections: [] }),
      7,
    );
    const header = readSnapshotHeader(newer);
    expect(header).toMatchObject({ format: 7, creator: '@picovm/core 9.9.9', description: 'a test – ünïcode' });
    expect(header.machine).toBeUndefined();
    expect(() => decodeSnapshot(newer)).toThrow(
      withCode('ERR_SNAPSHOT_VERSION', 'the format version 7 (written by @picovm/core 9.9.9)'),
    );
  });

  it('names the version of package.json as its creator', () => {
    const { name, version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(snapshot.creator).toBe(`${name} ${version}`);
  });
});

describe('a damaged file has its own error for each kind of damage', () => {
  const { vm } = tickerMachine();
  vm.memory.writeU8(0, 1);
  const file = encodeSnapshot(vm.snapshot());
  const headerEnd = PREFIX + new DataView(file.buffer).getUint32(12, true);

  it('cut off anywhere: truncated', () => {
    for (let length = 0; length < file.length; length++) {
      const cut = file.subarray(0, length);
      expect(
        codeOf(() => decodeSnapshot(cut)),
        `${length} bytes`,
      ).toBe('ERR_SNAPSHOT_TRUNCATED');
      const header = codeOf(() => readSnapshotHeader(cut));
      expect(header, `${length} bytes`).toBe(length < headerEnd ? 'ERR_SNAPSHOT_TRUNCATED' : undefined);
    }
  });

  it('longer than it should be: malformed', () => {
    expect(codeOf(() => decodeSnapshot(Uint8Array.of(...file, 0)))).toBe('ERR_SNAPSHOT_FORMAT');
  });

  it('with any one byte changed: another magic, a length that cannot be, or a wrong checksum', () => {
    const seen = new Map<unknown, number>();
    for (let i = 0; i < file.length; i++) {
      const changed = file.slice();
      changed[i] ^= 1 << (i % 8);
      const code = codeOf(() => decodeSnapshot(changed));
      const expected =
        i < 8
          ? ['ERR_SNAPSHOT_FORMAT']
          : i >= 12 && i < 16
            ? ['ERR_SNAPSHOT_FORMAT', 'ERR_SNAPSHOT_TRUNCATED', 'ERR_SNAPSHOT_CORRUPT']
            : ['ERR_SNAPSHOT_CORRUPT'];
      expect(expected, `byte ${i}`).toContain(code);
      seen.set(code, (seen.get(code) ?? 0) + 1);
    }
    expect([...seen.keys()].sort()).toEqual(['ERR_SNAPSHOT_CORRUPT', 'ERR_SNAPSHOT_FORMAT', 'ERR_SNAPSHOT_TRUNCATED']);
  });

  it.each<[string, unknown]>([
    ['a text', new TextEncoder().encode('#!/bin/sh\necho this is no snapshot, however long it is')],
    ['zeros', new Uint8Array(1000)],
    ['no bytes', 'text'],
    ['nothing', undefined],
    ['an ArrayBuffer', new ArrayBuffer(100)],
  ])('that is %s: no snapshot', (_what, bytes) => {
    expect(codeOf(() => decodeSnapshot(bytes as Uint8Array))).toBe('ERR_SNAPSHOT_FORMAT');
    expect(codeOf(() => readSnapshotHeader(bytes as Uint8Array))).toBe('ERR_SNAPSHOT_FORMAT');
  });

  it.each<[string, Parameters<typeof rewritten>[1]]>([
    ['no machine', (header) => delete header.machine],
    ['no sections', (header) => delete header.sections],
    ['a section missing', (_header, sections) => sections.delete('bytes')],
    ['memory missing', (_header, sections) => sections.delete('memory 0x0')],
    ['memory that ends early', (_header, sections) => sections.set('memory 0x0', Uint8Array.of(1))],
    [
      'memory of more pages than bytes',
      (_header, sections) => sections.set('memory 0x0', Uint8Array.of(255, 255, 255, 255)),
    ],
    ['a state that is no JSON', withState('{')],
    ['a state that is no UTF-8', (_header, sections) => sections.set('state', Uint8Array.of(0x22, 0xff, 0x22))],
    ['a state that is a list', withState('[]')],
    ['a state with bytes outside', withState('{"meta":{"$bytes":[0,99999999]}}')],
    ['a state with bytes nowhere', withState('{"meta":{"$bytes":[-1,1]}}')],
    ['a state with bytes without a place', withState('{"meta":{"$bytes":7}}')],
    ['a state with a bigint of text', withState('{"meta":{"$bigint":"0x10"}}')],
    ['a state with a huge bigint', withState(`{"meta":{"$bigint":"${'9'.repeat(1_000_000)}"}}`)],
    ['a state with an odd number', withState('{"meta":{"$number":"toString"}}')],
    ['a state with an unknown kind', withState('{"meta":{"$date":"0"}}')],
    ['a state with a kind and more', withState('{"meta":{"$bigint":"0","more":1}}')],
    ['a state that is nested deeply', withState('['.repeat(100_000) + ']'.repeat(100_000))],
    ['a region of an odd size', (header) => ((header.machine as { memory: { size: number }[] }).memory[0].size = 100)],
    [
      'the sections of a giant',
      (header) => {
        header.sections = [{ name: 'state', length: 2 ** 49, crc32: 0 }];
      },
    ],
  ])('with right checksums and %s: malformed', (_what, change) => {
    expect(codeOf(() => decodeSnapshot(rewritten(file, change)))).toBe('ERR_SNAPSHOT_FORMAT');
  });

  it('with sections that are longer than all there is: truncated, and nothing is allocated', () => {
    const change = (header: Record<string, unknown>): void => {
      header.sections = [{ name: 'state', length: 2 ** 47, crc32: 0 }];
    };
    expect(codeOf(() => decodeSnapshot(rewritten(file, change)))).toBe('ERR_SNAPSHOT_TRUNCATED');
  });

  it('with bytes that are not used once each, in order: malformed', () => {
    const read = (places: number[][], size: number): unknown => {
      const changed = rewritten(file, (_header, sections) => {
        const state = JSON.parse(new TextDecoder().decode(sections.get('state')));
        const used = sections.get('bytes')?.length ?? 0;
        state.meta = { list: places.map(([at, length]) => ({ $bytes: [used + at, length] })) };
        sections.set('state', new TextEncoder().encode(JSON.stringify(state)));
        sections.set('bytes', Uint8Array.of(...(sections.get('bytes') ?? []), ...new Uint8Array(size)));
      });
      return decodeSnapshot(changed).meta.list;
    };
    const zeros = (length: number): Uint8Array => new Uint8Array(length);
    expect(
      read(
        [
          [0, 2],
          [2, 0],
          [2, 4],
        ],
        6,
      ),
    ).toEqual([zeros(2), zeros(0), zeros(4)]);
    const misplaced = withCode('ERR_SNAPSHOT_FORMAT', 'a byte array that does not lie where it should');
    const inside = [
      [
        [0, 2],
        [0, 2],
      ],
      [
        [0, 2],
        [1, 2],
      ],
      [[2, 2]],
      [
        [2, 2],
        [0, 2],
      ],
      [[0, 7]],
      [[-1, 1]],
    ];
    for (const places of inside) expect(() => read(places, 6), JSON.stringify(places)).toThrow(misplaced);
    expect(() => read([[0, 5]], 6)).toThrow(
      withCode('ERR_SNAPSHOT_FORMAT', 'it has bytes that nothing in its state names'),
    );
  });

  it('with version 0, or one that was never released: malformed', () => {
    expect(codeOf(() => decodeSnapshot(rewritten(file, () => {}, 0)))).toBe('ERR_SNAPSHOT_FORMAT');
  });
});

describe('migrations', () => {
  const document = { header: { trail: '' }, sections: new Map<string, Uint8Array>() };
  const step =
    (name: string) =>
    (it: typeof document | { header: Record<string, unknown>; sections: Map<string, Uint8Array> }) => ({
      ...it,
      header: { trail: `${it.header.trail}${name}` },
    });

  it('lead from version to version', () => {
    const table = { 1: step('a') as never, 2: step('b') as never, 3: step('c') as never };
    expect(migrate(document, 1, 4, table).header.trail).toBe('abc');
    expect(migrate(document, 3, 4, table).header.trail).toBe('c');
    expect(migrate(document, 4, 4, table)).toBe(document);
  });

  it('are all there, or the snapshot is refused', () => {
    expect(() => migrate(document, 1, 3, { 1: step('a') as never })).toThrow(withCode('ERR_SNAPSHOT_FORMAT'));
  });
});

it('crc32 is the one that everybody has', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array(0))).toBe(0);
  expect(crc32(new TextEncoder().encode('56789'), crc32(new TextEncoder().encode('1234')))).toBe(0xcbf43926);
  expect(crc32(new TextEncoder().encode('The quick brown fox jumps over the lazy dog'))).toBe(0x414fa339);
});
