import { VmError } from '@picovm/core';
import {
  COALESCED_OFFSET,
  KICK_OFFSET,
  LONGEST_SLICE,
  type NativeCrew,
  type NativeVcpu,
  RUN_DATA_OFFSET,
} from '../native/addon.ts';
import { KVM_EXIT_INTR } from '../native/constants.ts';
import { COALESCED_MMIO, COALESCED_PLACES, type KvmCoalescedMmio } from '../structures/coalesced.ts';
import { DIRTY_GFN, type KvmDirtyGfn } from '../structures/dirty-gfn.ts';
import { KvmRun } from '../structures/kvm-run.ts';
import { invalid } from '../structures/layout.ts';
import { VcpuIoctls } from './vcpu-ioctls.ts';

/** KVM's rings have no more places. */
const DIRTY_GFNS_AT_ONCE = 65536;

/** For the addon: with the slice that is under way. */
const GO_ON = -1;

/** A vCPU: what `KvmVm.createVcpu` makes. Only the thread that made it can use it. */
export class KvmVcpu extends VcpuIoctls {
  /** What the last exit said, and where its answer goes. */
  readonly kvmRun: KvmRun;
  /**
   * One word: as long as it is not 0, the guest is not entered, but KVM_EXIT_INTR returned.
   * @internal
   */
  readonly kick: Int32Array;
  /**
   * One word: not 0 if writes waited in the VM's ring when this vCPU left its guest last.
   * @internal
   */
  readonly coalesced: Int32Array;
  /**
   * `run`, but what failed is a negative errno, and a time must be given: a negative one goes on with the slice.
   * @internal
   */
  readonly enter: NativeVcpu['run'];
  /** What a call without a time is to begin with. */
  #slice = LONGEST_SLICE;

  /**
   * Made by `KvmVm.createVcpu`.
   * @internal
   */
  constructor(native: NativeVcpu, buffer: ArrayBufferLike, offset: number) {
    super(native);
    this.enter = native.run;
    this.kvmRun = new KvmRun(buffer, offset, offset + RUN_DATA_OFFSET);
    this.kick = new Int32Array(buffer, offset + KICK_OFFSET, 1);
    this.coalesced = new Int32Array(buffer, offset + COALESCED_OFFSET, 1);
  }

  /**
   * Enters the guest, with the answer to the last exit from `kvmRun`, until it exits. What it exits for is in `kvmRun`, and
   * nothing is allocated. The thread does nothing else meanwhile. Signals of the process do not end it.
   *
   * KVM_RUN (api.rst 4.10; KVM_CAP_IMMEDIATE_EXIT; Linux 4.12).
   * @param nanoseconds at most so long, and at most 50 ms, so that a worker can be terminated; 0 executes nothing, and
   *   completes the instruction that the last exit interrupted. Without it, as many calls as it takes share 50 ms, because
   *   setting a timer costs a system call
   * @returns KVM_EXIT_*, and KVM_EXIT_INTR when the time was up
   * @throws VmError `ERR_KVM`: EFAULT for memory that cannot be reached, EBADF when the vCPU or its VM was closed;
   *   `ERR_INVALID_ARGUMENT` for a time that is negative, or no number
   */
  run(nanoseconds?: number): number {
    const code = this.enter(nanoseconds === undefined ? this.#slice : duration(nanoseconds));
    if (code < 0) throw refused(-code);
    this.#slice = code === KVM_EXIT_INTR ? LONGEST_SLICE : GO_ON;
    return code;
  }

  /**
   * Gives it a thread of its own. From then on only that thread enters the guest.
   * @returns its number in the crew
   * @throws VmError `ERR_KVM`
   * @internal
   */
  startThread(crew: NativeCrew): number {
    return this.call((native) => crew.start(native));
  }

  /**
   * What waits in the VM's ring of coalesced writes, the oldest first. It is empty after that.
   * @throws VmError `ERR_KVM`: ENXIO where there is no ring, EBADF when closed
   */
  takeCoalescedMmio(): KvmCoalescedMmio[] {
    const bytes = new Uint8Array(COALESCED_PLACES * COALESCED_MMIO.size);
    const count = this.takeCoalesced(bytes);
    return Array.from({ length: count }, (_, i) => COALESCED_MMIO.decode(bytes.subarray(i * COALESCED_MMIO.size)));
  }

  /**
   * The same, with nothing allocated for each.
   * @param bytes is filled with `struct kvm_coalesced_mmio`
   * @returns how many there were; no more than there is room for
   * @throws VmError `ERR_KVM` as `takeCoalescedMmio`
   * @internal
   */
  takeCoalesced(bytes: Uint8Array): number {
    return this.call((native) => native.takeCoalesced(bytes));
  }

  /**
   * What waits in this vCPU's ring of pages that it wrote, the oldest first; a page may be there more than once. Their
   * places are free, and the pages watched anew, after `KvmVm.resetDirtyRings`.
   *
   * KVM_CAP_DIRTY_LOG_RING (api.rst 8.29; Linux 5.11): to be enabled with the bytes of a ring, a power of 2 from 4096
   * on (16384 where the processor logs writes itself), before the first vCPU. A ring that is almost full ends `run` with KVM_EXIT_DIRTY_RING_FULL.
   * @param most at most so many
   * @throws VmError `ERR_KVM`: ENXIO if there is no ring, EBADF when closed; `ERR_INVALID_ARGUMENT`
   */
  takeDirtyGfns(most: number = DIRTY_GFNS_AT_ONCE): KvmDirtyGfn[] {
    if (!Number.isInteger(most) || most < 0 || most > DIRTY_GFNS_AT_ONCE) {
      throw invalid('most', `an integer from 0 to ${DIRTY_GFNS_AT_ONCE}`, most);
    }
    const bytes = new Uint8Array(most * DIRTY_GFN.size);
    const count = this.call((native) => native.takeDirty(bytes));
    return Array.from({ length: count }, (_, i) => DIRTY_GFN.decode(bytes.subarray(i * DIRTY_GFN.size)));
  }
}

// The addon takes what is no number for 0, and a loop around `run` would never enter the guest.
function duration(nanoseconds: number): number {
  if (typeof nanoseconds === 'number' && nanoseconds >= 0) return nanoseconds;
  throw invalid('nanoseconds', 'a number from 0 on', nanoseconds);
}

function refused(errno: number): VmError {
  const code = ERRNO[errno] ?? `errno ${errno}`;
  return new VmError('ERR_KVM', `KVM refused KVM_RUN with ${code}`, { ioctl: 'KVM_RUN', errno, code });
}

/** What KVM_RUN answers (errno-base.h). */
const ERRNO: Readonly<Record<number, string>> = {
  1: 'EPERM', 5: 'EIO', 8: 'ENOEXEC', 9: 'EBADF', 11: 'EAGAIN', 12: 'ENOMEM', 14: 'EFAULT', 16: 'EBUSY', 22: 'EINVAL',
  38: 'ENOSYS', 71: 'EPROTO', 133: 'EHWPOISON',
}; // biome-ignore format: a word a line would fill the page
