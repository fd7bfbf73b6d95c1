import { type CpuFeature, FEATURE_BITS } from './features.ts';
import { IDENTITIES } from './identities.ts';
import type { CpuidLeaf, CpuModelTable } from './model-table.ts';
import type { CpuModel } from './models.ts';

/** What CPUID leaves in EAX, EBX, ECX and EDX. */
export interface CpuidRegisters {
  eax: number;
  ebx: number;
  ecx: number;
  edx: number;
}

/** What a processor tells of itself by CPUID. */
export interface CpuidTable {
  /** EAX of leaf 1. */
  readonly signature: number;
  /** Leaves by their number, each with its sub-leaves. One for which no sub-leaf is named is that of all others. */
  readonly leaves: ReadonlyMap<number, readonly Required<CpuidLeaf>[]>;
  /** The highest basic leaf, and the highest extended one, or 0. */
  readonly lastBasic: number;
  readonly lastExtended: number;
}

const EXTENDED = 0x80000000;
/** Numbers from here on are no basic leaves. */
const BEYOND_BASIC = 0x40000000;
const ANY = -1;
const VENDOR = 'GenuineIntel';
const BRAND_BYTES = 48;
/** What CLFLUSH works on, in units of 8 bytes; and the bytes that MONITOR watches. */
const CLFLUSH_UNITS = 8;
const MONITOR_LINE = 64;
const NOTHING: CpuidRegisters = { eax: 0, ebx: 0, ecx: 0, edx: 0 };

/** Makes the table of a model. @param table what a processor of one's own has otherwise */
export function cpuidTable(base: CpuModel, features: ReadonlySet<CpuFeature>, table?: CpuModelTable): CpuidTable {
  const identity = IDENTITIES[base] ?? { signature: 0 };
  const signature = signatureOf(identity.signature, table ?? {});
  const leaves = new Map<number, Required<CpuidLeaf>[]>();
  const set = (leaf: CpuidLeaf): void => setLeaf(leaves, leaf);
  const vendor = wordsOf(table?.vendor ?? VENDOR, VENDOR.length);
  set({ leaf: 0, ebx: vendor[0], edx: vendor[1], ecx: vendor[2] });
  const flushed = features.has('clfsh') ? CLFLUSH_UNITS << 8 : 0;
  set({ leaf: 1, eax: signature, ebx: (identity.brandIndex ?? 0) | flushed, ...featureWords(features, 1) });
  for (const leaf of identity.leaves ?? []) set(leaf);
  if (features.has('monitor')) set({ leaf: 5, eax: MONITOR_LINE, ebx: MONITOR_LINE });
  if (features.has('nx')) set({ leaf: 0x80000001, ...featureWords(features, 0x80000001) });
  const brand = table?.brand ?? identity.brand;
  if (brand !== undefined) {
    const words = wordsOf(brand, BRAND_BYTES);
    for (let n = 0; n < 3; n++) {
      const [eax, ebx, ecx, edx] = words.slice(n * 4);
      set({ leaf: 0x80000002 + n, eax, ebx, ecx, edx });
    }
  }
  for (const leaf of table?.cpuid ?? []) set(leaf);
  const lastBasic = setLast(leaves, 0, BEYOND_BASIC, table);
  const isExtended = [...leaves.keys()].some((leaf) => leaf >= EXTENDED);
  const lastExtended = isExtended ? setLast(leaves, EXTENDED, 2 * EXTENDED, table) : 0;
  return { signature, leaves, lastBasic, lastExtended };
}

// The extended family counts on from 15; the extended model is the upper half of the model.
function signatureOf(own: number, { family, model, stepping }: CpuModelTable | Record<string, undefined>): number {
  const baseFamily = (own >> 8) & 15;
  const f = family ?? baseFamily + (baseFamily === 15 ? (own >> 20) & 0xff : 0);
  const m = model ?? ((own >> 4) & 15) | ((own >> 12) & 0xf0);
  const s = stepping ?? own & 15;
  return (Math.max(f - 15, 0) << 20) | ((m >> 4) << 16) | (Math.min(f, 15) << 8) | ((m & 15) << 4) | s;
}

// A sub-leaf comes before what is for all the others.
function setLeaf(leaves: Map<number, Required<CpuidLeaf>[]>, { leaf, subleaf = ANY, ...registers }: CpuidLeaf): void {
  const list = leaves.get(leaf) ?? [];
  const given = Object.fromEntries(Object.entries(registers).filter(([, value]) => value !== undefined));
  const own = { ...NOTHING, ...find(list, subleaf), ...given, leaf, subleaf };
  const others = list.filter((one) => one.subleaf !== subleaf);
  const all = subleaf === ANY ? [...others.map((one) => ({ ...one, ...given })), own] : [own, ...others];
  leaves.set(leaf, all);
}

function find(list: readonly Required<CpuidLeaf>[], subleaf: number): Required<CpuidLeaf> | undefined {
  return list.find((one) => one.subleaf === subleaf || one.subleaf === ANY);
}

// EAX of the first leaf tells the last one, which is what there is, or what the table says.
function setLast(
  leaves: Map<number, Required<CpuidLeaf>[]>,
  first: number,
  end: number,
  table: CpuModelTable | undefined,
): number {
  const said = table?.cpuid?.find(({ leaf, eax }) => leaf === first && eax !== undefined)?.eax;
  const last = said ?? Math.max(first, ...[...leaves.keys()].filter((leaf) => leaf >= first && leaf < end));
  setLeaf(leaves, { leaf: first, eax: last });
  return last;
}

function featureWords(features: ReadonlySet<CpuFeature>, leaf: number): Pick<CpuidLeaf, 'ecx' | 'edx'> {
  const words = { ecx: 0, edx: 0 };
  for (const feature of features) {
    const [at, register, bit] = FEATURE_BITS[feature];
    if (at === leaf) words[register] = (words[register] | (1 << bit)) >>> 0;
  }
  return words;
}

function wordsOf(text: string, length: number): number[] {
  const bytes = new DataView(new ArrayBuffer(length));
  for (let i = 0; i < text.length; i++) bytes.setUint8(i, text.charCodeAt(i));
  return Array.from({ length: length / 4 }, (_, i) => bytes.getUint32(i * 4, true));
}

/**
 * Answers CPUID. A leaf that there is not gives the data of the highest basic leaf (Intel SDM volume 2, CPUID).
 * @param limit the last basic leaf that the system lets be seen
 */
export function answerCpuid(
  table: CpuidTable,
  leaf: number,
  subleaf: number,
  limit: number,
  out: CpuidRegisters,
): void {
  const { leaves, lastExtended } = table;
  const lastBasic = Math.min(table.lastBasic, limit);
  const between = leaf >= BEYOND_BASIC && leaf < EXTENDED && leaves.has(leaf);
  const exists = leaf <= lastBasic || between || (leaf >= EXTENDED && leaf <= lastExtended);
  const { eax, ebx, ecx, edx } = find(leaves.get(exists ? leaf : lastBasic) ?? [], subleaf) ?? NOTHING;
  out.eax = leaf === 0 ? lastBasic : eax;
  out.ebx = ebx;
  out.ecx = ecx;
  out.edx = edx;
}
