import type { CpuidLeaf } from './model-table.ts';
import type { CpuModel } from './models.ts';

/** How a model calls itself. */
export interface Identity {
  /** Family, model and stepping: EAX of CPUID leaf 1, and EDX after RESET (Intel SDM volume 2, CPUID). */
  readonly signature: number;
  /** The brand index: the low byte of EBX of leaf 1. */
  readonly brandIndex?: number;
  /** The brand string of leaves 80000002 to 80000004. */
  readonly brand?: string;
  /** What further leaves tell: caches and TLBs (2, 4, 80000006), the sizes of addresses (80000008). */
  readonly leaves?: readonly CpuidLeaf[];
}

/**
 * The steppings that the models are. Their caches are those of the real ones: a Pentium Pro with 256 KiB of L2 cache, a Pentium II
 * with 512, a Pentium III with 256, and a Pentium 4 with 1 MiB, which is one of the last without 64 bits.
 */
export const IDENTITIES: Readonly<Partial<Record<CpuModel, Identity>>> = {
  80386: { signature: 0x308 },
  80486: { signature: 0x421 },
  pentium: { signature: 0x521 },
  pentiummmx: { signature: 0x543 },
  pentiumpro: { signature: 0x619, leaves: [{ leaf: 2, eax: 0x03020101, edx: 0x06040a42 }] },
  pentium2: { signature: 0x652, leaves: [{ leaf: 2, eax: 0x03020101, edx: 0x0c040843 }] },
  pentium3: { signature: 0x686, brandIndex: 2, leaves: [{ leaf: 2, eax: 0x03020101, edx: 0x0c040882 }] },
  pentium4: {
    signature: 0xf41,
    brand: '              Intel(R) Pentium(R) 4 CPU 3.00GHz',
    leaves: [
      { leaf: 2, eax: 0x605b5001, edx: 0x007c7040 },
      { leaf: 3 },
      { leaf: 4, subleaf: 0, eax: 0x121, ebx: 0x01c0003f, ecx: 0x1f },
      { leaf: 4, subleaf: 1, eax: 0x143, ebx: 0x01c0103f, ecx: 0x3ff },
      { leaf: 0x80000006, ecx: 0x04006040 },
      { leaf: 0x80000008, eax: 0x2024 },
    ],
  },
};
