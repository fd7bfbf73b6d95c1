import {
  type ControlExit,
  type ExitSink,
  type GuestMemory,
  type RunBudget,
  type SnapshotDifference,
  snapshotMismatch,
  type VcpuState,
  VmError,
} from '@picovm/core';
import {
  dumpX86,
  isSelfJump,
  RFLAGS,
  readX86VcpuState,
  type X86Dump,
  type X86Registers,
  type X86SpecialRegisters,
  type X86Vcpu,
  type X86VcpuState,
} from '@picovm/core/x86';
import { LONGEST_SLICE, type NativeVcpu, type NativeVm } from '../native/addon.ts';
import { KVM_EXIT_INTR, KVM_EXIT_IRQ_WINDOW_OPEN, KVM_EXIT_SHUTDOWN } from '../native/constants.ts';
import { ioctl, isIoctlError } from '../native/kvm-error.ts';
import { codeBytes } from './code-bytes.ts';
import { controlExit, IRQ_WINDOW, KICKED, SLICE_END } from './control-exit.ts';
import { answeredCpuid, sameCpuid } from './cpuid-table.ts';
import { INTERRUPT_READY, INTERRUPT_WINDOW, KICK, type Mailbox } from './mailbox.ts';
import { Msrs } from './msrs.ts';
import { ANSWERED, isQuestion, NOTHING, Questions, UNANSWERED } from './questions.ts';
import { RegsBuffer, SregsBuffer } from './registers.ts';
import { differencesOf, readState, resetState, type StateParts, writeState } from './state.ts';
import type { XsaveArea } from './xsave-area.ts';

/** `jmp $` in its longest form, with an operand-size prefix. */
const SELF_JUMP_BYTES = 7;
/** Stands for "KVM was not entered yet". */
const NO_EXIT = -1e9;

/** What a vCPU is made of. */
export interface KvmVcpuParts {
  readonly id: number;
  readonly native: NativeVcpu;
  readonly mailbox: Mailbox;
  readonly sink: ExitSink;
  readonly memory: GuestMemory;
  /** What CPUID answers if nobody else wants to: a `struct kvm_cpuid2`. */
  readonly cpuid: Uint8Array;
  /** KVM's clock for the guests of this VM. */
  readonly clock: Pick<NativeVm, 'getClock' | 'setClock'>;
  /** What KVM_GET_MSR_INDEX_LIST says. */
  readonly listedMsrs: readonly number[];
  readonly xsaveArea: XsaveArea;
}

/**
 * A vCPU of KVM. After an exit for I/O, KVM completes the instruction only when it is entered again; until then its
 * registers are those of an instruction under way. Everything here that reads or writes registers therefore lets KVM
 * complete it first, with nothing executed behind it.
 */
export class KvmVcpu implements X86Vcpu {
  readonly id: number;
  readonly instructions = 0;
  readonly #native: NativeVcpu;
  readonly #mailbox: Mailbox;
  readonly #words: Int32Array;
  readonly #sink: ExitSink;
  readonly #memory: GuestMemory;
  readonly #questions: Questions;
  readonly #regs = new RegsBuffer();
  readonly #sregs = new SregsBuffer();
  readonly #state: StateParts;
  readonly #defaultCpuid: Uint8Array;
  #installedCpuid: Uint8Array;
  #cpuidStale: boolean;
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
    this.#native = parts.native;
    this.#mailbox = parts.mailbox;
    this.#words = parts.mailbox.words;
    this.#sink = parts.sink;
    this.#memory = parts.memory;
    this.#questions = new Questions(parts.mailbox, parts.sink, parts.memory);
    this.#defaultCpuid = parts.cpuid;
    this.#installedCpuid = parts.cpuid;
    this.#cpuidStale = parts.sink.answersCpuid;
    ioctl(() => this.#native.setCpuid2(parts.cpuid));
    const { native, clock, xsaveArea, listedMsrs } = parts;
    const msrs = ioctl(() => new Msrs(native, listedMsrs));
    this.#state = { native, clock, xsaveArea, msrs, regs: this.#regs, sregs: this.#sregs };
    this.reset();
  }

