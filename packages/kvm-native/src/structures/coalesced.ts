import { bytesField, type Layout, layout, optional, physical, u32 } from './layout.ts';

/** `struct kvm_coalesced_mmio_zone`: where writes wait in the ring. */
export interface KvmCoalescedMmioZone {
  /** A guest-physical address, or the first port. */
  addr: number;
  /** Bytes, or ports. */
  size: number;
  /** 1 for ports. Default 0. */
  pio?: number;
}

export const COALESCED_ZONE: Layout<KvmCoalescedMmioZone> = layout<KvmCoalescedMmioZone>(
  'kvm_coalesced_mmio_zone',
  16,
  {
    addr: [0, physical],
    size: [8, u32],
    pio: [12, optional(u32)],
  },
);

/** `struct kvm_coalesced_mmio`: a write that waited in the ring. */
export interface KvmCoalescedMmio {
  /** The guest-physical address, or the port. */
  physAddr: number;
  /** Bytes: 1 to 8. */
  len: number;
  /** 1 for a port. */
  pio: number;
  /** 8 bytes, of which `len` count. */
  data: Uint8Array;
}

export const COALESCED_MMIO: Layout<KvmCoalescedMmio> = layout<KvmCoalescedMmio>('kvm_coalesced_mmio', 24, {
  physAddr: [0, physical],
  len: [8, u32],
  pio: [12, u32],
  data: [16, bytesField(8)],
});

/** KVM_COALESCED_MMIO_MAX: the ring has so many places, one of which stays empty. */
export const COALESCED_PLACES = 170;
