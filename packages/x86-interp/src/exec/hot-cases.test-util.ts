import type { Random } from '@picovm/testkit';

// Random programs of the instructions that have cases in the hot switch, with operands that are mostly in memory.

// Bytes of a number whose bits are often all alike.
function bytesOf(random: Random, count: number): number[] {
  const all = random.pick([undefined, undefined, undefined, 0, 0xff]);
  return Array.from({ length: count }, () => all ?? random.below(256));
}

/** Where programs keep their data: pages that are accessed across their ends too. */
export const DATA = 0x20000;
const DATA_MASK = 0x1fff;

const ALU = [0x00, 0x08, 0x10, 0x18, 0x20, 0x28, 0x30, 0x38];
const PLAIN = [0x90, 0x98, 0x99, 0x9e, 0xa4, 0xa5, 0xaa, 0xab, 0xac, 0xad, 0xc9, 0xf8, 0xf9, 0xfc, 0xfd];
/** x87: opcode and ModR/M byte of register forms. */
const X87 = [
  [0xd9, 0xc0], [0xd9, 0xc8], [0xd9, 0xe0], [0xd9, 0xe1], [0xd9, 0xe8], [0xd9, 0xee], [0xd9, 0xfa], [0xd8, 0xc0], [0xd8, 0xc8],
  [0xd8, 0xd0], [0xd8, 0xd8], [0xd8, 0xe0], [0xd8, 0xe8], [0xd8, 0xf0], [0xd8, 0xf8], [0xdc, 0xc0], [0xdc, 0xc8], [0xdc, 0xe0],
  [0xdc, 0xe8], [0xdc, 0xf0], [0xdc, 0xf8], [0xde, 0xc0], [0xde, 0xc8], [0xde, 0xe0], [0xde, 0xe8], [0xde, 0xf0], [0xde, 0xf8],
  [0xdb, 0xf0], [0xdb, 0xe8], [0xdf, 0xf0], [0xdf, 0xe8], [0xda, 0xe9], [0xde, 0xd9], [0xdf, 0xe0], [0xdd, 0xd0], [0xdd, 0xd8],
  [0xdd, 0xe0], [0xdd, 0xe8],
]; // biome-ignore format: a table

/** One instruction, or a few that belong together. @param wide 32-bit code */
export function instruction(random: Random, wide: boolean): number[] {
  const z = (): number[] => bytesOf(random, wide ? 4 : 2);
  const rm = (reg = random.below(8)): number[] => operand(random, wide, reg);
  const width = random.below(2);
  switch (random.below(22)) {
    case 0:
    case 1:
    case 2:
      return [random.pick(ALU) + random.below(4), ...rm()];
    case 3:
      return random.below(2) === 0 ? [random.pick(ALU) + 4, ...bytesOf(random, 1)] : [random.pick(ALU) + 5, ...z()];
    case 4:
      return random.below(2) === 0
        ? [0x81, ...rm(), ...z()]
        : [random.pick([0x80, 0x83]), ...rm(), ...bytesOf(random, 1)];
    case 5:
      return [0x84 + width, ...rm()];
    case 6:
      return [random.pick([0x88, 0x89, 0x8a, 0x8b, 0x86, 0x87]), ...rm()];
    case 7:
      return width === 0 ? [0xc6, ...rm(0), ...bytesOf(random, 1)] : [0xc7, ...rm(0), ...z()];
    case 8:
      return [0x40 + random.pick([0, 1, 2, 3, 6, 7, 8, 9, 10, 11, 14, 15])];
    case 9:
      return [0xfe + width, ...rm(random.below(2))];
    case 10:
      return random.pick([
        [0xf6, ...rm(random.pick([2, 3, 4, 5]))],
        [0xf7, ...rm(random.pick([2, 3, 4, 5]))],
        [0xf6, ...rm(0), 0x55],
      ]);
    case 11:
      return [0xc0 + width, ...rm(random.pick([0, 1, 4, 5, 7])), random.below(40)];
    case 12:
      return [0xd0 + random.below(4), ...rm(random.pick([0, 1, 4, 5, 7]))];
    case 13:
      return [
        0x0f,
        random.pick([0xb6, 0xb7, 0xbe, 0xbf, 0xaf, 0x40 + random.below(16), 0x90 + random.below(16)]),
        ...rm(),
      ];
    case 14:
      return random.below(2) === 0 ? [0x69, ...rm(), ...z()] : [0x6b, ...rm(), ...bytesOf(random, 1)];
    case 15:
      return [0x8d, ...operand(random, wide, random.below(8), true)];
    case 16:
      return random.pick([
        [0x50 + random.below(8)],
        [0x58 + random.pick([0, 1, 2, 3, 6, 7])],
        [0x6a, ...bytesOf(random, 1)],
        [0xff, ...rm(6)],
      ]);
    case 17:
      return [random.pick(PLAIN)];
    case 18:
      // Over the instruction behind it, or not.
      return random.pick([
        [0x70 + random.below(16), 1, 0x90],
        [0xeb, 1, 0xf4],
        [0xe3, 1, 0x90],
        [0xe2, 1, 0x90],
      ]);
    case 19: {
      // A call of what follows the jump behind it, and a return from there.
      const jump = wide ? [0xe8, 2, 0, 0, 0] : [0xe8, 2, 0];
      return [...jump, 0xeb, 1, 0xc3];
    }
    case 20:
      return [
        random.pick([0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf]),
        ...operand(random, wide, random.pick([0, 0, 0, 2, 3]), true),
      ];
    default: {
      const [opcode, modrm] = random.pick(X87);
      return [
        opcode,
        modrm +
          random.below(
            opcode === 0xd9 && modrm >= 0xe0 ? 1 : modrm === 0xe9 || modrm === 0xd9 || modrm === 0xe0 ? 1 : 4,
          ),
      ];
    }
  }
}

// A ModR/M byte with what belongs to it.
function operand(random: Random, wide: boolean, reg: number, memory = false): number[] {
  const bits = reg << 3;
  if (!memory && random.below(3) === 0) return [0xc0 | bits | random.pick([0, 1, 2, 3, 6, 7])];
  const at = DATA + (random.below(4) === 0 ? 0xff8 + random.below(16) : random.below(DATA_MASK));
  if (wide) {
    if (random.below(2) === 0) return [bits | 5, at & 0xff, (at >> 8) & 0xff, at >> 16, 0];
    // [ESI+EBX*scale+disp8] and the like, as the registers happen to be.
    return [0x40 | bits | 4, random.pick([0x1e, 0x5e, 0x0f, 0x26, 0x3f]), random.below(256)];
  }
  if (random.below(2) === 0) return [bits | 6, at & 0xff, (at >> 8) & 0xff];
  return [0x40 | bits | random.pick([0, 1, 4, 5, 7]), random.below(256)];
}

/** Sets the registers that addresses are made of. */
export function pointers(random: Random, wide: boolean): number[] {
  return [3, 6, 7].flatMap((register) => {
    const value = register === 3 ? random.below(256) : (wide ? DATA : 0) + random.below(DATA_MASK);
    return [0xb8 + register, value & 0xff, (value >> 8) & 0xff, ...(wide ? [value >> 16, 0] : [])];
  });
}
