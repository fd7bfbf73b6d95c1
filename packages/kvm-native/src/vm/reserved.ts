import type { MapEntry } from '@picovm/core';

// Intel CPUs without "unrestricted guest" run real mode in a virtual-8086 task, for which KVM needs four pages of
// guest-physical memory that nobody else uses: one for an identity map, three for a TSS. They end 16 MiB below 4 GiB,
// which leaves those to the firmware.
export const IDENTITY_MAP_ADDRESS = 0xfeffc000;
export const TSS_ADDRESS = 0xfeffd000;

const PAGES: readonly MapEntry[] = [
  { space: 'mmio', base: IDENTITY_MAP_ADDRESS, length: 0x4000, owner: "KVM's identity map and TSS", label: '' },
];

/** What KVM's interrupt controllers answer (Intel's 82371AB datasheet for the ports, SDM volume 3A, 11.4.1, for the local APIC). */
const CONTROLLERS: readonly MapEntry[] = [
  { space: 'port', base: 0x20, length: 2, owner: "KVM's first 8259A", label: '' },
  { space: 'port', base: 0xa0, length: 2, owner: "KVM's second 8259A", label: '' },
  { space: 'port', base: 0x4d0, length: 2, owner: "KVM's 8259A (edge or level)", label: '' },
  { space: 'mmio', base: 0xfec00000, length: 0x100, owner: "KVM's I/O APIC", label: '' },
  { space: 'mmio', base: 0xfee00000, length: 0x1000, owner: "KVM's local APIC", label: '' },
];

/** What KVM answers itself. @param controllers whether the interrupt controllers are in the kernel */
export function reservedRanges(controllers: boolean): readonly MapEntry[] {
  return controllers ? [...CONTROLLERS, ...PAGES] : PAGES;
}
