import type { CpuidExit, ExitSink } from '@picovm/core';
import type { KvmCpuidEntry2 } from '../structures/cpuid.ts';
import type { XsaveLeaf } from './xsave-area.ts';

/**
 * The table for one vCPU: what KVM supports, with the APIC id of this vCPU in place of that of the host CPU which
 * happened to be asked.
 */
export function cpuidOfVcpu(supported: readonly KvmCpuidEntry2[], id: number): KvmCpuidEntry2[] {
  return supported.map((entry) => {
    const leaf = entry.function;
    if (leaf === 1) return { ...entry, ebx: ((entry.ebx & 0xffffff) | (id << 24)) >>> 0 };
    if (leaf === 0xb || leaf === 0x1f) return { ...entry, edx: id };
    if (leaf === 0x8000001e) return { ...entry, eax: id };
    return entry;
  });
}

/** The table with what `sink` makes of each of its entries. */
export function answeredCpuid(table: readonly KvmCpuidEntry2[], sink: ExitSink): KvmCpuidEntry2[] {
  return table.map((entry) => {
    const { function: leaf, index: subleaf, eax, ebx, ecx, edx } = entry;
    const exit: CpuidExit = { reason: 'cpuid', leaf, subleaf, eax, ebx, ecx, edx };
    sink.cpuid(exit);
    // A handler may well have computed with signed numbers.
    return { ...entry, eax: exit.eax >>> 0, ebx: exit.ebx >>> 0, ecx: exit.ecx >>> 0, edx: exit.edx >>> 0 };
  });
}

/** What a table says of leaf 0DH: the components of XSAVE. */
export function xsaveLeaves(table: readonly KvmCpuidEntry2[]): XsaveLeaf[] {
  return table
    .filter((entry) => entry.function === 0xd)
    .map(({ index, eax, ebx, ecx, edx }) => ({ subleaf: index, eax, ebx, ecx, edx }));
}

/** Whether two tables say the same. */
export function sameCpuid(a: readonly KvmCpuidEntry2[], b: readonly KvmCpuidEntry2[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
