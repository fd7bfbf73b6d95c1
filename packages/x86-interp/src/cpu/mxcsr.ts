import type { Cpu } from './cpu.ts';

/** Bits of MXCSR beside the exception flags and their masks, which are bits 0 to 5 and 7 to 12 (Intel SDM volume 1, section 10.2.3). */
export const MXCSR_BITS = { DAZ: 0x40, FTZ: 0x8000 } as const;

/** The bits of MXCSR that a processor has, as FXSAVE tells them: DAZ came with SSE2. */
export function mxcsrMask({ processor }: Cpu): number {
  return processor.features.has('sse2') ? 0xffff : 0xffff & ~MXCSR_BITS.DAZ;
}
