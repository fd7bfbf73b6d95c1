import type { CpuidExit, ExitSink } from '@picovm/core';
import type { NativeSystem } from '../native/addon.ts';
import { ioctl, isIoctlError } from '../native/kvm-error.ts';
import type { XsaveLeaf } from './xsave-area.ts';

const HEADER_BYTES = 8;
const ENTRY_BYTES = 40;
/** Far more than any kernel has so far. */
const MOST_ENTRIES = 4096;

// Offsets in struct kvm_cpuid_entry2.
const FUNCTION = 0;
const INDEX = 4;
const EAX = 12;
const EBX = 16;
const ECX = 20;
const EDX = 24;

/** What KVM can answer to CPUID here: a `struct kvm_cpuid2` (KVM_GET_SUPPORTED_CPUID). */
export function supportedCpuid(system: NativeSystem): Uint8Array {
  for (let room = 128; ; room *= 2) {
    const table = new Uint8Array(HEADER_BYTES + room * ENTRY_BYTES);
    try {
      system.getSupportedCpuid(table);
      return table.slice(0, HEADER_BYTES + new DataView(table.buffer).getUint32(0, true) * ENTRY_BYTES);
    } catch (error) {
      if (isIoctlError(error) && error.code === 'E2BIG' && room < MOST_ENTRIES) continue;
      return ioctl(() => {
        throw error;
      });
    }
  }
}

/**
 * The table for one vCPU: what KVM supports, with the APIC id of this vCPU in place of that of the host CPU which
 * happened to be asked.
 */
export function cpuidOfVcpu(supported: Uint8Array, id: number): Uint8Array {
  const table = supported.slice();
  for (const entry of entries(table)) {
    const leaf = entry.getUint32(FUNCTION, true);
    if (leaf === 1) entry.setUint8(EBX + 3, id);
    else if (leaf === 0xb || leaf === 0x1f) entry.setUint32(EDX, id, true);
    else if (leaf === 0x8000001e) entry.setUint32(EAX, id, true);
  }
  return table;
}

/** The table with what `sink` makes of each of its entries. */
export function answeredCpuid(table: Uint8Array, sink: ExitSink): Uint8Array {
  const answered = table.slice();
  for (const entry of entries(answered)) {
    const exit: CpuidExit = {
      reason: 'cpuid',
      leaf: entry.getUint32(FUNCTION, true),
      subleaf: entry.getUint32(INDEX, true),
      eax: entry.getUint32(EAX, true),
      ebx: entry.getUint32(EBX, true),
      ecx: entry.getUint32(ECX, true),
      edx: entry.getUint32(EDX, true),
    };
    sink.cpuid(exit);
    entry.setUint32(EAX, exit.eax, true);
    entry.setUint32(EBX, exit.ebx, true);
    entry.setUint32(ECX, exit.ecx, true);
    entry.setUint32(EDX, exit.edx, true);
  }
  return answered;
}

/** What a table says of leaf 0DH: the components of XSAVE. */
export function xsaveLeaves(table: Uint8Array): XsaveLeaf[] {
  return [...entries(table)]
    .filter((entry) => entry.getUint32(FUNCTION, true) === 0xd)
    .map((entry) => ({
      subleaf: entry.getUint32(INDEX, true),
      eax: entry.getUint32(EAX, true),
      ebx: entry.getUint32(EBX, true),
      ecx: entry.getUint32(ECX, true),
      edx: entry.getUint32(EDX, true),
    }));
}

/** Whether two tables say the same. */
export function sameCpuid(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function* entries(table: Uint8Array): Generator<DataView> {
  for (let at = HEADER_BYTES; at < table.length; at += ENTRY_BYTES) {
    yield new DataView(table.buffer, table.byteOffset + at, ENTRY_BYTES);
  }
}
