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
import { KVM_EXIT_SHUTDOWN } from '../native/constants.ts';
import type { KvmRun } from '../structures/kvm-run.ts';
import type { CoalescedWrites } from '../vm/coalesced-writes.ts';
import { controlExit, failedEntry, IRQ_WINDOW, KICKED } from './control-exit.ts';
import { InstalledCpuid } from './installed-cpuid.ts';
import { InterruptWindow } from './interrupt-window.ts';
import { LocalApic } from './local-apic.ts';
import { Msrs } from './msrs.ts';
import { ANSWERED, isQuestion, NOTHING, Questions, UNANSWERED } from './questions.ts';
import { RegisterFile } from './register-file.ts';
import { specialRegisters } from './registers.ts';
import { NO_EXIT, Slices } from './slices.ts';
import { differencesOf, readState, replaceState, resetState, type StateParts } from './state.ts';
import { isStuck } from './stuck.ts';
import type { KvmVcpuParts } from './vcpu-parts.ts';
import { type Asker, NOT_HELD, type VcpuThread } from './vcpu-thread.ts';

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
  readonly #window: InterruptWindow;
  readonly #registers: RegisterFile;
  readonly #slices: Slices;
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
    this.#window = new InterruptWindow(parts.vcpu);
    this.#registers = new RegisterFile(parts.vcpu);
    this.#slices = new Slices({
      ...parts,
      questions: this.#questions,
      window: this.#window,
      registers: this.#registers,
    });
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
    this.#window.open = false;
    this.#shutdown = false;
    this.#window.asked = this.#window.wanted;
    try {
      const exit = this.#slices.run(budget.nanoseconds);
      this.#window.open = exit === IRQ_WINDOW;
      this.#shutdown = exit.reason === 'shutdown' || this.#slices.nextExit === KVM_EXIT_SHUTDOWN;
      // It failed because it was closed.
      return this.#disposed ? KICKED : exit;
    } finally {
      this.#ran();
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
      this.#slices.deliver(code);
      if (this.#questions.answer(code)) return undefined;
    } finally {
      if (this.#questions.state === UNANSWERED) this.#questions.state = ANSWERED;
    }
    if (code < 0) return this.#disposed ? KICKED : failedEntry(-code);
    this.#shutdown = code === KVM_EXIT_SHUTDOWN;
    return controlExit(code, this.#kvmRun);
  }

  #ran(): void {
    this.#running = false;
    // Only if the sink threw: what it did not answer stays as it is.
    if (this.#questions.state === UNANSWERED) this.#questions.state = ANSWERED;
    if (this.#disposed) this.#close();
  }

  // Lets KVM complete the instruction that caused the last exit. Its registers are then those between two instructions,
  // or between two rounds of a repeated one: such a one may ask something again, which is left for the run loop.
  #complete(): void {
    if (this.#thread === undefined) this.#slices.complete();
    // Also if it has been there since: then it does nothing.
    else if (this.#questions.state === ANSWERED) this.#thread.complete();
  }

  // Completes the instruction with all that it still asks: one may make several accesses, a repeated one many. KVM looks
  // up at the latest after 1024 rounds of a repeated instruction, and it is then between two of them.
  #settle(what: string): void {
    for (;;) {
      this.#complete();
      const code = this.#slices.nextExit;
      const asks = isQuestion(code);
      if (asks) this.#slices.nextExit = NO_EXIT;
      this.#running = true;
      try {
        this.#slices.deliver(code);
        if (asks) this.#questions.answer(code);
        // Perhaps by who was asked.
        this.#checkNotDisposed(what);
        if (!asks) return;
      } finally {
        this.#ran();
      }
    }
  }

  kick(): void {
    if (this.#thread !== undefined) this.#thread.kick();
    else this.#kick[0] = 1;
  }

  requestInterruptWindow(wanted: boolean): void {
    // In the kernel nobody asks for one.
    if (this.#thread === undefined) this.#window.wanted = wanted;
  }

  /** @throws VmError `ERR_INVALID_ARGUMENT` if `run` did not just return `irq-window`, or the vector is out of range */
  injectInterrupt(vector: number): void {
    this.#checkUsable('injectInterrupt');
    this.#window.inject(vector);
  }

  /** @throws VmError `ERR_KVM`; `ERR_VM_RUNNING` inside of `run`; `ERR_VM_DISPOSED` */
  reset(): void {
    this.#checkUsable('reset');
    using _ = this.#hold();
    // KVM goes on with an instruction that still asks something, whatever its registers are by then.
    if (this.#thread === undefined) this.#settle('reset');
    else this.#thread.discard();
    this.#checkNotDisposed('reset');
    this.#questions.state = NOTHING;
    this.#slices.nextExit = NO_EXIT;
    this.#window.open = false;
    this.#shutdown = false;
    resetState(this.#state);
    this.#apic?.reset();
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
    this.#complete();
    this.#registers.set(checked);
  }

  /** See {@link getRegisters}. */
  getSpecialRegisters(): X86SpecialRegisters {
    this.#checkNotDisposed('getSpecialRegisters');
    using _ = this.#hold();
    this.#complete();
    return specialRegisters(this.#vcpu.getSregs());
  }

  /** @throws VmError `ERR_KVM` if they make no sense together; otherwise as {@link setRegisters} */
  setSpecialRegisters(registers: Partial<X86SpecialRegisters>): void {
    this.#checkCompleted('setSpecialRegisters');
    const checked = checkX86SpecialRegisters(registers);
    using _ = this.#hold();
    this.#complete();
    this.#registers.setSpecial(checked);
  }

  /** As every snapshot of a vCPU; it may ask the sink up to some thousand times, for a REP instruction on MMIO. */
  snapshot(): X86VcpuState {
    this.#checkUsable('snapshot');
    this.#checkHasSnapshots();
    this.#settle('snapshot');
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
    this.#window.open = false;
    this.#shutdown = wanted.events.shutdown;
    this.#slices.nextExit = this.#shutdown ? KVM_EXIT_SHUTDOWN : NO_EXIT;
  }

  sinkChanged(): void {
    this.#cpuid.sinkChanged();
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    // Called by a handler while the guest runs, it only ends the run, which then closes everything.
    if (!this.#running) this.#close();
    // The first one stands for all: the run loop, which may sleep, is to notice.
    if (this.#running || this.id === 0) this.kick();
  }

  // What it wrote is still to be looked for, when it is out of its guest for good.
  #close(): void {
    using _ = this.#hold();
    this.#coalesced.leave(this.#vcpu);
    this.#vcpu.close();
  }

  // As long as the result is not disposed, it is not in the guest.
  #hold(): Disposable {
    return this.#thread?.hold() ?? NOT_HELD;
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
