import { words } from './plan/words.ts';

/** What an ELF file of the tests loads. */
export interface TestSegment {
  readonly virtual?: number;
  readonly physical: number;
  readonly bytes: Uint8Array;
  readonly memorySize?: number;
  /** PT_LOAD (default) or PT_NOTE. */
  readonly type?: number;
}

/** A section that is in no segment. */
export interface TestSection {
  readonly type: number;
  readonly bytes: Uint8Array;
}

interface ElfParts {
  readonly bits?: 32 | 64;
  readonly entry: number;
  readonly segments: readonly TestSegment[];
  readonly sections?: readonly TestSection[];
}

/** An ELF executable for i386 or x86-64; the first segment's bytes begin at offset 1000h, for headers that are searched for. */
export function elfImage({ bits = 32, entry, segments, sections = [] }: ElfParts): Uint8Array {
  const wide = bits === 64;
  const [header, program, section] = wide ? [64, 56, 64] : [52, 32, 40];
  let end = 0x1000;
  const place = (bytes: Uint8Array): number => {
    const at = end;
    end += Math.ceil(bytes.length / 16) * 16;
    return at;
  };
  const placed = segments.map((segment) => ({ ...segment, offset: place(segment.bytes) }));
  const placedSections = sections.map((each) => ({ ...each, offset: place(each.bytes) }));
  const sectionTable = end;
  const count = sections.length === 0 ? 0 : sections.length + 1;
  const image = new Uint8Array(end + count * section);
  const view = new DataView(image.buffer);
  const natural = (at: number, value: number): void =>
    wide ? view.setBigUint64(at, BigInt(value), true) : view.setUint32(at, value, true);
  image.set([0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, 1, 1]);
  view.setUint16(16, 2, true);
  view.setUint16(18, wide ? 62 : 3, true);
  natural(24, entry);
  natural(wide ? 32 : 28, header);
  natural(wide ? 40 : 32, count === 0 ? 0 : sectionTable);
  const sizes = [header, program, segments.length, section, count, 0];
  sizes.forEach((value, n) => {
    view.setUint16((wide ? 52 : 40) + 2 * n, value, true);
  });
  placed.forEach(({ virtual, physical, bytes, memorySize = bytes.length, type = 1, offset }, n) => {
    const at = header + n * program;
    image.set(bytes, offset);
    view.setUint32(at, type, true);
    const fields = [offset, virtual ?? physical, physical, bytes.length, memorySize];
    fields.forEach((value, m) => {
      natural(at + (wide ? 8 + 8 * m : 4 + 4 * m), value);
    });
  });
  placedSections.forEach(({ type, bytes, offset }, n) => {
    const at = sectionTable + (n + 1) * section;
    image.set(bytes, offset);
    view.setUint32(at + 4, type, true);
    natural(at + (wide ? 24 : 16), offset);
    natural(at + (wide ? 32 : 20), bytes.length);
  });
  return image;
}

/** A note, as PT_NOTE segments hold them. */
export function elfNote(owner: string, type: number, data: Uint8Array): Uint8Array {
  const name = new TextEncoder().encode(`${owner}\0`);
  const nameEnd = 12 + Math.ceil(name.length / 4) * 4;
  const bytes = new Uint8Array(nameEnd + Math.ceil(data.length / 4) * 4);
  bytes.set(words(name.length, data.length, type));
  bytes.set(name, 12);
  bytes.set(data, nameEnd);
  return bytes;
}

/** A multiboot header, for the beginning of what is loaded. */
export function multibootHeader(flags: number, ...fields: number[]): Uint8Array {
  return words(0x1badb002, flags, (-0x1badb002 - flags) >>> 0, ...fields);
}

/** A tag of a multiboot 2 header: type, flags, words. */
export type HeaderTag = readonly [type: number, flags: number, ...words: number[]];

/** A multiboot 2 header. */
export function multiboot2Header(...tags: HeaderTag[]): Uint8Array {
  const end: HeaderTag = [0, 0];
  const all = [...tags, end].flatMap(([type, flags, ...data]) => {
    const padding = data.length % 2 === 0 ? [] : [0];
    return [type | (flags << 16), 8 + 4 * data.length, ...data, ...padding];
  });
  const length = 16 + 4 * all.length;
  return words(0xe85250d6, 0, length, (-0xe85250d6 - length) >>> 0, ...all);
}

interface BzImageParts {
  readonly version?: number;
  readonly setupSectors?: number;
  readonly loadedHigh?: boolean;
  /** What is behind the real-mode part. */
  readonly code: Uint8Array;
  /** Offset and length in the code. */
  readonly payload?: readonly [offset: number, length: number];
  readonly relocatable?: boolean;
  readonly alignment?: number;
  readonly preferred?: number;
  readonly initSize?: number;
  readonly initrdMaximum?: number;
  readonly commandLineSize?: number;
  /** Code at the entry of the real-mode part. */
  readonly setupCode?: Uint8Array;
}

/** A bzImage. */
export function bzImage(parts: BzImageParts): Uint8Array {
  const { version = 0x20f, setupSectors = 4, loadedHigh = true, code, payload = [0, 0], relocatable = true } = parts;
  const setupSize = (setupSectors + 1) * 512;
  const image = new Uint8Array(setupSize + code.length);
  const view = new DataView(image.buffer);
  image[0x1f1] = setupSectors;
  view.setUint16(0x1fe, 0xaa55, true);
  // A jump over the header.
  image.set([0xeb, 0x268 - 0x202], 0x200);
  view.setUint32(0x202, 0x53726448, true);
  view.setUint16(0x206, version, true);
  image[0x211] = loadedHigh ? 1 : 0;
  view.setUint32(0x214, loadedHigh ? 0x100000 : 0x1000, true);
  view.setUint32(0x22c, parts.initrdMaximum ?? 0x7fffffff, true);
  view.setUint32(0x230, parts.alignment ?? 0x100000, true);
  image[0x234] = relocatable ? 1 : 0;
  view.setUint32(0x238, parts.commandLineSize ?? 2047, true);
  view.setUint32(0x248, payload[0], true);
  view.setUint32(0x24c, payload[1], true);
  view.setBigUint64(0x258, BigInt(parts.preferred ?? 0x100000), true);
  view.setUint32(0x260, parts.initSize ?? 0x10000, true);
  image.set(parts.setupCode ?? Uint8Array.of(0xf4), 0x268);
  image.set(code, setupSize);
  return image;
}
