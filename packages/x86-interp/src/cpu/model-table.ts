import { checkNames, didYouMean, showValue, VmError } from '@picovm/core';
import { CPU_FEATURES, type CpuFeature, FEATURE_NEEDS } from './features.ts';
import { CPU_MODELS, type CpuModel, featuresOf, MODEL } from './models.ts';

/** Another name of a model, as people say it. */
export type CpuModelAlias = '186' | '286' | '386' | '486';

/** What the other names stand for. */
const CPU_MODEL_ALIASES: Readonly<Record<CpuModelAlias, CpuModel>> = {
  '186': '80186',
  '286': '80286',
  '386': '80386',
  '486': '80486',
};

/** What CPUID answers to a leaf. What is not named stays as the model has it, or is 0. All are unsigned 32 bits. */
export interface CpuidLeaf {
  /** What EAX asks for. */
  readonly leaf: number;
  /** What ECX asks for; default: whatever it holds. */
  readonly subleaf?: number;
  readonly eax?: number;
  readonly ebx?: number;
  readonly ecx?: number;
  readonly edx?: number;
}

/** A processor of one's own: a model with other features, or one that calls itself something else. */
export interface CpuModelTable {
  /** The model that it is apart from that. It must be an 80486 or later, which have CPUID, if anything else is given. */
  readonly base: CpuModel | CpuModelAlias;
  /** Features that it has beside those of the model. */
  readonly add?: readonly CpuFeature[];
  /** Features of the model that it has not. The FPU is not one that can be added or removed. */
  readonly remove?: readonly CpuFeature[];
  /** The 12 ASCII characters of CPUID leaf 0: `GenuineIntel`. */
  readonly vendor?: string;
  /** Family of CPUID leaf 1, 0 to 270; the extended family is what it has beyond 15. */
  readonly family?: number;
  /** Model of CPUID leaf 1, 0 to 255; the extended model is its upper four bits. */
  readonly model?: number;
  /** Stepping of CPUID leaf 1, 0 to 15. */
  readonly stepping?: number;
  /** The up to 47 ASCII characters of CPUID leaves 80000002 to 80000004. */
  readonly brand?: string;
  /** Leaves of CPUID to add, or to answer otherwise. It changes what the guest is told, and not what the processor does. */
  readonly cpuid?: readonly CpuidLeaf[];
}

const KEYS: Record<keyof CpuModelTable, true> = {
  base: true,
  add: true,
  remove: true,
  vendor: true,
  family: true,
  model: true,
  stepping: true,
  brand: true,
  cpuid: true,
};
const LEAF_KEYS: Record<keyof CpuidLeaf, true> = {
  leaf: true,
  subleaf: true,
  eax: true,
  ebx: true,
  ecx: true,
  edx: true,
};
const REGISTER_MAX = 0xffffffff;
const NUMBERS = [
  ['family', 270],
  ['model', 255],
  ['stepping', 15],
] as const;
const VENDOR_LENGTH = 12;
const BRAND_LENGTH = 47;

/** The model of a name. @throws VmError `ERR_INVALID_ARGUMENT` if there is none */
export function modelNamed(name: unknown): CpuModel {
  if (CPU_MODELS.includes(name as CpuModel)) return name as CpuModel;
  if (typeof name === 'string' && Object.hasOwn(CPU_MODEL_ALIASES, name))
    return CPU_MODEL_ALIASES[name as CpuModelAlias];
  throw invalid(`there is no CPU model ${shown(name)}: they are ${CPU_MODELS.join(', ')}${meantModel(name)}`);
}

/** The end of a message about a name of a model that there is not: what was meant, or nothing. @param name anything */
export function meantModel(name: unknown): string {
  if (typeof name !== 'string' && typeof name !== 'number') return '';
  const known = [...CPU_MODELS, ...Object.keys(CPU_MODEL_ALIASES)];
  const plain = String(name)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
  const same = known.find((one) => [one, `i${one}`, `intel${one}`].includes(plain));
  if (same === undefined) return didYouMean(plain, known);
  return typeof name === 'number' ? `; did you mean '${same}'?` : `; did you mean ${same}?`;
}

