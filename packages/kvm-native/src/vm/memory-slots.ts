import { type Arena, type DirtySource, type MemoryRegion, PAGE_SIZE, VmError } from '@picovm/core';
import type { KvmVm } from '../ioctls/kvm-vm.ts';
import { KVM_MEM_LOG_DIRTY_PAGES, KVM_MEM_READONLY } from '../native/constants.ts';

/** The memory slots of a VM: which region is in which, and KVM's log of the pages that the guest wrote. */
export class MemorySlots implements DirtySource {
  readonly #vm: KvmVm;
  readonly #arena: Arena;
  readonly #slots = new Map<MemoryRegion, number>();
  readonly #logged = new Set<MemoryRegion>();
  #disposed = false;

  constructor(vm: KvmVm, arena: Arena) {
    this.#vm = vm;
    this.#arena = arena;
  }

  /**
   * Puts a region into a free slot until the result is disposed.
   * @throws VmError `ERR_KVM`, `ERR_INVALID_ARGUMENT` if it is mapped already
   */
  map(region: MemoryRegion): Disposable {
    if (this.#slots.has(region)) {
      throw new VmError('ERR_INVALID_ARGUMENT', `memory region ${region.name} is mapped already`);
    }
    const slot = this.#freeSlot();
    this.#set(slot, region, region.size);
    this.#slots.set(region, slot);
    return {
      [Symbol.dispose]: () => {
        if (this.#disposed || this.#slots.get(region) !== slot) return;
        this.#set(slot, region, 0);
        this.#slots.delete(region);
      },
    };
  }

  start(region: MemoryRegion): void {
    if (region.readonly) return;
    this.#logged.add(region);
    this.#update(region);
  }

  stop(region: MemoryRegion): void {
    if (this.#logged.delete(region)) this.#update(region);
  }

  collect(region: MemoryRegion, bitmap: Uint8Array): void {
    const slot = this.#slots.get(region);
    if (this.#disposed || slot === undefined || !this.#logged.has(region)) return;
    const written = new Uint8Array(Math.ceil(region.size / PAGE_SIZE / 64) * 8);
    this.#vm.getDirtyLog(slot, written);
    for (let i = 0; i < bitmap.length; i++) bitmap[i] |= written[i];
  }

  /** The VM is closed, and with it all its slots. */
  dispose(): void {
    this.#disposed = true;
  }

  #update(region: MemoryRegion): void {
    const slot = this.#slots.get(region);
    if (slot !== undefined && !this.#disposed) this.#set(slot, region, region.size);
  }

  #set(slot: number, region: MemoryRegion, size: number): void {
    const flags =
      (region.readonly ? KVM_MEM_READONLY : 0) | (this.#logged.has(region) && size > 0 ? KVM_MEM_LOG_DIRTY_PAGES : 0);
    const { memory } = this.#arena;
    const { base: guestPhysAddr, arenaOffset: offset } = region;
    this.#vm.setUserMemoryRegion({ slot, flags, guestPhysAddr, memorySize: size, memory, offset });
  }

  #freeSlot(): number {
    const used = new Set(this.#slots.values());
    let slot = 0;
    while (used.has(slot)) slot++;
    return slot;
  }
}
