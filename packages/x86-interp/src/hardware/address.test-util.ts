import type { Case } from './case.test-util.ts';
import { extentOf } from './descriptors.test-util.ts';
import { CODE_PAGES, DATA_PAGES, GPR, PAGES_BYTES, SEGMENT, WINDOW, WINDOW_BYTES } from './layout.test-util.ts';

/** How often memory is where it cannot be used, or only in part: once in this many times for each kind of place. */
const ODDS = 40;
const BASE16 = [GPR.BX, GPR.BX, GPR.BP, GPR.BP, GPR.SI, GPR.DI, GPR.BP, GPR.BX];
const INDEX16 = [GPR.SI, GPR.DI, GPR.SI, GPR.DI, -1, -1, -1, -1];
const SPLIT = 3;

/** The linear address of an operand that a segment register leads to: in the window, mostly. */
export function place(c: Case, segment: number, bytes: number): number {
  const { random } = c;
  const { base, first, last } = extentOf(c.selectors[segment]);
  switch (random.below(ODDS)) {
    case 0:
      return DATA_PAGES + PAGES_BYTES - random.below(bytes + SPLIT);
    case 1:
      return DATA_PAGES - random.below(bytes + SPLIT);
    case 2:
      if (last === 0xffffffff) break;
      return base + last + 1 - random.below(bytes + SPLIT);
    case 3:
      return (base + first - random.below(bytes + SPLIT)) >>> 0;
    case 4:
      return CODE_PAGES + random.below(PAGES_BYTES - 2 * bytes);
    default:
  }
  const from = Math.max(WINDOW, base + first);
  const to = Math.min(WINDOW + WINDOW_BYTES, base + last + 1);
  const at = from + random.below(Math.max(to - from - bytes, 1));
  if (random.oneIn(8)) return (WINDOW & ~0xfff) + 0x1000 - random.below(bytes + 1);
  return random.oneIn(3) ? at : at & -16;
}

/** Whether 16-bit offsets lead to memory through a segment register. */
function isLow(c: Case, segment: number): boolean {
  return c.base(segment) !== 0;
}

// Any segment, or one that memory can be reached through.
function chooseSegment(c: Case, segment: number): number {
  const { random } = c;
  if (random.oneIn(5)) c.override = random.below(6);
  if (!c.address32 && !isLow(c, c.override < 0 ? segment : c.override)) c.override = SEGMENT.FS + random.below(2);
  return c.override < 0 ? segment : c.override;
}

/** Chooses an address and sets the registers for it. @returns ModR/M byte, SIB byte, displacement */
export function encodeMemory(c: Case, reg: number, bytes: number): number[] {
  return c.address32 ? encode32(c, reg, bytes) : encode16(c, reg, bytes);
}

/** The address of an operand at an offset that follows the opcode. @returns the offset */
export function encodeOffset(c: Case, bytes: number): number[] {
  const segment = chooseSegment(c, SEGMENT.DS);
  c.target = place(c, segment, bytes);
  return littleEndian(c.target - c.base(segment), c.address32 ? 4 : 2);
}

/** A memory operand whose address is in a register alone, as of string instructions. @returns its linear address */
export function pinAddress(c: Case, register: number, segment: number, bytes: number): number {
  const target = place(c, segment, bytes);
  c.pin(register, target - c.base(segment), c.address32);
  return target;
}

/** A segment prefix for an operand in DS, or none. @returns the segment register that counts */
export function overrideDs(c: Case): number {
  return chooseSegment(c, SEGMENT.DS);
}

function encode32(c: Case, reg: number, bytes: number): number[] {
  const { random } = c;
  let mod = random.below(3);
  const rm = random.below(8);
  const sib = rm === 4;
  let base = sib ? random.below(8) : rm;
  const scale = sib ? random.below(4) : 0;
  const index = sib ? random.below(8) : 4;
  const noBase = mod === 0 && base === 5;
  // A register that has another task, or is the index too, is what it is: the displacement makes the address.
  if (!noBase && mod !== 2 && (c.isPinned(base) || base === index)) mod = 2;
  const segment = chooseSegment(c, !noBase && (base === GPR.SP || base === GPR.BP) ? SEGMENT.SS : SEGMENT.DS);
  c.target = place(c, segment, bytes);
  if (noBase) base = -1;
  const displacement = mod === 1 ? random.below(256) - 128 : 0;
  const indexed = index === GPR.SP ? 0 : Math.imul(c.gpr(index), 1 << scale);
  let rest = c.target - c.base(segment) - indexed;
  if (base >= 0 && mod !== 2) {
    c.pin(base, rest - displacement);
    rest = displacement;
  } else if (base >= 0) {
    rest -= c.gpr(base);
  }
  const head = [(mod << 6) | (reg << 3) | rm];
  if (sib) head.push((scale << 6) | (index << 3) | (base < 0 ? 5 : base));
  if (noBase || mod === 2) return [...head, ...littleEndian(rest, 4)];
  return mod === 1 ? [...head, displacement & 0xff] : head;
}

function encode16(c: Case, reg: number, bytes: number): number[] {
  const { random } = c;
  let mod = random.below(3);
  const rm = random.below(8);
  const base = BASE16[rm];
  const index = INDEX16[rm];
  const absolute = mod === 0 && rm === 6;
  if (!absolute && mod !== 2 && c.isPinned(base)) mod = 2;
  const segment = chooseSegment(c, !absolute && base === GPR.BP ? SEGMENT.SS : SEGMENT.DS);
  c.target = place(c, segment, bytes);
  const displacement = mod === 1 ? random.below(256) - 128 : 0;
  let rest = c.target - c.base(segment);
  if (!absolute && index >= 0) rest -= c.gpr(index);
  if (!absolute && mod !== 2) {
    c.pin(base, rest - displacement, false);
    rest = displacement;
  } else if (!absolute) {
    rest -= c.gpr(base);
  }
  const head = [(mod << 6) | (reg << 3) | rm];
  if (absolute || mod === 2) return [...head, ...littleEndian(rest, 2)];
  return mod === 1 ? [...head, displacement & 0xff] : head;
}

/** A number as bytes. */
export function littleEndian(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => (value >>> (8 * i)) & 0xff);
}
