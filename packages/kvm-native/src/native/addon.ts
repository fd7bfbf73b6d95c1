import type { ArenaMemory } from '@picovm/core';
/**
 * The addon (native/*.cc), typed. One class a kind of file descriptor, one method an ioctl. Kernel structures pass as
 * `Uint8Array`s of exactly their size. What the kernel refuses is thrown as an `IoctlError`, arguments that cannot be
 * right as a `TypeError`; using something that was closed is an `IoctlError` with EBADF, and closing twice is harmless.
 */
export interface NativeAddon {
  /** Opens `/dev/kvm`, or whatever `path` names. */
  readonly KvmSystem: new (
    path: string,
  ) => NativeSystem;
}

/** What the addon throws for a system call that failed. */
export interface IoctlError extends Error {
  /** The errno's name: `EINVAL`. */
  readonly code: string;
  /** The errno itself, positive. */
  readonly errno: number;
  /** The ioctl's name, or `open` or `mmap`. */
  readonly syscall: string;
}

/** `/dev/kvm`. */
export interface NativeSystem {
  getApiVersion(): number;
  /** @returns 0 if the capability is not there */
  checkExtension(capability: number): number;
  getVcpuMmapSize(): number;
  /** Fills a `struct kvm_cpuid2` and sets its `nent`; E2BIG if it has too few entries. */
  getSupportedCpuid(cpuid: Uint8Array): void;
  /** Fills a `struct kvm_msr_list`; E2BIG if it has too few entries, whose number is then in it. */
  getMsrIndexList(list: Uint8Array): void;
  createVm(): NativeVm;
  close(): void;
}

/** A VM. */
export interface NativeVm {
  /** @returns 0 if the capability is not there */
  checkExtension(capability: number): number;
  enableCap(capability: number, argument: number): void;
  setTssAddr(address: number): void;
  setIdentityMapAddr(address: number): void;
  /**
   * Puts `size` bytes of `memory`, from `offset` on, at a guest-physical address; all three are multiples of 4096. The
   * memory is kept alive as long as it is mapped. It must not be able to grow. Size 0 deletes the slot.
   */
  setUserMemoryRegion(
    slot: number,
    flags: number,
    guestPhysicalAddress: number,
    memory: ArenaMemory,
    offset: number,
    size: number,
  ): void;
  /** Fills `bitmap`, one bit a page in whole 64-bit words, with the pages written since the last call. */
  getDirtyLog(slot: number, bitmap: Uint8Array): void;
  /** The guest's paravirtual clock, in nanoseconds. */
  getClock(): bigint;
  setClock(nanoseconds: bigint): void;
  /** The range of `memory` becomes the vCPU's mailbox (mailbox.ts). */
  createVcpu(id: number, memory: ArenaMemory, offset: number, size: number): NativeVcpu;
  close(): void;
}

/** A vCPU. */
export interface NativeVcpu {
  /**
   * Enters the guest, with the answer to the last exit from the mailbox.
   * @param nanoseconds begins a slice of that length, of which `LONGEST_SLICE` is taken at most; 0 executes nothing, and
   *   only completes the instruction that the last exit interrupted; a negative number goes on with the slice
   * @returns the KVM_EXIT_* number, its fields in the mailbox: KVM_EXIT_INTR at the end of the slice, after a kick, and
   *   when 0 has completed everything; or a negative errno
   */
  readonly run: (nanoseconds: number) => number;
  getRegs(regs: Uint8Array): void;
  setRegs(regs: Uint8Array): void;
  getSregs(sregs: Uint8Array): void;
  setSregs(sregs: Uint8Array): void;
  /** The area has 4096 bytes, or as many as KVM_CAP_XSAVE2 of the VM says if those are more. */
  getXsave(xsave: Uint8Array): void;
  setXsave(xsave: Uint8Array): void;
  getXcrs(xcrs: Uint8Array): void;
  setXcrs(xcrs: Uint8Array): void;
  getDebugregs(debugregs: Uint8Array): void;
  setDebugregs(debugregs: Uint8Array): void;
  getVcpuEvents(events: Uint8Array): void;
  setVcpuEvents(events: Uint8Array): void;
  /** Fills in the values of the indices in a `struct kvm_msrs`. @returns how many: KVM stops at one that it does not have */
  getMsrs(msrs: Uint8Array): number;
  /** @returns how many KVM took, likewise */
  setMsrs(msrs: Uint8Array): number;
  /** Fills the 128 bytes of a `struct kvm_nested_state` with no data behind it; E2BIG if there are some. */
  getNestedState(state: Uint8Array): void;
  /** Takes the linear address in a `struct kvm_translation`, and fills in the rest. */
  translate(translation: Uint8Array): void;
  getCpuid2(cpuid: Uint8Array): void;
  setCpuid2(cpuid: Uint8Array): void;
  interrupt(vector: number): void;
  close(): void;
}

/** The longest slice that `run` takes at once, in nanoseconds (`VcpuState::kLongestSlice` in native/run.h). */
export const LONGEST_SLICE = 50e6;
