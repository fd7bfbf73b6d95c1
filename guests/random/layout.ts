import type { X86Registers, X86SegmentName } from '@picovm/core/x86';
import { Random } from '@picovm/testkit';

/** Memory from 0 on, as in a PC. All above, to the end of what real mode reaches, belongs to a device. */
export const RAM_BYTES = 0xa0000;
/** Behind the interrupt table: nothing is executed below. */
export const LOWEST_CODE = 0x1000;
/** The longest instruction. */
export const MAX_LENGTH = 15;

export const HLT = 0xf4;
/** The interrupt table leads vector N to `HANDLERS:N * HANDLER_BYTES`. */
export const HANDLERS = 0x9800;
const HANDLER_BYTES = 0x80;

/** Physical address of an offset in a real-mode segment. */
export function physical(segment: number, offset: number): number {
  return segment * 16 + offset;
}

/** What memory holds before a program is put into it: the same random bytes for all, and the interrupt table. */
export function baseImage(): Uint8Array {
  const bytes = new Uint8Array(RAM_BYTES);
  const words = new Uint32Array(bytes.buffer);
  new Random(1).fill(bytes);
  for (let vector = 0; vector < 256; vector++) words[vector] = (HANDLERS << 16) | (vector * HANDLER_BYTES);
  return bytes;
}

/** A random program: memory beside the {@link baseImage}, and the state in which it begins. It ends with a HLT. */
export interface Program {
  /** Repeats it. */
  readonly seed: number;
  /** Bytes by physical address. */
  readonly patches: ReadonlyMap<number, number>;
  readonly registers: Readonly<Partial<X86Registers>>;
  readonly selectors: Readonly<Record<X86SegmentName, number>>;
  readonly steps: readonly Step[];
}

/** One instruction that a program executes. */
export interface Step {
  readonly segment: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
  /** All registers before it. */
  readonly registers: string;
  readonly mnemonic: string;
  /** Bits of RFLAGS that are undefined behind it. */
  readonly undefinedFlags: number;
  /** The vector of the exception that it raised. */
  readonly exception: number | undefined;
}
