import { CR0 } from '@picovm/core/x86';

/** The processors that the interpreter can be, from the oldest on. */
export const CPU_MODELS = ['8086', '80186', '80286', '80386', '80486', 'pentium'] as const;

/**
 * A processor to be. Each has the instructions, the faults and the address lines of its own:
 * 8086 and 80186 have 20 address lines and wrap offsets at 64 KiB, the 80286 has 24 lines and checks segment limits,
 * the 80386 brings 32-bit operands and addresses, the 80486 and the Pentium their integer additions, and the FPU.
 */
export type CpuModel = (typeof CPU_MODELS)[number];

/** The age of a model: its place in {@link CPU_MODELS}. Later models compare greater. */
export const MODEL = { I8086: 0, I80186: 1, I80286: 2, I80386: 3, I80486: 4, PENTIUM: 5 } as const;

/** The address lines that a model drives, as a mask of physical addresses (an int32; -1 is all 32 lines). */
export function addressMask(model: number): number {
  if (model < MODEL.I80286) return 0xfffff;
  return model === MODEL.I80286 ? 0xffffff : -1;
}

/** Bits of CR0 that exist, by model. Others read as 0. */
export function cr0Bits(model: number): number {
  const basic = CR0.PE | CR0.MP | CR0.EM | CR0.TS;
  if (model < MODEL.I80286) return 0;
  if (model === MODEL.I80286) return basic;
  if (model === MODEL.I80386) return basic | CR0.ET | CR0.PG;
  return basic | CR0.ET | CR0.NE | CR0.WP | CR0.AM | CR0.NW | CR0.CD | CR0.PG;
}

/** Bits of CR4 that exist: of the Pentium VME, PVI, TSD, DE, PSE and MCE. */
export function cr4Bits(model: number): number {
  return model < MODEL.PENTIUM ? 0 : 0x5f;
}
