import { type ControlExit, type RunBudget, type VcpuThreads, VmError } from '@picovm/core';
import type { KvmVcpu } from '../ioctls/kvm-vcpu.ts';
import type { NativeCrew } from '../native/addon.ts';
import { KICKED, SLICE_END } from '../vcpu/control-exit.ts';
import type { Asker, VcpuThread } from '../vcpu/vcpu-thread.ts';
import type { CoalescedWrites } from './coalesced-writes.ts';
import { LookAgain } from './look-again.ts';

/**
 * Nanoseconds that the thread of the VM stays for more after a vCPU asked something. Who asks mostly asks again soon, and
 * waking that thread through its event loop takes longer than this.
 */
const LINGER = 50_000;

/** The vCPUs of a VM, each in a thread of its own. What they ask is answered in the thread that calls `run`. */
export class ThreadedVcpus implements VcpuThreads {
  quiet = false;
  exited = 0;
  wake: () => void = () => {};
  readonly #crew: NativeCrew;
  /** By their numbers in the crew. */
  readonly #askers: (Asker | undefined)[] = [];
  /** Those that wait for the next `run` to go on: it has returned their exit, or was kicked when they asked. */
  readonly #told = new Set<number>();
  /** Exits that came with the end of a run. */
  readonly #untold: { readonly index: number; readonly exit: ControlExit }[] = [];
  readonly #coalesced: CoalescedWrites;
  readonly #lookAgain: LookAgain;
  #going = false;
  #kicked = false;
  #answering = false;
  #closed = false;

  /** @param coalesced what is pushed into the sink between what the vCPUs ask */
  constructor(makeCrew: (listener: () => void) => NativeCrew, coalesced: CoalescedWrites) {
    this.#coalesced = coalesced;
    // Weakly, because the crew keeps its listener alive: a VM that nobody refers to any more would never be collected. For the
    // same reason no other function here may know of this object.
    const self = new WeakRef(this);
    this.#crew = makeCrew(() => self.deref()?.wake());
    this.#lookAgain = new LookAgain(coalesced, this);
  }

  /** Whether what the vCPUs ask is being answered: a handler is called, or soon will be. */
  get answering(): boolean {
    return this.#answering;
  }

  /** Gives a vCPU its thread. @throws VmError `ERR_KVM` */
  start(vcpu: KvmVcpu): VcpuThread {
    const crew = this.#crew;
    const index = vcpu.startThread(crew);
    const release: Disposable = {
      [Symbol.dispose]: () => {
        if (!this.#closed) crew.release(index);
      },
    };
    return {
      join: (asker) => {
        this.#askers[index] = asker;
      },
      hold: () => {
        crew.hold(index);
        return release;
      },
      complete: () => crew.complete(index),
      discard: () => {
        this.#answer(() => this.#coalesced.deliver());
        // By whom it was delivered to.
        if (this.#closed) return;
        crew.discard(index);
        this.#forget(index);
        this.#coalesced.forget();
      },
      kick: () => this.#kick(),
      run: (budget) => this.#answer(() => this.#runAndDeliver(budget)),
      going: () => this.#going || this.#answering,
    };
  }

  pause(): void {
    this.#lookAgain.stop();
    if (!this.#going) return;
    this.#answer(() => this.#pause());
    this.#going = false;
    this.quiet = false;
  }

  /** Nobody is listened to any more. The threads end with their vCPUs. */
  dispose(): void {
    this.#closed = true;
    this.#lookAgain.stop();
    this.#crew.close();
  }

  #answer<T>(action: () => T): T {
    if (this.#answering) throw new VmError('ERR_VM_RUNNING', 'run() was called while the vCPU runs');
    this.#answering = true;
    try {
      return action();
    } finally {
      this.#answering = false;
    }
  }

  #pause(): void {
    this.#crew.pause();
    for (;;) {
      const index = this.#crew.wait(0);
      if (index < 0) break;
      const exit = this.#serve(index);
      if (exit === undefined) this.#crew.proceed(index);
      else this.#untold.push({ index, exit });
    }
    this.#coalesced.deliver();
  }

  #runAndDeliver(budget: RunBudget): ControlExit {
    this.#lookAgain.stop();
    const exit = this.#run(budget);
    this.#coalesced.deliver();
    if (this.quiet && this.#coalesced.used && !this.#closed) this.#lookAgain.start();
    // By a write that waited until now: to who stops a run there, the vCPU has not come to its exit yet.
    if (exit !== KICKED && exit !== SLICE_END && this.#takeKick()) return this.#keep(this.exited, exit);
    return exit;
  }

  #run({ nanoseconds }: RunBudget): ControlExit {
    const end = performance.now() + nanoseconds / 1e6;
    this.quiet = false;
    this.exited = 0;
    if (this.#takeKick()) return KICKED;
    this.#resume();
    for (;;) {
      const untold = this.#untold.shift();
      if (untold !== undefined) return this.#tell(untold.index, untold.exit);
      const left = end - performance.now();
      if (!(left > 0)) return SLICE_END;
      const index = this.#crew.wait(Math.floor(Math.min(left * 1e6, LINGER)));
      if (index < 0) {
        this.quiet = true;
        return SLICE_END;
      }
      const exit = this.#serve(index);
      if (this.#takeKick()) {
        if (exit !== undefined) return this.#keep(index, exit);
        // Not one instruction behind the one that asked.
        this.#told.add(index);
        return KICKED;
      }
      if (exit !== undefined) return this.#tell(index, exit);
      this.#crew.proceed(index);
    }
  }

  #resume(): void {
    for (const asker of this.#askers) asker?.prepare();
    for (const index of this.#told) this.#crew.proceed(index);
    this.#told.clear();
    if (this.#going) return;
    this.#going = true;
    this.#crew.resume();
  }

  #serve(index: number): ControlExit | undefined {
    this.#lookAgain.soon();
    return this.#askers[index]?.serve(this.#crew.code(index));
  }

  #tell(index: number, exit: ControlExit): ControlExit {
    this.#told.add(index);
    this.exited = index;
    return exit;
  }

  // For the next run.
  #keep(index: number, exit: ControlExit): ControlExit {
    this.#told.delete(index);
    this.#untold.unshift({ index, exit });
    this.exited = 0;
    return KICKED;
  }

  #forget(index: number): void {
    this.#told.delete(index);
    for (let i = this.#untold.length - 1; i >= 0; i--) if (this.#untold[i].index === index) this.#untold.splice(i, 1);
  }

  #takeKick(): boolean {
    const kicked = this.#kicked;
    this.#kicked = false;
    return kicked;
  }

  #kick(): void {
    this.#kicked = true;
    this.wake();
  }
}
