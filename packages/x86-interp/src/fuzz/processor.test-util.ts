import type { Random } from '@picovm/testkit';
import { CPU_FEATURES, type CpuFeature, FEATURE_NEEDS } from '../cpu/features.ts';
import { featuresOf } from '../cpu/models.ts';
import { CPU_MODELS, type CpuModel, type InterpOptions } from '../index.ts';

/** A processor for a guest: a model, or a table of features. */
export function randomProcessor(random: Random): NonNullable<InterpOptions['cpuModel']> {
  const model = random.oneIn(3) ? 'pentium4' : random.pick(CPU_MODELS);
  if (CPU_MODELS.indexOf(model) < CPU_MODELS.indexOf('80486') || random.oneIn(2)) return model;
  return ownTable(random, model);
}

function ownTable(random: Random, base: CpuModel): NonNullable<InterpOptions['cpuModel']> {
  const own = featuresOf(base);
  const wanted = new Set<CpuFeature>(own);
  for (const feature of CPU_FEATURES.filter((each) => each !== 'fpu')) {
    if (!random.oneIn(5)) continue;
    if (wanted.has(feature)) wanted.delete(feature);
    else wanted.add(feature);
  }
  // What a feature makes no sense without goes, or it goes itself.
  for (let changed = true; changed; ) {
    changed = false;
    for (const feature of wanted) {
      if ((FEATURE_NEEDS[feature] ?? []).every((needed) => wanted.has(needed))) continue;
      wanted.delete(feature);
      changed = true;
    }
  }
  const add = [...wanted].filter((feature) => !own.has(feature));
  const remove = [...own].filter((feature) => !wanted.has(feature));
  return { base, add, remove };
}
