import { type ArenaMemory, VmError } from '@picovm/core';
import type { NativeVm } from '../native/addon.ts';
import { failedWith } from '../native/kvm-error.ts';
import { COALESCED_ZONE, type KvmCoalescedMmioZone } from '../structures/coalesced.ts';
import { checkObject } from '../structures/layout.ts';
import { ADDRESS } from '../structures/scalars.ts';
import { KvmExtensions } from './extensions.ts';

/** `struct kvm_userspace_memory_region`: what a slot of a VM's memory holds. */
export interface KvmUserspaceMemoryRegion {
  /** 0 up to what KVM_CAP_NR_MEMSLOTS answers; bits 16 to 31 are the address space, 1 for system-management mode. */
  readonly slot: number;
  /** KVM_MEM_LOG_DIRTY_PAGES and KVM_MEM_READONLY. Default 0. */
  readonly flags?: number;
  /** A multiple of 4096. */
  readonly guestPhysAddr: number;
  /** Bytes, a multiple of 4096. 0 deletes the slot. */
  readonly memorySize: number;
  /**
   * The memory, a `WebAssembly.Memory` that cannot grow, or that threads share; and where in it the region begins, a
   * multiple of 4096. The same memory may be in several slots, and in several VMs. Whether it can grow shows only when it
   * does: one that is refused for that is a page longer afterwards.
   */
  readonly memory: ArenaMemory;
  readonly offset?: number;
}

interface Range {
  readonly first: number;
  readonly end: number;
}

/** The VM ioctls for memory. */
export abstract class VmMemoryIoctls extends KvmExtensions<NativeVm> {
  readonly #slots = new Map<number, Range>();

  /**
   * Puts memory into a slot, changes its flags or its address, or deletes the slot. The memory is kept alive as long as the
   * guest can reach it.
   *
   * KVM_SET_USER_MEMORY_REGION (api.rst 4.35; KVM_CAP_USER_MEMORY; Linux 2.6.25).
   * @throws VmError `ERR_KVM`: EEXIST if another slot has some of these addresses, which `details.overlaps` names; EINVAL if
   *   a slot's size or memory changes, or one is deleted that there is not; `ERR_INVALID_ARGUMENT` for an alignment, a
   *   range outside the memory, or memory that could move (which has grown by a page then, see `memory`)
   */
  setUserMemoryRegion(region: KvmUserspaceMemoryRegion): void {
    checkObject('kvm_userspace_memory_region', region);
    const { slot, flags = 0, guestPhysAddr, memorySize, memory, offset = 0 } = region;
    try {
      this.call((native) => native.setUserMemoryRegion(slot, flags, guestPhysAddr, memory, offset, memorySize));
    } catch (error) {
      const overlap = failedWith(error, 'EEXIST') ? this.#overlapping(region) : undefined;
      throw overlap === undefined ? error : overlapError(region, overlap, error as VmError);
    }
    if (memorySize === 0) this.#slots.delete(slot);
    else this.#slots.set(slot, { first: guestPhysAddr, end: guestPhysAddr + memorySize });
  }

