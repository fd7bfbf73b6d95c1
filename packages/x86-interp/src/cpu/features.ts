/** A feature of a processor, under the name of its CPUID feature flag. */
export type CpuFeature =
  | 'fpu'
  | 'vme'
  | 'de'
  | 'pse'
  | 'tsc'
  | 'msr'
  | 'pae'
  | 'mce'
  | 'cx8'
  | 'sep'
  | 'mtrr'
  | 'pge'
  | 'mca'
  | 'cmov'
  | 'pat'
  | 'pse36'
  | 'clfsh'
  | 'mmx'
  | 'fxsr'
  | 'sse'
  | 'sse2'
  | 'sse3'
  | 'monitor'
  | 'movbe'
  | 'popcnt'
  | 'nx';

/**
 * What a processor may have beside its basic instructions, under the names of the CPUID feature flags, and where CPUID tells it:
 * leaf, register, bit (Intel SDM volume 2, CPUID).
 */
export const FEATURE_BITS: Readonly<Record<CpuFeature, readonly [leaf: number, register: 'ecx' | 'edx', bit: number]>> =
  {
    fpu: [1, 'edx', 0],
    vme: [1, 'edx', 1],
    de: [1, 'edx', 2],
    pse: [1, 'edx', 3],
    tsc: [1, 'edx', 4],
    msr: [1, 'edx', 5],
    pae: [1, 'edx', 6],
    mce: [1, 'edx', 7],
    cx8: [1, 'edx', 8],
    sep: [1, 'edx', 11],
    mtrr: [1, 'edx', 12],
    pge: [1, 'edx', 13],
    mca: [1, 'edx', 14],
    cmov: [1, 'edx', 15],
    pat: [1, 'edx', 16],
    pse36: [1, 'edx', 17],
    clfsh: [1, 'edx', 19],
    mmx: [1, 'edx', 23],
    fxsr: [1, 'edx', 24],
    sse: [1, 'edx', 25],
    sse2: [1, 'edx', 26],
    sse3: [1, 'ecx', 0],
    monitor: [1, 'ecx', 3],
    movbe: [1, 'ecx', 22],
    popcnt: [1, 'ecx', 23],
    nx: [0x80000001, 'edx', 20],
  };

/** All features. */
export const CPU_FEATURES: readonly CpuFeature[] = Object.freeze(Object.keys(FEATURE_BITS) as CpuFeature[]);

/** What a feature makes no sense without. */
export const FEATURE_NEEDS: Readonly<Partial<Record<CpuFeature, readonly CpuFeature[]>>> = {
  sep: ['msr'],
  mtrr: ['msr'],
  mca: ['msr', 'mce'],
  pat: ['msr'],
  pse36: ['pse'],
  mmx: ['fpu'],
  fxsr: ['fpu'],
  sse: ['fxsr', 'mmx'],
  sse2: ['sse'],
  sse3: ['sse2'],
  nx: ['pae', 'msr'],
};
