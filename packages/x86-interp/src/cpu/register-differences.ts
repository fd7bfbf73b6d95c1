import type { SnapshotDifference } from '@picovm/core';
import {
  CR0,
  resetSpecialRegisters,
  X86_SEGMENTS,
  type X86Registers,
  type X86SpecialRegisters,
} from '@picovm/core/x86';
import { cr0Bits, MODEL } from './models.ts';
import type { Processor } from './processor.ts';

const MAX_32 = 0xffffffffn;
/** Bit 21, ID, is the uppermost that any processor has. */
const RFLAGS_BITS = 0x3fffffn;
const EFER_NXE = 0x800n;

/** Adds a difference to a list of them, if something does not fit. */
type Check = (fits: boolean, what: string, snapshot: bigint, machine: string) => void;

function collect(look: (check: Check) => void): SnapshotDifference[] {
  const differences: SnapshotDifference[] = [];
  look((fits, what, value, machine) => {
    if (!fits) differences.push({ what, snapshot: `0x${value.toString(16)}`, machine });
  });
  return differences;
}

/** What of general registers, RIP and RFLAGS the interpreter cannot have. What is not given, fits. */
export function registerDifferences({ rip = 0n, rflags = 0n }: Partial<X86Registers>): SnapshotDifference[] {
  return collect((check) => {
    check(rip <= MAX_32, 'the register RIP', rip, '32 bits');
    check((rflags & ~RFLAGS_BITS) === 0n, 'the register RFLAGS', rflags, `the bits ${hex(RFLAGS_BITS)} alone`);
  });
}

/** What of special registers a processor cannot have: it has those of its model alone. What is not given, fits. */
export function specialDifferences(
  processor: Processor,
  special: Partial<X86SpecialRegisters>,
): readonly SnapshotDifference[] {
  return collect((check) => {
    checkControls(check, processor, special);
    for (const name of [...X86_SEGMENTS, 'tr', 'ldt'] as const) {
      const { base = 0n, l = 0 } = special[name] ?? {};
      check(base <= MAX_32, `the base of ${name.toUpperCase()}`, base, '32 bits');
      check(l === 0, `the L bit of ${name.toUpperCase()}`, 1n, 'none');
    }
    for (const name of ['gdt', 'idt'] as const) {
      const { base = 0n } = special[name] ?? {};
      check(base <= MAX_32, `the base of the ${name.toUpperCase()}`, base, '32 bits');
    }
  });
}

function checkControls(check: Check, processor: Processor, special: Partial<X86SpecialRegisters>): void {
  const { model } = processor;
  const { cr0 = 0n, cr2 = 0n, cr3 = 0n, cr4 = 0n, cr8 = 0n, efer = 0n } = special;
  // NW and CD are set after RESET, although the 80386 has no cache.
  const cr0Reset = model < MODEL.I80386 ? 0n : resetSpecialRegisters().cr0;
  const bits = {
    cr0: unsigned(cr0Bits(model)) | cr0Reset,
    cr4: unsigned(processor.cr4),
    efer: processor.features.has('nx') ? EFER_NXE : 0n,
  };
  const paging = model < MODEL.I80386 ? 0n : MAX_32;
  const has = (bit: number): boolean => (cr0 & BigInt(bit >>> 0)) !== 0n;
  check((cr0 & ~bits.cr0) === 0n, 'the register CR0', cr0, only(bits.cr0));
  check(!has(CR0.PG) || has(CR0.PE), 'CR0.PG without CR0.PE', cr0, 'PG only with PE');
  check(!has(CR0.NW) || has(CR0.CD), 'CR0.NW without CR0.CD', cr0, 'NW only with CD');
  check(cr2 <= paging, 'the register CR2', cr2, only(paging));
  check(cr3 <= paging, 'the register CR3', cr3, only(paging));
  check((cr4 & ~bits.cr4) === 0n, 'the register CR4', cr4, only(bits.cr4));
  check((efer & ~bits.efer) === 0n, 'the register EFER', efer, only(bits.efer));
  check(cr8 === 0n, 'the register CR8', cr8, only(0n));
}

function only(bits: bigint): string {
  if (bits === 0n) return 'none';
  return bits === MAX_32 ? '32 bits' : `the bits ${hex(bits)} alone`;
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}

function unsigned(bits: number): bigint {
  return BigInt(bits >>> 0);
}
