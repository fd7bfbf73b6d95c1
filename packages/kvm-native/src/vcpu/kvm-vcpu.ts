import {
  type ControlExit,
  type GuestMemory,
  type RunBudget,
  type SnapshotDifference,
  snapshotMismatch,
  type VcpuState,
  VmError,
} from '@picovm/core';
import {
  checkX86Registers,
  checkX86SpecialRegisters,
  dumpX86,
  readX86VcpuState,
  type X86Dump,
  type X86Registers,
  type X86SpecialRegisters,
  type X86Vcpu,
  type X86VcpuState,
} from '@picovm/core/x86';
import type { KvmVcpu } from '../ioctls/kvm-vcpu.ts';
import { LONGEST_SLICE } from '../native/addon.ts';
import { KVM_EXIT_HLT, KVM_EXIT_INTR, KVM_EXIT_IRQ_WINDOW_OPEN, KVM_EXIT_SHUTDOWN } from '../native/constants.ts';
import type { KvmRun } from '../structures/kvm-run.ts';
import type { KvmSregs } from '../structures/sregs.ts';
import type { CoalescedWrites } from '../vm/coalesced-writes.ts';
import { backToHlt } from './back-to-hlt.ts';
import { controlExit, IRQ_WINDOW, KICKED, SLICE_END } from './control-exit.ts';
import { InstalledCpuid } from './installed-cpuid.ts';
import { LocalApic } from './local-apic.ts';
import { Msrs } from './msrs.ts';
import { ANSWERED, isQuestion, NOTHING, Questions, UNANSWERED } from './questions.ts';
import { specialRegisters, writeSregs } from './registers.ts';
import { differencesOf, readState, replaceState, resetState, type StateParts } from './state.ts';
import { isStuck } from './stuck.ts';
import type { KvmVcpuParts } from './vcpu-parts.ts';
import { type Asker, NOT_HELD, type VcpuThread } from './vcpu-thread.ts';

/** Stands for "KVM was not entered yet". */
const NO_EXIT = -1e9;

/**
 * A vCPU of KVM. After an exit for I/O, KVM completes the instruction only when it is entered again; until then its
 * registers are those of an instruction under way. Everything here that reads or writes registers therefore lets KVM
 * complete it first, with nothing executed behind it.
 */
export class KvmAcceleratorVcpu implements X86Vcpu, Asker {
  readonly id: number;
  readonly instructions = 0;
  readonly #vcpu: KvmVcpu;
  readonly #kvmRun: KvmRun;
  readonly #kick: Int32Array;
  readonly #memory: GuestMemory;
  readonly #questions: Questions;
  readonly #state: StateParts;
  readonly #thread: VcpuThread | undefined;
  readonly #apic: LocalApic | undefined;
  readonly #cpuid: InstalledCpuid;
  readonly #coalesced: CoalescedWrites;
  /** An exit that came while an instruction was being completed, and is still to be answered. */
  #nextExit = NO_EXIT;
  /** KVM is to be asked whether it takes an interrupt, before it is entered. */
  #askWindow = false;
  #windowOpen = false;
  /** The guest is behind a triple fault. */
  #shutdown = false;
  #running = false;
  #disposed = false;

