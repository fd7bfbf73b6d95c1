import type { ImageReader } from '../image/image-reader.ts';
import type { ElfFile } from './parse-elf.ts';

/** The contents of the first note of an owner and a type, or undefined. Notes that are malformed end the search. */
export function findNote(file: ImageReader, elf: ElfFile, owner: string, type: number): Uint8Array | undefined {
  for (const { offset, fileSize } of elf.notes) {
    const end = offset + fileSize;
    for (let at = offset; at + 12 <= end; ) {
      const nameSize = file.u32(at, 'a note');
      const size = file.u32(at + 4, 'a note');
      const name = at + 12;
      const data = name + Math.ceil(nameSize / 4) * 4;
      if (data + size > end) break;
      const isOwner =
        nameSize === owner.length + 1 && [...owner].every((c, n) => file.bytes[name + n] === c.charCodeAt(0));
      if (isOwner && file.u32(at + 8, 'a note') === type) return file.slice(data, size, 'a note');
      at = data + Math.ceil(size / 4) * 4;
    }
  }
  return undefined;
}
