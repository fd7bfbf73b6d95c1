import { testAccelerator } from '@picovm/testkit';
import { test } from 'vitest';
import { type CpuModel, interp } from './index.ts';

const NO_CPUID = { 'CPUID is answered by the sink': 'the processor has no CPUID' };
const NO_MSRS = { 'unknown MSRs are answered by the sink, or fault': 'the processor has no RDMSR' };

/** The models that have the instructions of the kit's guests, and what they lack all the same. */
const LACKS: Readonly<Partial<Record<CpuModel, Readonly<Record<string, string>>>>> = {
  '80386': { ...NO_CPUID, ...NO_MSRS },
  '80486': NO_MSRS,
  pentium: {},
  pentium4: {},
};

for (const [model, skip] of Object.entries(LACKS)) {
  const cpuModel = model as CpuModel;
  testAccelerator({ test, accelerator: () => interp({ cpuModel }), name: `interp, ${cpuModel}`, skip });
}