  /** @throws VmError `ERR_KVM` */
  constructor(parts: KvmVcpuParts) {
    this.id = parts.id;
    this.#vcpu = parts.vcpu;
    this.#kvmRun = parts.vcpu.kvmRun;
    this.#kick = parts.vcpu.kick;
    this.#memory = parts.memory;
    this.#questions = new Questions(parts.vcpu.kvmRun, parts.sink, parts.memory);
    this.#cpuid = new InstalledCpuid(parts.vcpu, parts.sink, parts.cpuid);
    const { clock, xsaveArea, listedMsrs, tripleFaults } = parts;
    const msrs = new Msrs(this.#vcpu, listedMsrs);
    this.#state = { vcpu: this.#vcpu, clock, xsaveArea, msrs, tripleFaults };
    this.#thread = parts.thread;
    this.#coalesced = parts.coalesced;
    if (parts.irqchip !== undefined) this.#apic = new LocalApic(this.#vcpu, this.id, parts.irqchip);
    this.reset();
    this.#thread?.join(this);
  }

  run(budget: RunBudget): ControlExit {
    if (this.#thread !== undefined) {
      this.#checkNotDisposed('run');
      return this.#thread.run(budget);
    }
    this.#checkUsable('run');
    if (this.#cpuid.stale) this.#cpuid.update();
    this.#running = true;
    this.#windowOpen = false;
    this.#shutdown = false;
    this.#askWindow = this.#kvmRun.requestInterruptWindow !== 0;
    try {
      const exit = this.#runSlice(Math.max(budget.nanoseconds, 0));
      this.#windowOpen = exit === IRQ_WINDOW;
      this.#shutdown = exit.reason === 'shutdown';
      return exit;
    } finally {
      this.#running = false;
      // Only if the sink threw: what it did not answer stays as it is.
      if (this.#questions.state === UNANSWERED) this.#questions.state = ANSWERED;
      if (this.#disposed) this.#vcpu.close();
    }
  }

  prepare(): void {
    if (!this.#cpuid.stale || this.#disposed) return;
    using _ = this.#hold();
    this.#cpuid.update();
  }

  serve(code: number): ControlExit | undefined {
    this.#shutdown = false;
    try {
      this.#deliver(code);
      if (this.#questions.answer(code)) return undefined;
    } finally {
      if (this.#questions.state === UNANSWERED) this.#questions.state = ANSWERED;
    }
    if (code < 0) return this.#failed(-code);
    this.#shutdown = code === KVM_EXIT_SHUTDOWN;
    return controlExit(code, this.#kvmRun);
  }

  #runSlice(nanoseconds: number): ControlExit {
    let left = nanoseconds;
    // What KVM_RUN is to begin with; after that it goes on with the same slice.
    let slice = left;
    for (;;) {
      if (this.#askWindow && this.#interruptReady()) return IRQ_WINDOW;
      let code = this.#nextExit;
      if (code === NO_EXIT) {
        code = this.#enter(slice);
        slice = -1;
      } else {
        this.#nextExit = NO_EXIT;
      }
      this.#deliver(code);
      if (this.#questions.answer(code)) continue;
      if (code === KVM_EXIT_INTR) {
        if (this.#kick[0] !== 0) {
          this.#kick[0] = 0;
          return KICKED;
        }
        left -= LONGEST_SLICE;
        if (!(left > 0)) return SLICE_END;
        slice = left;
      } else if (code === KVM_EXIT_HLT && this.#kick[0] !== 0) {
        // By a write that waited until now: to who stops a run there, the guest has not come to its HLT yet.
        this.#kick[0] = 0;
        backToHlt(this.#vcpu);
        return KICKED;
      } else if (code < 0) {
        return this.#failed(-code);
      } else if (code !== KVM_EXIT_IRQ_WINDOW_OPEN || this.#kvmRun.requestInterruptWindow !== 0) {
        return controlExit(code, this.#kvmRun);
      }
      // An interrupt window that is no longer wanted: on with the guest.
    }
  }

  // What the guest wrote before it left comes before what it left for.
  #deliver(code: number): void {
    const waits = this.#vcpu.coalesced;
    if (waits[0] === 0 && !this.#coalesced.pending) return;
    // There is an instruction under way, whose registers are not to be changed.
    if (isQuestion(code)) this.#questions.state = UNANSWERED;
    const before = this.#nextExit;
    // If the sink throws, the exit is still to come.
    if (this.#thread === undefined) this.#nextExit = code;
    this.#coalesced.deliver();
    this.#nextExit = before;
    waits[0] = 0;
  }

  #enter(nanoseconds: number): number {
    this.#questions.state = NOTHING;
    return this.#vcpu.enter(nanoseconds);
  }

  // Lets KVM complete the instruction that caused the last exit. Its registers are then those between two instructions,
  // or between two rounds of a repeated one: such a one may ask something again, which is left for the run loop.
  #complete(): void {
    if (this.#questions.state !== ANSWERED || this.#nextExit !== NO_EXIT) return;
    if (this.#thread !== undefined) {
      // Also if it has been there since: then it does nothing.
      this.#thread.complete();
      return;
    }
    const code = this.#enter(0);
    if (code !== KVM_EXIT_INTR) this.#nextExit = code;
  }

  // Completes the instruction with all that it still asks: one may make several accesses, a repeated one many. KVM looks
  // up at the latest after 1024 rounds of a repeated instruction, and it is then between two of them.
  #settle(): void {
    for (;;) {
      this.#complete();
      const code = this.#nextExit;
      const asks = isQuestion(code);
      if (asks) this.#nextExit = NO_EXIT;
      this.#running = true;
      try {
        this.#deliver(code);
        if (!asks) return;
        this.#questions.answer(code);
      } finally {
        this.#running = false;
        if (this.#questions.state === UNANSWERED) this.#questions.state = ANSWERED;
        if (this.#disposed) this.#vcpu.close();
      }
    }
  }

  // KVM's own exit comes when the guest has run for a while; this one comes at once, as a real CPU's would.
  #interruptReady(): boolean {
    this.#askWindow = false;
    if (this.#nextExit !== NO_EXIT) return false;
    const code = this.#enter(0);
    if (code !== KVM_EXIT_INTR) {
      this.#nextExit = code;
      return false;
    }
    this.#deliver(code);
    return this.#kvmRun.requestInterruptWindow !== 0 && this.#kvmRun.readyForInterruptInjection !== 0;
  }

  // Nothing that a guest does is thrown, and KVM_RUN fails for what guests do, too.
  #failed(errno: number): ControlExit {
    if (this.#disposed) return KICKED;
    return { reason: 'internal-error', suberror: 0, detail: `KVM_RUN failed with errno ${errno}` };
  }

  kick(): void {
    if (this.#thread !== undefined) this.#thread.kick();
    else this.#kick[0] = 1;
  }

  requestInterruptWindow(wanted: boolean): void {
    // In the kernel nobody asks for one.
    if (this.#thread !== undefined) return;
    this.#kvmRun.requestInterruptWindow = wanted ? 1 : 0;
    this.#askWindow = wanted;
  }

  /** @throws VmError `ERR_INVALID_ARGUMENT` if `run` did not just return `irq-window`, or the vector is out of range */
  injectInterrupt(vector: number): void {
    this.#checkUsable('injectInterrupt');
    if (!Number.isInteger(vector) || vector < 0 || vector > 255) {
      throw new VmError('ERR_INVALID_ARGUMENT', `interrupt vectors are 0 to 255, not ${vector}`, { vector });
    }
    if (!this.#windowOpen) {
      throw new VmError('ERR_INVALID_ARGUMENT', "an interrupt can only be injected right after an 'irq-window' exit");
    }
    this.#windowOpen = false;
    this.#vcpu.interrupt(vector);
  }

  /** @throws VmError `ERR_KVM`; `ERR_VM_RUNNING` inside of `run`; `ERR_VM_DISPOSED` */
  reset(): void {
    this.#checkUsable('reset');
    using _ = this.#hold();
    // KVM goes on with an instruction that still asks something, whatever its registers are by then.
    if (this.#thread === undefined) this.#settle();
    else this.#discard(this.#thread);
    this.#questions.state = NOTHING;
    this.#nextExit = NO_EXIT;
    this.#windowOpen = false;
    this.#shutdown = false;
    resetState(this.#state);
    this.#apic?.reset();
  }

  // Nobody hears of what the instruction still asks, nor of what it writes; of what came before it, they do.
  #discard(thread: VcpuThread): void {
    this.#coalesced.deliver();
    thread.discard();
    this.#coalesced.forget();
  }

  isStuck(interruptsPossible: boolean): boolean {
    this.#checkNotDisposed('isStuck');
    using _ = this.#hold();
    this.#complete();
    return isStuck(this.#vcpu, this.#memory, interruptsPossible);
  }

  dump(): X86Dump {
    this.#checkNotDisposed('dump');
    using _ = this.#hold();
    return dumpX86(this.getRegisters(), this.getSpecialRegisters());
  }

  /**
   * Called by a handler of a read, it gives the registers as they are while the instruction waits for its answer: those
   * before it, of which RIP may already point behind it.
   * @throws VmError `ERR_VM_DISPOSED`
   */
  getRegisters(): X86Registers {
    this.#checkNotDisposed('getRegisters');
    using _ = this.#hold();
    this.#complete();
    return this.#vcpu.getRegs();
  }

  /**
   * @throws VmError `ERR_INVALID_ARGUMENT` for what is no register or no value of one, and then nothing is changed;
   *   `ERR_VM_RUNNING` in a handler of a read: the instruction is not done; `ERR_VM_DISPOSED`
   */
  setRegisters(registers: Partial<X86Registers>): void {
    this.#checkCompleted('setRegisters');
    const checked = checkX86Registers(registers);
    using _ = this.#hold();
    this.#vcpu.setRegs({ ...this.getRegisters(), ...checked });
  }

  /** See {@link getRegisters}. */
  getSpecialRegisters(): X86SpecialRegisters {
    return specialRegisters(this.#sregs());
  }

  /** @throws VmError `ERR_KVM` if they make no sense together; otherwise as {@link setRegisters} */
  setSpecialRegisters(registers: Partial<X86SpecialRegisters>): void {
    this.#checkCompleted('setSpecialRegisters');
    const checked = checkX86SpecialRegisters(registers);
    using _ = this.#hold();
    writeSregs(this.#vcpu, { ...this.#sregs(), ...checked });
  }

  /** As every snapshot of a vCPU; it may ask the sink up to some thousand times, for a REP instruction on MMIO. */
  snapshot(): X86VcpuState {
    this.#checkUsable('snapshot');
    this.#checkHasSnapshots();
    this.#settle();
    return readState(this.#state, this.#shutdown);
  }

  differences(state: VcpuState): readonly SnapshotDifference[] {
    return differencesOf(this.#state, readX86VcpuState(state));
  }

  restore(state: VcpuState): void {
    this.#checkUsable('restore');
    this.#checkHasSnapshots();
    const wanted = readX86VcpuState(state);
    const differences = differencesOf(this.#state, wanted);
    if (differences.length > 0) throw snapshotMismatch(differences);
    replaceState(this.#state, wanted, this.snapshot());
    this.#kick[0] = 0;
    this.#questions.state = NOTHING;
    this.#windowOpen = false;
    this.#shutdown = wanted.events.shutdown;
    this.#nextExit = this.#shutdown ? KVM_EXIT_SHUTDOWN : NO_EXIT;
  }

  sinkChanged(): void {
    this.#cpuid.sinkChanged();
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    // Called by a handler while the guest runs, it only ends the run, which then closes everything.
    if (!this.#running) this.#vcpu.close();
    // The first one stands for all: the run loop, which may sleep, is to notice.
    if (this.#running || this.id === 0) this.kick();
  }

  // As long as the result is not disposed, it is not in the guest.
  #hold(): Disposable {
    return this.#thread?.hold() ?? NOT_HELD;
  }

  #sregs(): KvmSregs {
    this.#checkNotDisposed('getSpecialRegisters');
    using _ = this.#hold();
    this.#complete();
    return this.#vcpu.getSregs();
  }

  #checkUsable(what: string): void {
    this.#checkNotDisposed(what);
    if (this.#running || this.#thread?.going())
      throw new VmError('ERR_VM_RUNNING', `${what}() was called while the vCPU runs`);
  }

  #checkHasSnapshots(): void {
    if (this.#apic === undefined) return;
    throw new VmError('ERR_UNSUPPORTED', "vCPUs have no snapshots with irqchip: 'kernel'");
  }

  #checkCompleted(what: string): void {
    this.#checkNotDisposed(what);
    if (this.#questions.state === UNANSWERED) {
      throw new VmError('ERR_VM_RUNNING', `${what}() was called while an instruction waits for what it reads`);
    }
  }

  #checkNotDisposed(what: string): void {
    if (this.#disposed) throw new VmError('ERR_VM_DISPOSED', `${what}() was called on a vCPU that was disposed`);
  }
}
