import { CR0 } from '@picovm/core/x86';
import type { CpuFeature } from './features.ts';

/** The processors that the interpreter can be, from the oldest on. */
export const CPU_MODELS = [
  '8086',
  '80186',
  '80286',
  '80386',
  '80486',
  'pentium',
  'pentiummmx',
  'pentiumpro',
  'pentium2',
  'pentium3',
  'pentium4',
] as const;
// Others go by the places in it.
Object.freeze(CPU_MODELS);

/**
 * A processor to be. Each has the instructions, the faults and the address lines of its own:
 * 8086 and 80186 have 20 address lines and wrap offsets at 64 KiB, the 80286 has 24 lines and checks segment limits,
 * the 80386 brings 32-bit operands and addresses, the 80486 and the Pentium their integer additions, and the FPU; from there on
 * models differ by their features (see {@link CPU_FEATURES}).
 */
export type CpuModel = (typeof CPU_MODELS)[number];

/** The age of a model: its place in {@link CPU_MODELS}. Later models compare greater. */
export const MODEL = {
  I8086: 0,
  I80186: 1,
  I80286: 2,
  I80386: 3,
  I80486: 4,
  PENTIUM: 5,
  PENTIUM_MMX: 6,
  PENTIUM_PRO: 7,
  PENTIUM_2: 8,
  PENTIUM_3: 9,
  PENTIUM_4: 10,
} as const;

// What each model has that the one before had not.
const ADDED: Readonly<Partial<Record<CpuModel, readonly CpuFeature[]>>> = {
  80486: ['fpu'],
  pentium: ['vme', 'de', 'pse', 'tsc', 'msr', 'mce', 'cx8'],
  pentiummmx: ['mmx'],
  pentiumpro: ['pae', 'mtrr', 'pge', 'mca', 'cmov'],
  pentium2: ['sep', 'pat', 'pse36', 'fxsr', 'mmx'],
  pentium3: ['sse'],
  pentium4: ['sse2', 'clfsh', 'sse3', 'monitor', 'nx'],
};
// The Pentium Pro came from another line than the Pentium with MMX.
const REMOVED: Readonly<Partial<Record<CpuModel, readonly CpuFeature[]>>> = { pentiumpro: ['mmx'] };

/** The features of a model. */
export function featuresOf(model: CpuModel): ReadonlySet<CpuFeature> {
  const features = new Set<CpuFeature>();
  for (const each of CPU_MODELS.slice(0, CPU_MODELS.indexOf(model) + 1)) {
    for (const feature of ADDED[each] ?? []) features.add(feature);
    for (const feature of REMOVED[each] ?? []) features.delete(feature);
  }
  return features;
}

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

// Bits of CR4 by the features that they belong to: VME and PVI, TSD, DE, PSE, PAE, MCE, PGE, OSFXSR, OSXMMEXCPT.
const CR4_BITS: Readonly<Partial<Record<CpuFeature, number>>> = {
  vme: 3,
  tsc: 4,
  de: 8,
  pse: 0x10,
  pae: 0x20,
  mce: 0x40,
  pge: 0x80,
  fxsr: 0x200,
  sse: 0x400,
};
/** PCE: RDPMC has no feature of its own. */
const CR4_PCE = 0x100;

/** Bits of CR4 that exist (Intel SDM volume 3A, section 2.5). 0: there is no CR4. */
export function cr4Bits(model: number, features: ReadonlySet<CpuFeature>): number {
  let bits = model >= MODEL.PENTIUM_MMX ? CR4_PCE : 0;
  for (const feature of features) bits |= CR4_BITS[feature] ?? 0;
  return bits;
}
