import type { ArenaMemory } from '@picovm/core';
/**
 * The addon (native/*.cc), typed. One class a kind of file descriptor, one method an ioctl. Kernel structures pass as
 * `Uint8Array`s of exactly their size; those with a count are a header and entries, of which there must be as many as it
 * says. What the kernel refuses is thrown as an `IoctlError`, arguments that cannot be right as a `TypeError` whose `code` is
 * ERR_INVALID_ARGUMENT; using something that was closed is an `IoctlError` with EBADF, and closing twice is harmless.
 */
export interface NativeAddon {
  /** Opens `/dev/kvm`, or whatever `path` names. */
  readonly KvmSystem: new (
    path: string,
  ) => NativeSystem;
  /** An eventfd: that many writes are in it; a semaphore is read one by one. */
  readonly KvmEventFd: new (
    initial: number,
    semaphore: boolean,
  ) => NativeEventFd;
  /** The vCPUs of a VM that run in threads of their own. `listener` is called from the event loop: see `wait`. */
  readonly KvmCrew: new (
    listener: () => void,
  ) => NativeCrew;
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

/** The ioctls that take nothing or one integer, and those that take a structure. They return what the ioctl does. */
type Plain<Name extends string> = { readonly [K in Name]: (value?: number) => number };
type Structured<Name extends string> = { readonly [K in Name]: (structure: Uint8Array) => number };

interface Closable {
  close(): void;
}

interface Attributes {
  hasDeviceAttr(group: number, attr: number): boolean;
  getDeviceAttr(group: number, attr: number): bigint;
}

/** `/dev/kvm`. */
export interface NativeSystem
  extends Plain<'getApiVersion' | 'getVcpuMmapSize' | 'checkExtension'>,
    Structured<
      | 'getMsrIndexList'
      | 'getMsrFeatureIndexList'
      | 'getMsrs'
      | 'getSupportedCpuid'
      | 'getEmulatedCpuid'
      | 'getSupportedHvCpuid'
      | 'x86GetMceCapSupported'
    >,
    Attributes,
    Closable {
  createVm(type: number): NativeVm;
}

/** A VM. */
export interface NativeVm
  extends Plain<
      | 'checkExtension'
      | 'setTssAddr'
      | 'setNrMmuPages'
      | 'getNrMmuPages'
      | 'setBootCpuId'
      | 'createIrqchip'
      | 'setTscKhz'
      | 'getTscKhz'
      | 'resetDirtyRings'
    >,
    Structured<
      | 'setIdentityMapAddr'
      | 'getIrqchip'
      | 'setIrqchip'
      | 'irqLine'
      | 'irqLineStatus'
      | 'signalMsi'
      | 'setGsiRouting'
      | 'createPit2'
      | 'getPit2'
      | 'setPit2'
      | 'reinjectControl'
      | 'getClock'
      | 'setClock'
      | 'registerCoalescedMmio'
      | 'unregisterCoalescedMmio'
      | 'setPmuEventFilter'
    >,
    Closable {
  /** Only of capabilities whose arguments are plain numbers. */
  enableCap(cap: Uint8Array): void;
  /**
   * Puts `size` bytes of `memory`, from `offset` on, at a guest-physical address; all three are multiples of 4096. The
   * memory is kept alive as long as it is mapped. It must not be able to grow, unless threads share it. Size 0 deletes the
   * slot.
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
  clearDirtyLog(slot: number, firstPage: number, pages: number, bitmap: Uint8Array): void;
  /** The descriptors in these structures are filled in. */
  irqfd(irqfd: Uint8Array, eventfd: NativeEventFd, resample: NativeEventFd | undefined): void;
  ioeventfd(ioeventfd: Uint8Array, eventfd: NativeEventFd): void;
  hypervEventfd(eventfd: Uint8Array, fd: NativeEventFd | undefined): void;
  /** `ranges` has three numbers of 32 bits for each: flags, how many registers, the first of them. */
  x86SetMsrFilter(flags: number, ranges: Uint8Array, bitmaps: readonly Uint8Array[]): void;
  /** @returns undefined with KVM_CREATE_DEVICE_TEST */
  createDevice(type: number, flags: number): NativeDevice | undefined;
  getStatsFd(): NativeStats;
  /** The range of `memory` becomes the vCPU's mailbox: a copy of its kvm_run. */
  createVcpu(id: number, memory: ArenaMemory, offset: number, size: number): NativeVcpu;
}

/** A vCPU. */
export interface NativeVcpu
  extends Plain<'nmi' | 'smi' | 'setTscKhz' | 'getTscKhz' | 'kvmclockCtrl'>,
    Structured<
      | 'getRegs'
      | 'setRegs'
      | 'getSregs'
      | 'setSregs'
      | 'getSregs2'
      | 'setSregs2'
      | 'getFpu'
      | 'setFpu'
      | 'getXsave'
      | 'getXsave2'
      | 'setXsave'
      | 'getXcrs'
      | 'setXcrs'
      | 'getDebugregs'
      | 'setDebugregs'
      | 'getVcpuEvents'
      | 'setVcpuEvents'
      | 'getMpState'
      | 'setMpState'
      | 'getLapic'
      | 'setLapic'
      | 'interrupt'
      | 'setGuestDebug'
      | 'translate'
      | 'getMsrs'
      | 'setMsrs'
      | 'getCpuid2'
      | 'setCpuid2'
      | 'getSupportedHvCpuid'
      | 'getRegList'
      | 'getNestedState'
      | 'setNestedState'
      | 'x86SetupMce'
      | 'x86SetMce'
      | 'tprAccessReporting'
      | 'setVapicAddr'
      | 'preFaultMemory'
    >,
    Attributes,
    Closable {
  /**
   * Enters the guest, with the answer to the last exit from the mailbox.
   * @param nanoseconds begins a slice of that length, of which `LONGEST_SLICE` is taken at most; 0 executes nothing, and
   *   only completes the instruction that the last exit interrupted; a negative number goes on with the slice
   * @returns the KVM_EXIT_* number, its fields in the mailbox: KVM_EXIT_INTR at the end of the slice, after a
   *   kick, and when 0 has completed everything; or a negative errno
   */
  readonly run: (nanoseconds: number) => number;
  /** Only of capabilities whose arguments are plain numbers. */
  enableCap(cap: Uint8Array): void;
  getOneReg(id: bigint): bigint;
  setOneReg(id: bigint, value: bigint): void;
  setDeviceAttr(group: number, attr: number, value: bigint): void;
  getStatsFd(): NativeStats;
  /** Fills in as many `struct kvm_coalesced_mmio` as there is room for. @returns how many there were */
  takeCoalesced(entries: Uint8Array): number;
  /** The same of `struct kvm_dirty_gfn`. */
  takeDirty(entries: Uint8Array): number;
}

/**
 * The threads of a VM's vCPUs (native/vcpu_thread.h). A vCPU's thread enters it between `resume` and `pause`, unless it is
 * held, or waits for an answer; meanwhile everything else is refused with EBUSY. The thread ends when the vCPU is closed.
 * Numbers that are none of a vCPU do nothing.
 */
export interface NativeCrew extends Closable {
  /** Gives a vCPU its thread. @returns its number in the crew */
  start(vcpu: NativeVcpu): number;
  resume(): void;
  /** Returns when no vCPU is in its guest any more. */
  pause(): void;
  /**
   * Waits until a vCPU asks something, and takes that one.
   * @param nanoseconds at most so long, and at most 10 ms
   * @returns its number; -1: the listener is called once one asks
   */
  wait(nanoseconds: number): number;
  /** What it left its guest for: as `NativeVcpu.run` returns it. */
  code(index: number): number;
  /** The answer is in its mailbox: it goes on. */
  proceed(index: number): void;
  /** Keeps a vCPU out of its guest until `release`; may be nested. Returns when it is out. */
  hold(index: number): void;
  release(index: number): void;
  /** Lets a vCPU that is held complete its instruction, if it has its answer. What that asks is asked as all else. */
  complete(index: number): void;
  /** The same, but what it asks or asked is forgotten. */
  discard(index: number): void;
}

/** A device of KVM_CREATE_DEVICE. */
export interface NativeDevice extends Closable {
  hasDeviceAttr(group: number, attr: number): boolean;
  setDeviceAttr(group: number, attr: number, descriptor: number): void;
}

/** The file of KVM_GET_STATS_FD. */
export interface NativeStats extends Closable {
  /** @returns how many bytes there were */
  read(offset: number, bytes: Uint8Array): number;
}

/** An eventfd. */
export interface NativeEventFd extends Closable {
  /** @returns false if the counter has no room for it */
  write(value: bigint): boolean;
  /** @returns 0 if there is nothing */
  read(): bigint;
  /** Calls back from the event loop, once, when there is something to read; again after `rearm`. */
  watch(callback: () => void): void;
  rearm(): void;
  unwatch(): void;
}

/** The longest slice that `run` takes at once, in nanoseconds (`VcpuState::kLongestSlice` in native/run.h). */
export const LONGEST_SLICE = 50e6;

/** Bytes of a vCPU's mailbox (native/mailbox.h): a page with a copy of kvm_run, and one with the data of its I/O. */
export const MAILBOX_SIZE = 8192;
/** Where in it the word is that is not 0 after `run` if writes wait in the ring of coalesced ones. */
export const COALESCED_OFFSET = 4088;
/** Where in it the word is that makes `run` return at the next instruction boundary while it is not 0. */
export const KICK_OFFSET = 4092;
/** Where in it the data of I/O are. */
export const RUN_DATA_OFFSET = 4096;