// Names are shown as they would be written on a command line.
function shown(name: unknown): string {
  return typeof name === 'string' ? showValue(name).slice(1, -1) : showValue(name);
}

/** The error for a feature that there is not. */
export function unknownFeature(feature: unknown): VmError {
  const meant = typeof feature === 'string' ? didYouMean(feature, CPU_FEATURES) : '';
  return invalid(`there is no CPU feature ${shown(feature)}: they are ${CPU_FEATURES.join(', ')}${meant}`);
}

/**
 * The features of a processor of one's own.
 * @throws VmError `ERR_INVALID_ARGUMENT` for whatever in the table cannot be
 */
export function checkModelTable(table: CpuModelTable): ReadonlySet<CpuFeature> {
  checkNames('a CPU model', table, Object.keys(KEYS), 'field');
  const base = modelNamed(table.base);
  const others = Object.keys(table).filter((key) => key !== 'base' && table[key as keyof CpuModelTable] !== undefined);
  if (others.length > 0 && CPU_MODELS.indexOf(base) < MODEL.I80486) {
    const asked =
      table.add?.length || table.remove?.length ? 'features cannot be chosen' : `no ${others[0]} can be given`;
    throw invalid(`of the CPU model ${base} ${asked}, as it has no CPUID: that begins with the 80486`);
  }
  for (const [key, max] of NUMBERS) if (table[key] !== undefined) checkNumber(table[key], key, max);
  checkText(table.vendor, 'vendor', VENDOR_LENGTH, VENDOR_LENGTH);
  checkText(table.brand, 'brand', 0, BRAND_LENGTH);
  checkLeaves(table.cpuid ?? []);
  return chooseFeatures(base, table);
}

function chooseFeatures(base: CpuModel, { add = [], remove = [] }: CpuModelTable): ReadonlySet<CpuFeature> {
  for (const feature of [...listed(add, 'add'), ...listed(remove, 'remove')]) {
    if (!CPU_FEATURES.includes(feature)) throw unknownFeature(feature);
    if (feature === 'fpu') throw invalid('the CPU feature fpu can be neither added nor removed');
  }
  const both = add.find((feature) => remove.includes(feature));
  if (both !== undefined) throw invalid(`the CPU feature ${both} is both added and removed`);
  const features = new Set([...featuresOf(base), ...add]);
  for (const feature of remove) features.delete(feature);
  for (const feature of features) {
    const missing = FEATURE_NEEDS[feature]?.find((needed) => !features.has(needed));
    if (missing !== undefined)
      throw invalid(`the CPU feature ${feature} needs ${missing}, which the model would not have`);
  }
  return features;
}

function listed(features: readonly CpuFeature[], key: string): readonly CpuFeature[] {
  if (!Array.isArray(features)) throw invalid(`'${key}' of a CPU model is a list of features`);
  return features;
}

function checkLeaves(leaves: readonly CpuidLeaf[]): void {
  if (!Array.isArray(leaves)) throw invalid(`'cpuid' of a CPU model is a list of leaves`);
  for (const leaf of leaves) {
    checkNames('a leaf of CPUID', leaf, Object.keys(LEAF_KEYS), 'field');
    checkNumber(leaf.leaf, 'leaf', REGISTER_MAX);
    for (const [key, value] of Object.entries(leaf)) if (value !== undefined) checkNumber(value, key, REGISTER_MAX);
  }
}

function checkNumber(value: unknown, key: string, max: number): void {
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max) return;
  throw invalid(`'${key}' of a CPU model is an integer from 0 to ${max}, and not ${showValue(value)}`);
}

function checkText(text: unknown, key: string, min: number, max: number): void {
  if (text === undefined) return;
  const fits = typeof text === 'string' && text.length >= min && text.length <= max && /^[ -~]*$/.test(text);
  const length = min === max ? `${max}` : `at most ${max}`;
  if (!fits) throw invalid(`'${key}' of a CPU model has ${length} ASCII characters, and is not ${showValue(text)}`);
}

function invalid(message: string): VmError {
  return new VmError('ERR_INVALID_ARGUMENT', message);
}
