import { X86_SEGMENTS, type X86DescriptorTable, type X86Segment, type X86SpecialRegisters } from '@picovm/core/x86';
import type { Random } from './random.test-util.ts';
import { PLACE } from './random-memory.test-util.ts';

/** Kinds of states: those of a mode, and those of none. */
export const MODES = [
  'real',
  'protected',
  'paged',
  'pae',
  'long',
  'compatibility',
  'virtual-8086',
  'anything',
] as const;
export type Mode = (typeof MODES)[number];

const [PE, ET, WP, PG] = [1n, 0x10n, 0x10000n, 0x80000000n];
const [PSE, PAE] = [0x10n, 0x20n];
const [LME, LMA] = [0x100n, 0x400n];
const CODE = 11;
const DATA = 3;
const BUSY_TSS = 11;
const LDT = 2;

/** Special registers of a mode; some of them changed to what makes no sense with the others. */
export function randomSpecial(random: Random, mode: Mode, start: X86SpecialRegisters): X86SpecialRegisters {
  const special = ofMode(random, mode, start);
  if (mode !== 'anything' && !random.oneIn(3)) return special;
  const changes = mode === 'anything' ? 12 : 1 + random.below(3);
  return Array.from({ length: changes }).reduce((state: X86SpecialRegisters) => changed(random, state), special);
}

function ofMode(random: Random, mode: Mode, start: X86SpecialRegisters): X86SpecialRegisters {
  const segments = Object.fromEntries(X86_SEGMENTS.map((name) => [name, segmentOf(random, mode, name === 'cs')]));
  const system = { ...start.tr, s: 0, present: 1, unusable: 0 };
  return {
    ...start,
    ...segments,
    tr: { ...system, type: BUSY_TSS, base: BigInt(PLACE.TSS), limit: 0x1ff, selector: 0x40 },
    ldt: { ...system, type: LDT, base: BigInt(PLACE.GDT), limit: 0xfff, selector: 0x48 },
    gdt: { base: BigInt(PLACE.GDT), limit: 0xfff },
    idt: { base: BigInt(mode === 'real' ? 0 : PLACE.IDT), limit: mode === 'real' ? 0x3ff : 0xfff },
    cr3: BigInt(PLACE.PAGE_TABLES),
    ...CONTROL[mode],
  };
}

const CONTROL: Readonly<Record<Mode, Pick<X86SpecialRegisters, 'cr0' | 'cr4' | 'efer'>>> = {
  real: { cr0: ET, cr4: 0n, efer: 0n },
  protected: { cr0: ET | PE, cr4: 0n, efer: 0n },
  'virtual-8086': { cr0: ET | PE, cr4: 0n, efer: 0n },
  paged: { cr0: ET | PE | PG | WP, cr4: PSE, efer: 0n },
  pae: { cr0: ET | PE | PG, cr4: PAE, efer: 0n },
  long: { cr0: ET | PE | PG | WP, cr4: PAE, efer: LME | LMA },
  compatibility: { cr0: ET | PE | PG, cr4: PAE, efer: LME | LMA },
  anything: { cr0: ET, cr4: 0n, efer: 0n },
};

function segmentOf(random: Random, mode: Mode, isCode: boolean): X86Segment {
  const flat = mode !== 'real' && mode !== 'virtual-8086';
  const long = mode === 'long' && isCode;
  const selector = flat ? 8 * (1 + random.below(16)) : random.below(0x1000);
  return {
    base: flat ? 0n : BigInt(selector * 16),
    limit: flat ? 0xffffffff : 0xffff,
    selector,
    type: isCode ? CODE : DATA,
    present: 1,
    dpl: mode === 'virtual-8086' ? 3 : 0,
    db: flat && !long ? 1 : 0,
    s: 1,
    l: long ? 1 : 0,
    g: flat ? 1 : 0,
    avl: 0,
    unusable: 0,
  };
}

// One register more that is anything.
function changed(random: Random, special: X86SpecialRegisters): X86SpecialRegisters {
  const name = random.pick(Object.keys(special) as (keyof X86SpecialRegisters)[]);
  const value = special[name];
  if (typeof value === 'bigint')
    return { ...special, [name]: random.oneIn(2) ? value ^ (1n << BigInt(random.below(64))) : random.wide() };
  return { ...special, [name]: 'selector' in value ? anySegment(random) : anyTable(random) };
}

function anyTable(random: Random): X86DescriptorTable {
  return { base: random.wide(), limit: random.next() & 0xffff };
}

function anySegment(random: Random): X86Segment {
  const bit = (): number => random.below(2);
  return {
    base: random.wide(),
    limit: random.next(),
    selector: random.next() & 0xffff,
    type: random.below(16),
    present: bit(),
    dpl: random.below(4),
    db: bit(),
    s: bit(),
    l: bit(),
    g: bit(),
    avl: bit(),
    unusable: bit(),
  };
}
