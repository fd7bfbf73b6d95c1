import { didYouMean, showValue, VmError } from '@picovm/core';
import { CPU_FEATURES, type CpuFeature } from './features.ts';
import { type CpuModelTable, checkModelTable, meantModel, modelNamed, unknownFeature } from './model-table.ts';
import { CPU_MODELS, type CpuModel, featuresOf } from './models.ts';

/** The name of a processor: its model, and what features it has more or fewer, as in `pentium3+sse2-pse36`. */
export function nameOf(base: CpuModel, features: ReadonlySet<CpuFeature>): string {
  const own = featuresOf(base);
  const added = CPU_FEATURES.filter((feature) => features.has(feature) && !own.has(feature));
  const removed = CPU_FEATURES.filter((feature) => own.has(feature) && !features.has(feature));
  return [base, ...added.map((feature) => `+${feature}`), ...removed.map((feature) => `-${feature}`)].join('');
}

/**
 * Reads a model from text: its name, and behind it features to add and to remove, as in `486` or `pentium3+sse2-pse36`. The
 * names in states of a vCPU are such text.
 * @returns what `interp` takes as `cpuModel`
 * @throws VmError `ERR_INVALID_ARGUMENT` if there is no such model or feature; what cannot be together, `interp` finds
 */
export function parseCpuModel(text: string): CpuModel | CpuModelTable {
  const [, name, changes] = /^([^+-]*)((?:[+-][^+-]+)*)$/.exec(typeof text === 'string' ? text : '+') ?? [];
  if (name === undefined) {
    const message = `${showValue(text)} is no CPU model: write it like pentium3 or pentium3+sse2-pse36`;
    throw new VmError('ERR_INVALID_ARGUMENT', message, { text });
  }
  if (changes === '') return modelNamed(name);
  const features = changes.match(/[+-][^+-]+/g) ?? [];
  const unknown = features.find((change) => !CPU_FEATURES.includes(change.slice(1) as CpuFeature))?.slice(1);
  // As in `pentium-3`, which is no Pentium without a feature called 3.
  if (unknown !== undefined && didYouMean(unknown, CPU_FEATURES) === '') {
    const meant = meantModel(text);
    if (meant !== '') throw new VmError('ERR_INVALID_ARGUMENT', `there is no CPU model ${text}${meant}`, { text });
  }
  const base = modelNamed(name);
  if (unknown !== undefined) throw unknownFeature(unknown);
  const chosen = (sign: string): CpuFeature[] =>
    features.filter((change) => change[0] === sign).map((change) => change.slice(1) as CpuFeature);
  return { base, add: chosen('+'), remove: chosen('-') };
}

/** The age and the features of a processor by its name, or undefined if that is no name of one. */
export function featuresNamed(name: string): { model: number; features: ReadonlySet<CpuFeature> } | undefined {
  try {
    const parsed = parseCpuModel(name);
    const table = typeof parsed === 'string' ? { base: parsed } : parsed;
    return { model: CPU_MODELS.indexOf(modelNamed(table.base)), features: checkModelTable(table) };
  } catch {
    return undefined;
  }
}
