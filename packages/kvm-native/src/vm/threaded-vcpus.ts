import type { ControlExit, RunBudget, VcpuThreads } from '@picovm/core';
import type { KvmVcpu } from '../ioctls/kvm-vcpu.ts';
import type { NativeCrew } from '../native/addon.ts';
import { KICKED, SLICE_END } from '../vcpu/control-exit.ts';
import type { Asker, VcpuThread } from '../vcpu/vcpu-thread.ts';
import type { CoalescedWrites } from './coalesced-writes.ts';

/**
 * Nanoseconds that the thread of the VM stays for more after a vCPU asked something. Who asks mostly asks again soon, and
 * waking that thread through its event loop takes longer than this.
 */
const LINGER = 50_000;

/** Milliseconds after which writes that wait are looked for, while no vCPU asks anything. */
const LOOK_AGAIN = 10;

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
  #looking: NodeJS.Timeout | undefined;
  #going = false;
  #kicked = false;

  /** @param coalesced what is pushed into the sink between what the vCPUs ask */
  constructor(makeCrew: (listener: () => void) => NativeCrew, coalesced: CoalescedWrites) {
    this.#coalesced = coalesced;
    // Weakly, because the crew keeps its listener alive: a VM that nobody refers to any more would never be collected.
    const self = new WeakRef(this);
    this.#crew = makeCrew(() => self.deref()?.wake());
  }

  /** Gives a vCPU its thread. @throws VmError `ERR_KVM` */
  start(vcpu: KvmVcpu): VcpuThread {
    const crew = this.#crew;
    const index = vcpu.startThread(crew);
    const release: Disposable = { [Symbol.dispose]: () => crew.release(index) };
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
        crew.discard(index);
        this.#forget(index);
      },
      kick: () => this.#kick(),
      run: (budget) => this.#runAndDeliver(budget),
      going: () => this.#going,
    };
  }

  pause(): void {
    clearTimeout(this.#looking);
    if (!this.#going) return;
    this.#crew.pause();
    for (;;) {
      const index = this.#crew.wait(0);
      if (index < 0) break;
      const exit = this.#serve(index);
      if (exit === undefined) this.#crew.proceed(index);
      else this.#untold.push({ index, exit });
    }
    this.#coalesced.deliver();
    this.#going = false;
    this.quiet = false;
  }

  /** Nobody is listened to any more. The threads end with their vCPUs. */
  dispose(): void {
    clearTimeout(this.#looking);
    this.#crew.close();
  }

  #runAndDeliver(budget: RunBudget): ControlExit {
    clearTimeout(this.#looking);
    const exit = this.#run(budget);
    this.#coalesced.deliver();
    if (this.quiet && this.#coalesced.used) this.#lookAgain();
    return exit;
  }

  // Nobody tells that a guest wrote something that waits.
  #lookAgain(): void {
    this.#looking = setTimeout(() => {
      if (this.#coalesced.take()) this.wake();
      else this.#lookAgain();
    }, LOOK_AGAIN);
    this.#looking.unref();
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
      if (exit !== undefined) return this.#tell(index, exit);
      if (this.#takeKick()) {
        // Not one instruction behind the one that asked.
        this.#told.add(index);
        return KICKED;
      }
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
    return this.#askers[index]?.serve(this.#crew.code(index));
  }

  #tell(index: number, exit: ControlExit): ControlExit {
    this.#told.add(index);
    this.exited = index;
    return exit;
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
