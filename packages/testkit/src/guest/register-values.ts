import type { VcpuDump } from '@picovm/core';
import { RFLAGS } from '@picovm/core/x86';

/** Registers and their parts, as the manuals name them, in lower case; single flags among them. */
export type RegisterName =
  | `${'a' | 'b' | 'c' | 'd'}${'l' | 'h'}`
  | `${'' | 'e' | 'r'}${'a' | 'b' | 'c' | 'd'}x`
  | `${'' | 'e' | 'r'}${'si' | 'di' | 'sp' | 'bp' | 'ip'}`
  | `${'si' | 'di' | 'sp' | 'bp'}l`
  | `r${8 | 9 | 10 | 11 | 12 | 13 | 14 | 15}${'' | 'd' | 'w' | 'b'}`
  | `${'' | 'e' | 'r'}flags`
  | `${'c' | 'p' | 'a' | 'z' | 's' | 't' | 'i' | 'd' | 'o'}f`
  | `${'c' | 'd' | 'e' | 'f' | 'g' | 's'}s`
  | `cr${0 | 2 | 3 | 4}`
  | 'efer';

/** Unsigned values by register. */
export type ExpectedRegisters = { readonly [R in RegisterName]?: number | bigint };

interface Part {
  /** The register of `VcpuDump` that it is a part of. */
  readonly whole: string;
  readonly shift: bigint;
  readonly bits: number;
}

/** What a register holds; undefined if there is none of this name. */
export function registerValue({ registers }: VcpuDump, name: string): { value: bigint; bits: number } | undefined {
  const { whole, shift, bits } = partOf(name);
  const value = Object.hasOwn(registers, whole) ? registers[whole] : undefined;
  return value === undefined ? undefined : { value: BigInt.asUintN(bits, value >> shift), bits };
}

function partOf(name: string): Part {
  const flag = name.length === 2 ? (RFLAGS as Readonly<Record<string, number>>)[name.toUpperCase()] : undefined;
  if (flag !== undefined) return { whole: 'rflags', shift: BigInt(Math.log2(flag)), bits: 1 };
  if (/^[c-gs]s$/.test(name)) return { whole: name, shift: 0n, bits: 16 };
  const half = /^([abcd])([lh])$/.exec(name);
  if (half !== null) return { whole: `r${half[1]}x`, shift: half[2] === 'h' ? 8n : 0n, bits: 8 };
  const low = /^([sd]i|[sb]p)l$/.exec(name);
  if (low !== null) return { whole: `r${low[1]}`, shift: 0n, bits: 8 };
  const numbered = /^(r\d+)([dwb])$/.exec(name);
  if (numbered !== null) return { whole: numbered[1], shift: 0n, bits: { d: 32, w: 16, b: 8 }[numbered[2]] as number };
  const named = /^([er]?)([abcd]x|[sd]i|[sb]p|ip|flags)$/.exec(name);
  if (named !== null) return { whole: `r${named[2]}`, shift: 0n, bits: { e: 32, r: 64 }[named[1]] ?? 16 };
  return { whole: name, shift: 0n, bits: 64 };
}
