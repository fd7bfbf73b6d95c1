import type { ElfFile } from '../elf/parse-elf.ts';
import type { ImageReader } from '../image/image-reader.ts';
import type { Placement } from '../plan/placement.ts';

/** The section headers of an ELF file as multiboot passes them on. */
export interface ElfSections {
  readonly count: number;
  readonly entrySize: number;
  readonly names: number;
  /** The headers, with the addresses of the sections that were loaded for their sake. */
  readonly headers: Uint8Array;
}

const NOBITS = 8;

/**
 * Loads what of the sections is in no segment: symbols, strings, debug information. Kernels print traces with it.
 * @param shift what the image was moved by
 * @returns undefined if there are none, or they are not all in the file: a kernel starts without
 */
export function placeElfSections(
  file: ImageReader,
  elf: ElfFile,
  placement: Placement,
  shift = 0,
): ElfSections | undefined {
  const { offset, entrySize, count, names } = elf.sections;
  const wide = elf.bits === 64;
  if (count === 0 || entrySize < (wide ? 64 : 40) || offset + count * entrySize > file.length) return undefined;
  const headers = file.slice(offset, count * entrySize, 'the section headers').slice();
  const view = new DataView(headers.buffer);
  const get = (at: number): number => (wide ? Number(view.getBigUint64(at, true)) : view.getUint32(at, true));
  const set = (at: number, value: number): void =>
    wide ? view.setBigUint64(at, BigInt(value), true) : view.setUint32(at, value, true);
  const extra: { at: number; from: number; size: number }[] = [];
  let total = 0;
  for (let n = 0; n < count; n++) {
    const base = n * entrySize;
    const at = base + (wide ? 16 : 12);
    const [address, from, size] = [get(at), get(at + (wide ? 8 : 4)), get(at + (wide ? 16 : 8))];
    if (address !== 0) {
      if (shift !== 0) set(at, address + shift);
      continue;
    }
    if (size === 0 || view.getUint32(base + 4, true) === NOBITS) continue;
    extra.push({ at, from, size });
    total += Math.ceil(size / 16) * 16;
    // Sections do not overlap, so that all of them have at most what the file has.
    if (from + size > file.length || total > file.length + 16 * count) return undefined;
  }
  const bytes = new Uint8Array(total);
  const start = total === 0 ? 0 : placement.search(total, { align: 4096 });
  if (start === undefined) return undefined;
  let to = 0;
  for (const { at, from, size } of extra) {
    bytes.set(file.slice(from, size, 'a section'), to);
    set(at, start + to);
    to += Math.ceil(size / 16) * 16;
  }
  if (total > 0) placement.put('ELF sections', start, bytes);
  return { count, entrySize, names, headers };
}
