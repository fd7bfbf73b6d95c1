import type { ControlExit } from '@picovm/core';
import type { KvmVcpu } from '../ioctls/kvm-vcpu.ts';
import { LONGEST_SLICE } from '../native/addon.ts';
import { KVM_EXIT_HLT, KVM_EXIT_INTR, KVM_EXIT_IRQ_WINDOW_OPEN } from '../native/constants.ts';
import type { CoalescedWrites } from '../vm/coalesced-writes.ts';
import { backToHlt } from './back-to-hlt.ts';
import { controlExit, failedEntry, IRQ_WINDOW, KICKED, SLICE_END } from './control-exit.ts';
import type { InterruptWindow } from './interrupt-window.ts';
import { Progress } from './progress.ts';
import { ANSWERED, isQuestion, NOTHING, type Questions, UNANSWERED } from './questions.ts';
import type { RegisterFile } from './register-file.ts';

/** Stands for "KVM was not entered yet". */
export const NO_EXIT = -1e9;

/** What enters a guest. */
export interface SliceParts {
  readonly vcpu: KvmVcpu;
  readonly questions: Questions;
  readonly coalesced: CoalescedWrites;
  readonly window: InterruptWindow;
  readonly registers: RegisterFile;
  /** Whether the host has VT-x or SVM. */
  readonly hardware: boolean;
}

/** Lets a guest run in the calling thread, slice by slice, and has what it asks answered. */
export class Slices {
  /** An exit that has come already, and is still to be answered or told; or NO_EXIT. */
  nextExit: number = NO_EXIT;
  readonly #vcpu: KvmVcpu;
  readonly #kick: Int32Array;
  readonly #questions: Questions;
  readonly #coalesced: CoalescedWrites;
  readonly #window: InterruptWindow;
  readonly #registers: RegisterFile;
  readonly #progress: Progress;

  constructor({ vcpu, questions, coalesced, window, registers, hardware }: SliceParts) {
    this.#vcpu = vcpu;
    this.#kick = vcpu.kick;
    this.#questions = questions;
    this.#coalesced = coalesced;
    this.#window = window;
    this.#registers = registers;
    this.#progress = new Progress(vcpu, hardware);
  }

  /** Runs the guest until something comes that the sink does not answer, or for so many nanoseconds. */
  run(nanoseconds: number): ControlExit {
    let left = this.#progress.slice(nanoseconds);
    // What KVM_RUN is to begin with; after that it goes on with the same slice.
    let slice = left;
    for (;;) {
      if (this.#window.asked && this.#interruptReady()) return IRQ_WINDOW;
      let code = this.nextExit;
      if (code === NO_EXIT) {
        code = this.#enter(slice);
        slice = -1;
      } else {
        this.nextExit = NO_EXIT;
      }
      this.deliver(code);
      if (this.#questions.answer(code)) continue;
      // A write that waited until now has put the guest elsewhere: it has not come to its HLT.
      const elsewhere = code === KVM_EXIT_HLT && this.#registers.moved;
      if (this.#kick[0] !== 0) {
        this.#kick[0] = 0;
        if (!elsewhere) this.#putBack(code);
        return KICKED;
      }
      if (elsewhere) continue;
      if (code === KVM_EXIT_INTR) {
        left -= LONGEST_SLICE;
        if (!(left > 0)) {
          this.#progress.sliceEnded(nanoseconds);
          return SLICE_END;
        }
        slice = left;
      } else if (code < 0) {
        return failedEntry(-code);
      } else if (code !== KVM_EXIT_IRQ_WINDOW_OPEN || this.#window.wanted) {
        return controlExit(code, this.#vcpu.kvmRun);
      }
      // An interrupt window that is no longer wanted: on with the guest.
    }
  }

  /** What the guest wrote before it left comes before what it left for. @param code which is KVM_EXIT_* */
  deliver(code: number): void {
    this.#registers.moved = false;
    const waits = this.#vcpu.coalesced;
    if (waits[0] === 0 && !this.#coalesced.pending) return;
    // There is an instruction under way, whose registers are not to be changed.
    if (isQuestion(code)) this.#questions.state = UNANSWERED;
    const before = this.nextExit;
    // If the sink throws, the exit is still to come.
    this.nextExit = code;
    this.#coalesced.deliver();
    this.nextExit = before;
    waits[0] = 0;
  }

  /** Completes the instruction that the last exit interrupted, if it has its answer. What it still asks is the next exit. */
  complete(): void {
    if (this.#questions.state !== ANSWERED || this.nextExit !== NO_EXIT) return;
    const code = this.#enter(0);
    if (code !== KVM_EXIT_INTR) this.nextExit = code;
  }

  #enter(nanoseconds: number): number {
    this.#questions.state = NOTHING;
    return this.#vcpu.enter(nanoseconds);
  }

  // By a write that waited until now: to who stops a run there, the guest has not come to what it left for.
  #putBack(code: number): void {
    if (code === KVM_EXIT_HLT) backToHlt(this.#vcpu);
    else if (code !== KVM_EXIT_INTR && code !== KVM_EXIT_IRQ_WINDOW_OPEN) this.nextExit = code;
  }

  // KVM's own exit comes when the guest has run for a while; this one comes at once, as a real CPU's would.
  #interruptReady(): boolean {
    this.#window.asked = false;
    if (this.nextExit !== NO_EXIT) return false;
    const code = this.#enter(0);
    if (code !== KVM_EXIT_INTR) {
      this.nextExit = code;
      return false;
    }
    this.deliver(code);
    return this.#window.ready;
  }
}