  #overlapping({ slot, guestPhysAddr, memorySize }: KvmUserspaceMemoryRegion): [number, Range] | undefined {
    return [...this.#slots].find(
      ([other, { first, end }]) =>
        other !== slot && sameSpace(other, slot) && guestPhysAddr < end && first < guestPhysAddr + memorySize,
    );
  }

  /**
   * The pages of a slot with KVM_MEM_LOG_DIRTY_PAGES that the guest wrote since the last call, or with
   * KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2 since they were cleared.
   *
   * KVM_GET_DIRTY_LOG (api.rst 4.8; Linux 2.6.22).
   * @param bitmap is filled: a bit a page, the lowest first, in whole 64-bit words
   * @throws VmError `ERR_KVM`: ENOENT if the slot has no log; `ERR_INVALID_ARGUMENT` if the bitmap is too short
   */
  getDirtyLog(slot: number, bitmap: Uint8Array): void {
    this.call((native) => native.getDirtyLog(slot, bitmap));
  }

  /**
   * Watches pages anew, and takes them out of the log. Needs KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2 to have been enabled.
   *
   * KVM_CLEAR_DIRTY_LOG (api.rst 4.117; KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2; Linux 5.2).
   * @param firstPage of the slot: a multiple of 64
   * @param numPages a multiple of 64, but up to the end of the slot
   * @param bitmap whose set bits are the pages, of which the first is `firstPage`
   * @throws VmError `ERR_KVM`: EINVAL for pages; ENOENT if the slot has no log; `ERR_INVALID_ARGUMENT`
   */
  clearDirtyLog(slot: number, firstPage: number, numPages: number, bitmap: Uint8Array): void {
    this.call((native) => native.clearDirtyLog(slot, firstPage, numPages, bitmap));
  }

  /**
   * Watches the pages anew that were taken from the rings of all vCPUs (`KvmVcpu.takeDirtyGfns`).
   *
   * KVM_RESET_DIRTY_RINGS (api.rst 8.29; KVM_CAP_DIRTY_LOG_RING; Linux 5.11).
   * @returns how many
   * @throws VmError `ERR_KVM`: EINVAL if there are no rings
   */
  resetDirtyRings(): number {
    return this.call((native) => native.resetDirtyRings());
  }

  /**
   * Where three pages are that KVM needs on Intel processors without unrestricted guests, and nobody else may use.
   *
   * KVM_SET_TSS_ADDR (api.rst 4.36; KVM_CAP_SET_TSS_ADDR; Linux 2.6.25).
   * @param address guest-physical, below 2^32
   * @throws VmError `ERR_KVM`: EINVAL, EEXIST; `ERR_INVALID_ARGUMENT`
   */
  setTssAddr(address: number): void {
    this.call((native) => native.setTssAddr(address));
  }

  /**
   * Likewise one page for a page table. Before the first vCPU is made.
   *
   * KVM_SET_IDENTITY_MAP_ADDR (api.rst 4.40; KVM_CAP_SET_IDENTITY_MAP_ADDR; Linux 2.6.32).
   * @param address guest-physical; 0 for FFFBC000H
   * @throws VmError `ERR_KVM`: EINVAL if there is a vCPU; `ERR_INVALID_ARGUMENT`
   */
  setIdentityMapAddr(address: number): void {
    this.set(ADDRESS, { value: address }, (native, bytes) => native.setIdentityMapAddr(bytes));
  }

  /**
   * Limits the pages that KVM takes for its own page tables.
   *
   * KVM_SET_NR_MMU_PAGES (api.rst 4.44 of Linux 3; KVM_CAP_MMU_SHADOW_CACHE_CONTROL; Linux 2.6.25).
   * @param pages 64 to 2^31 - 1
   * @throws VmError `ERR_KVM`: EINVAL for less; `ERR_INVALID_ARGUMENT`
   */
  setNrMmuPages(pages: number): void {
    this.call((native) => native.setNrMmuPages(pages));
  }

  /**
   * The limit. Not in newer kernels.
   *
   * KVM_GET_NR_MMU_PAGES (api.rst 4.45 of Linux 3; KVM_CAP_MMU_SHADOW_CACHE_CONTROL; Linux 2.6.25).
   * @throws VmError `ERR_KVM`: ENOTTY or EINVAL where it is gone
   */
  getNrMmuPages(): number {
    return this.call((native) => native.getNrMmuPages());
  }

  /**
   * Lets writes to a range wait in a ring, without an exit, until somebody looks there: `KvmVcpu.takeCoalescedMmio`.
   *
   * KVM_REGISTER_COALESCED_MMIO (api.rst 4.116; KVM_CAP_COALESCED_MMIO; Linux 2.6.27).
   * @param zone ports need KVM_CAP_COALESCED_PIO (Linux 4.20)
   * @throws VmError `ERR_KVM`: EINVAL, ENOSPC; `ERR_INVALID_ARGUMENT`
   */
  registerCoalescedMmio(zone: KvmCoalescedMmioZone): void {
    this.set(COALESCED_ZONE, zone, (native, bytes) => native.registerCoalescedMmio(bytes));
  }

  /**
   * Takes back what lies in a range. What is in the ring stays there.
   *
   * KVM_UNREGISTER_COALESCED_MMIO (api.rst 4.116; KVM_CAP_COALESCED_MMIO; Linux 2.6.27).
   * @throws VmError `ERR_KVM`: EINVAL; `ERR_INVALID_ARGUMENT`
   */
  unregisterCoalescedMmio(zone: KvmCoalescedMmioZone): void {
    this.set(COALESCED_ZONE, zone, (native, bytes) => native.unregisterCoalescedMmio(bytes));
  }
}

/** The number of the address space is in the upper half. */
function sameSpace(slot: number, other: number): boolean {
  return slot >>> 16 === other >>> 16;
}

function overlapError(region: KvmUserspaceMemoryRegion, [slot, range]: [number, Range], error: VmError): VmError {
  const hex = (first: number, end: number): string => `0x${first.toString(16)} to 0x${(end - 1).toString(16)}`;
  const { guestPhysAddr, memorySize } = region;
  const wanted = hex(guestPhysAddr, guestPhysAddr + memorySize);
  const overlaps = { slot, guestPhysAddr: range.first, memorySize: range.end - range.first };
  return new VmError(
    'ERR_KVM',
    `${error.message}: ${wanted} of slot ${region.slot} overlaps ${hex(range.first, range.end)} of slot ${slot}`,
    { ...error.details, overlaps, cause: error.cause },
  );
}