  run(budget: RunBudget): ControlExit {
    this.#checkUsable('run');
    if (this.#cpuidStale) this.#installCpuid();
    this.#running = true;
    this.#windowOpen = false;
    this.#shutdown = false;
    this.#askWindow = this.#words[INTERRUPT_WINDOW] !== 0;
    try {
      const exit = this.#runSlice(Math.max(budget.nanoseconds, 0));
      this.#windowOpen = exit === IRQ_WINDOW;
      this.#shutdown = exit.reason === 'shutdown';
      return exit;
    } finally {
      this.#running = false;
      // Only if the sink threw: what it did not answer stays as it is.
      if (this.#questions.state === UNANSWERED) this.#questions.state = ANSWERED;
      if (this.#disposed) this.#native.close();
    }
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
      if (this.#questions.answer(code)) continue;
      if (code === KVM_EXIT_INTR) {
        if (this.#words[KICK] !== 0) {
          this.#words[KICK] = 0;
          return KICKED;
        }
        left -= LONGEST_SLICE;
        if (!(left > 0)) return SLICE_END;
        slice = left;
      } else if (code < 0) {
        return this.#failed(-code);
      } else if (code !== KVM_EXIT_IRQ_WINDOW_OPEN || this.#words[INTERRUPT_WINDOW] !== 0) {
        return controlExit(code, this.#mailbox);
      }
      // An interrupt window that is no longer wanted: on with the guest.
    }
  }

  #enter(nanoseconds: number): number {
    this.#questions.state = NOTHING;
    return this.#native.run(nanoseconds);
  }

  // Lets KVM complete the instruction that caused the last exit. Its registers are then those between two instructions,
  // or between two rounds of a repeated one: such a one may ask something again, which is left for the run loop.
  #complete(): void {
    if (this.#questions.state !== ANSWERED || this.#nextExit !== NO_EXIT) return;
    const code = this.#enter(0);
    if (code !== KVM_EXIT_INTR) this.#nextExit = code;
  }

  // Completes the instruction with all that it still asks: one may make several accesses, a repeated one many. KVM looks
  // up at the latest after 1024 rounds of a repeated instruction, and it is then between two of them.
  #settle(): void {
    this.#complete();
    while (this.#nextExit !== NO_EXIT && isQuestion(this.#nextExit)) {
      const code = this.#nextExit;
      this.#nextExit = NO_EXIT;
      this.#running = true;
      try {
        this.#questions.answer(code);
      } finally {
        this.#running = false;
        if (this.#questions.state === UNANSWERED) this.#questions.state = ANSWERED;
        if (this.#disposed) this.#native.close();
      }
      this.#complete();
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
    return this.#words[INTERRUPT_WINDOW] !== 0 && this.#words[INTERRUPT_READY] !== 0;
  }

  // Nothing that a guest does is thrown, and KVM_RUN fails for what guests do, too.
  #failed(errno: number): ControlExit {
    if (this.#disposed) return KICKED;
    return { reason: 'internal-error', suberror: 0, detail: `KVM_RUN failed with errno ${errno}` };
  }

  kick(): void {
    this.#words[KICK] = 1;
  }

  requestInterruptWindow(wanted: boolean): void {
    this.#words[INTERRUPT_WINDOW] = wanted ? 1 : 0;
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
    ioctl(() => this.#native.interrupt(vector));
  }

  /** @throws VmError `ERR_KVM`; `ERR_VM_RUNNING` inside of `run`; `ERR_VM_DISPOSED` */
  reset(): void {
    this.#checkUsable('reset');
    this.#complete();
    this.#nextExit = NO_EXIT;
    this.#windowOpen = false;
    this.#shutdown = false;
    ioctl(() => resetState(this.#state));
  }

  isStuck(interruptsPossible: boolean): boolean {
    this.#loadRegisters();
    const { rip, rflags } = this.#regs;
    if (interruptsPossible && (rflags & BigInt(RFLAGS.IF)) !== 0n) return false;
    // The handler of the single-step trap may end it.
    if ((rflags & BigInt(RFLAGS.TF)) !== 0n) return false;
    this.#loadSpecialRegisters();
    const code = codeBytes(this.#native, this.#memory, rip, this.#sregs, SELF_JUMP_BYTES);
    return isSelfJump(code, this.#sregs.codeSize);
  }

  dump(): X86Dump {
    return dumpX86(this.getRegisters(), this.getSpecialRegisters());
  }

  /**
   * Called by a handler of a read, it gives the registers as they are while the instruction waits for its answer: those
   * before it, of which RIP may already point behind it.
   * @throws VmError `ERR_VM_DISPOSED`
   */
  getRegisters(): X86Registers {
    this.#loadRegisters();
    return this.#regs.read();
  }

  /** @throws VmError `ERR_VM_RUNNING` in a handler of a read: the instruction is not done; `ERR_VM_DISPOSED` */
  setRegisters(registers: Partial<X86Registers>): void {
    this.#checkCompleted('setRegisters');
    this.#loadRegisters();
    this.#regs.write(registers);
    ioctl(() => this.#native.setRegs(this.#regs.bytes));
  }

  /** See {@link getRegisters}. */
  getSpecialRegisters(): X86SpecialRegisters {
    this.#loadSpecialRegisters();
    return this.#sregs.read();
  }

  /** @throws VmError `ERR_KVM` if they make no sense together; otherwise as {@link setRegisters} */
  setSpecialRegisters(registers: Partial<X86SpecialRegisters>): void {
    this.#checkCompleted('setSpecialRegisters');
    this.#loadSpecialRegisters();
    this.#sregs.write(registers);
    ioctl(() => this.#native.setSregs(this.#sregs.bytes));
  }

  /** As every snapshot of a vCPU; it may ask the sink up to some thousand times, for a REP instruction on MMIO. */
  snapshot(): X86VcpuState {
    this.#checkUsable('snapshot');
    this.#settle();
    return ioctl(() => readState(this.#state, this.#shutdown));
  }

  differences(state: VcpuState): readonly SnapshotDifference[] {
    return differencesOf(this.#state, readX86VcpuState(state));
  }

  restore(state: VcpuState): void {
    this.#checkUsable('restore');
    const wanted = readX86VcpuState(state);
    const differences = differencesOf(this.#state, wanted);
    if (differences.length > 0) throw snapshotMismatch(differences);
    const before = this.snapshot();
    try {
      ioctl(() => writeState(this.#state, wanted));
    } catch (cause) {
      // KVM judges the values of some registers only when they are set.
      ioctl(() => writeState(this.#state, before));
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new VmError('ERR_SNAPSHOT_MISMATCH', `the vCPU cannot be in the snapshot's state: ${reason}`, { cause });
    }
    this.#words[KICK] = 0;
    this.#questions.state = NOTHING;
    this.#windowOpen = false;
    this.#shutdown = wanted.events.shutdown;
    this.#nextExit = this.#shutdown ? KVM_EXIT_SHUTDOWN : NO_EXIT;
  }

  sinkChanged(): void {
    this.#cpuidStale = true;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    // Called by a handler while the guest runs, it only ends the run, which then closes everything.
    if (this.#running) this.kick();
    else this.#native.close();
  }

  #loadRegisters(): void {
    this.#checkNotDisposed('getRegisters');
    this.#complete();
    ioctl(() => this.#native.getRegs(this.#regs.bytes));
  }

  #loadSpecialRegisters(): void {
    this.#checkNotDisposed('getSpecialRegisters');
    this.#complete();
    ioctl(() => this.#native.getSregs(this.#sregs.bytes));
  }

  // KVM answers CPUID inside the kernel, from a table, which newer kernels (5.16 on) do not let change any more once the
  // vCPU has run.
  #installCpuid(): void {
    const { answersCpuid } = this.#sink;
    const table = answersCpuid ? answeredCpuid(this.#defaultCpuid, this.#sink) : this.#defaultCpuid;
    if (!sameCpuid(table, this.#installedCpuid)) {
      try {
        this.#native.setCpuid2(table);
      } catch (error) {
        if (!isIoctlError(error)) throw error;
        throw new VmError(
          'ERR_UNSUPPORTED',
          'KVM here does not change what CPUID answers once the vCPU has run: register handlers of ' +
            "'cpuid' exits before the first run, and keep them, or make a new VM",
          { ioctl: error.syscall, errno: error.errno, code: error.code, cause: error },
        );
      }
      this.#installedCpuid = table;
    }
    this.#cpuidStale = false;
  }

  #checkUsable(what: string): void {
    this.#checkNotDisposed(what);
    if (this.#running) throw new VmError('ERR_VM_RUNNING', `${what}() was called while the vCPU runs`);
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
