import type { ImageReader } from '../image/image-reader.ts';

/** A program header of type PT_LOAD or PT_NOTE. */
export interface ElfSegment {
  /** Its place in the file. */
  readonly offset: number;
  /** p_vaddr. */
  readonly virtual: bigint;
  /** p_paddr. */
  readonly physical: number;
  /** p_filesz. */
  readonly fileSize: number;
  /** p_memsz. */
  readonly memorySize: number;
}

/** What of an ELF file matters for starting it. */
export interface ElfFile {
  /** 32 or 64. */
  readonly bits: 32 | 64;
  /** e_entry. */
  readonly entry: bigint;
  /** To be loaded, with something in them. */
  readonly loads: readonly ElfSegment[];
  /** Holding notes. */
  readonly notes: readonly ElfSegment[];
  /** Where the section headers are, how many bytes one has, how many there are, and which has the names. */
  readonly sections: {
    readonly offset: number;
    readonly entrySize: number;
    readonly count: number;
    readonly names: number;
  };
}

const EXECUTABLE = 2;
const SHARED = 3;
const I386 = 3;
const X86_64 = 62;
const PT_LOAD = 1;
const PT_NOTE = 4;
/** No kernel has as many. */
const MOST_HEADERS = 256;

/** Whether it begins as an ELF file. */
export function isElf(bytes: Uint8Array): boolean {
  return bytes.length >= 52 && bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
}

/**
 * Reads the headers of an ELF file for x86 (System V ABI, chapters 4 and 5). All that they promise to be in the file is.
 * @throws VmError `ERR_INVALID_ARGUMENT`
 */
export function parseElf(file: ImageReader): ElfFile {
  const damaged = 'the file is damaged, or none of a kernel';
  if (!isElf(file.bytes)) file.refuse(0, 'it is no ELF file', 'give one that begins with 7F 45 4C 46');
  const bits = file.u8(4, 'the ELF class') === 2 ? 64 : 32;
  if (file.u8(4, 'the ELF class') > 2 || file.u8(5, 'the byte order') !== 1) {
    file.refuse(4, 'it is not a little-endian ELF file of 32 or 64 bits', 'build it for x86');
  }
  const type = file.u16(16, 'the ELF type');
  const machine = file.u16(18, 'the machine');
  if (machine !== I386 && machine !== X86_64) {
    file.refuse(18, `it is for machine ${machine}`, 'build it for i386 (3) or x86-64 (62)');
  }
  if (type !== EXECUTABLE && type !== SHARED) {
    file.refuse(16, `it is an ELF file of type ${type}`, 'link it: only executables (2 and 3) can be started');
  }
  const wide = bits === 64;
  const address = (at: number, what: string): number => (wide ? file.u64(at, what) : file.u32(at, what));
  const virtual = (at: number, what: string): bigint => (wide ? file.big(at, what) : BigInt(file.u32(at, what)));
  const table = address(wide ? 32 : 28, 'the place of the program headers');
  const size = file.u16(wide ? 54 : 42, 'the size of a program header');
  const count = file.u16(wide ? 56 : 44, 'the number of program headers');
  if (count > MOST_HEADERS) file.refuse(wide ? 56 : 44, `it has ${count} program headers`, damaged);
  if (count > 0 && size < (wide ? 56 : 32)) file.refuse(wide ? 54 : 42, `program headers of ${size} bytes`, damaged);
  const loads: ElfSegment[] = [];
  const notes: ElfSegment[] = [];
  for (let n = 0; n < count; n++) {
    const at = table + n * size;
    const kind = file.u32(at, `program header ${n}`);
    if (kind !== PT_LOAD && kind !== PT_NOTE) continue;
    const segment: ElfSegment = {
      offset: address(at + (wide ? 8 : 4), `program header ${n}`),
      virtual: virtual(at + (wide ? 16 : 8), `program header ${n}`),
      physical: address(at + (wide ? 24 : 12), `program header ${n}`),
      fileSize: address(at + (wide ? 32 : 16), `program header ${n}`),
      memorySize: address(at + (wide ? 40 : 20), `program header ${n}`),
    };
    file.check(segment.offset, segment.fileSize, `what program header ${n} loads`);
    if (kind === PT_NOTE) notes.push(segment);
    else if (segment.fileSize > segment.memorySize) {
      file.refuse(at, `program header ${n} has more bytes in the file than in memory`, damaged);
    } else if (segment.memorySize > 0) loads.push(segment);
  }
  if (loads.length === 0) file.refuse(table, 'it has nothing to load', 'link it with program headers (PT_LOAD)');
  const sections = {
    offset: address(wide ? 40 : 32, 'the place of the section headers'),
    entrySize: file.u16(wide ? 58 : 46, 'the size of a section header'),
    count: file.u16(wide ? 60 : 48, 'the number of section headers'),
    names: file.u16(wide ? 62 : 50, 'the section of names'),
  };
  return { bits, entry: virtual(24, 'the entry'), loads, notes, sections };
}
