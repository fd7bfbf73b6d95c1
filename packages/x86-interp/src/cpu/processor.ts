import { type CpuidTable, cpuidTable } from './cpuid.ts';
import type { CpuFeature } from './features.ts';
import { nameOf } from './model-name.ts';
import { type CpuModelAlias, type CpuModelTable, checkModelTable, modelNamed } from './model-table.ts';
import { CPU_MODELS, type CpuModel, cr4Bits, featuresOf } from './models.ts';
import { type Msr, msrTable } from './msr-table.ts';

/** A processor, as the decoder and the instructions see it. */
export interface Processor {
  /** What it is called: a model, and what features it has more or fewer. */
  readonly name: string;
  /** Its age: see `MODEL`. */
  readonly model: number;
  readonly features: ReadonlySet<CpuFeature>;
  /** The bits of CR4 that it has; 0: it has no CR4. */
  readonly cr4: number;
  readonly cpuid: CpuidTable;
  /** Its model-specific registers, by their numbers. */
  readonly msrs: ReadonlyMap<number, Msr>;
}

const known = new Map<CpuModel, Processor>();

/**
 * The processor that a model is: there is one object a model, and one a call for a processor of one's own.
 * @throws VmError `ERR_INVALID_ARGUMENT` if there can be no such processor
 */
export function processorOf(option: CpuModel | CpuModelAlias | CpuModelTable): Processor {
  if (typeof option === 'object' && option !== null) {
    const features = checkModelTable(option);
    return makeProcessor(modelNamed(option.base), features, option);
  }
  const model = modelNamed(option);
  let processor = known.get(model);
  if (processor === undefined) {
    processor = makeProcessor(model, featuresOf(model));
    known.set(model, processor);
  }
  return processor;
}

function makeProcessor(base: CpuModel, features: ReadonlySet<CpuFeature>, table?: CpuModelTable): Processor {
  const model = CPU_MODELS.indexOf(base);
  return Object.freeze({
    name: nameOf(base, features),
    model,
    features,
    cr4: cr4Bits(model, features),
    cpuid: cpuidTable(base, features, table),
    msrs: features.has('msr') ? msrTable(model, features) : new Map<number, Msr>(),
  });
}
