import {
  type AccessSize,
  type ControlExit,
  type ExitSink,
  type GuestMemory,
  type RunBudget,
  type Vcpu,
  type VcpuDump,
  type VcpuState,
  VmError,
} from '@picovm/core';
import { type Answer, GuestIo } from './guest-io.ts';

/**
 * What a scripted guest does. Each step up to a `yield` is one instruction: it may call the `cpu`, and what it yields is
 * the exit that it causes, if it causes one. Behind its end the guest executes `HLT` with interrupts off. All that it
 * knows of the outside it learns from the `cpu`: then it can be restored from a snapshot.
 */
export type GuestProgram = (cpu: ScriptedVcpu) => Generator<ControlExit | undefined | void, void>;

const VERSION = 1;

/** How far the program is since the last reset. */
interface Progress {
  readonly guest: Generator<ControlExit | undefined | void, void>;
  steps: number;
  /** The interrupts that it took: after how many steps, and the vector. */
  readonly interrupts: (readonly [step: number, vector: number])[];
}

/** A vCPU whose guest is a generator function. It honours budgets, kicks and interrupt windows as a real one does. */
export class ScriptedVcpu implements Vcpu {
  /** 0 for the first of a VM. */
  readonly id: number;
  /** What `dump` shows as registers, by name. The program's to set. */
  registers: Record<string, bigint> = {};
  /** What `dump` shows as the place. The program's to set. */
  location = '';
  /** RFLAGS.IF: the program's to set; taking an interrupt clears it, as on a real CPU. */
  interruptsEnabled = false;
  /** Whether the guest sits on `jmp $`. The program's to set. */
  stuck = false;
  readonly #program: GuestProgram;
  readonly #io: GuestIo;
  #progress: Progress;
  #instructions = 0;
  #running = false;
  #kicked = false;
  #windowWanted = false;
  #mayInject = false;

  /** A vCPU at the beginning of `program`. */
  constructor(id: number, sink: ExitSink, memory: GuestMemory, program: GuestProgram) {
    this.id = id;
    this.#program = program;
    this.#io = new GuestIo(sink, memory);
    this.#progress = this.#begin();
  }

  /** Steps of the program since the vCPU was made. */
  get instructions(): number {
    return this.#instructions;
  }

  /** The vectors of the interrupts that it took since its last reset. */
  get interrupts(): number[] {
    return this.#progress.interrupts.map(([, vector]) => vector);
  }

  /** `IN`. @returns unsigned, of `size` bytes */
  in(port: number, size: AccessSize = 1): number {
    return this.#io.in(port, size);
  }

  /** `OUT`. @param value unsigned, of `size` bytes */
  out(port: number, value: number, size: AccessSize = 1): void {
    this.#io.out(port, size, value);
  }

  /** `REP INS`: `count` elements of `size` bytes from one port. */
  ins(port: number, count: number, size: AccessSize = 1): Uint8Array {
    return this.#io.ins(port, size, count);
  }

  /** `REP OUTS`: the elements of `size` bytes in `data` to one port. */
  outs(port: number, data: Uint8Array, size: AccessSize = 1): void {
    this.#io.outs(port, size, data);
  }

  /** `MOV` from an address: of memory, or else of a device. @returns unsigned, of `size` bytes */
  load(address: number, size: AccessSize = 4): number {
    return this.#io.load(address, size);
  }

  /** `MOV` to an address: of memory, or else of a device. @param value unsigned, of `size` bytes */
  store(address: number, value: number, size: AccessSize = 4): void {
    this.#io.store(address, size, value);
  }

  /** The same for 8 bytes. @returns unsigned, 64 bits */
  load64(address: number): bigint {
    return this.#io.load64(address);
  }

  /** The same for 8 bytes. @param value unsigned, 64 bits */
  store64(address: number, value: bigint): void {
    this.#io.store64(address, value);
  }

  /** `CPUID`. @returns EAX, EBX, ECX and EDX as a handler set them; zeroes if there is none */
  cpuid(leaf: number, subleaf = 0): readonly number[] {
    return this.#io.cpuid(leaf, subleaf);
  }

  /** `RDMSR`. @returns 64 bits; undefined: #GP */
  rdmsr(index: number): bigint | undefined {
    return this.#io.rdmsr(index);
  }

  /** `WRMSR`. @returns false: #GP */
  wrmsr(index: number, value: bigint): boolean {
    return this.#io.wrmsr(index, value);
  }

  /** `HLT`: what to yield for it. */
  halt(): ControlExit {
    return { reason: 'halt', interruptsEnabled: this.interruptsEnabled };
  }

  /** Runs the program until it yields an exit, the budget is used up, it is kicked, or it can take an interrupt. */
  run(budget: RunBudget): ControlExit {
    const end = performance.now() + budget.nanoseconds / 1e6;
    const last = this.#instructions + (budget.instructions ?? Number.POSITIVE_INFINITY);
    this.#mayInject = false;
    for (;;) {
      if (this.#kicked) {
        this.#kicked = false;
        return { reason: 'kicked' };
      }
      if (this.#windowWanted && this.interruptsEnabled) {
        this.#mayInject = true;
        return { reason: 'irq-window' };
      }
      if (this.#instructions >= last || performance.now() >= end) return { reason: 'slice-end' };
      const exit = this.#step();
      if (exit !== undefined) return exit;
    }
  }

  /** Makes `run` return `kicked` before the next step. */
  kick(): void {
    this.#kicked = true;
  }

  /** While wanted, `run` returns `irq-window` whenever `interruptsEnabled`. */
  requestInterruptWindow(wanted: boolean): void {
    this.#windowWanted = wanted;
  }

  /** Delivers an interrupt: see `interrupts`. @throws Error if it does not follow an `irq-window` exit */
  injectInterrupt(vector: number): void {
    if (!this.#mayInject) throw new Error('an interrupt was injected, but not right after an irq-window exit');
    this.#mayInject = false;
    this.#takeInterrupt(vector);
  }

  /** Begins the program anew. */
  reset(): void {
    this.#io.clear();
    this.#progress = this.#begin();
  }

  /** Whether the program said `stuck`, and no interrupt can end that. */
  isStuck(interruptsPossible: boolean): boolean {
    return this.stuck && !(interruptsPossible && this.interruptsEnabled);
  }

  /** What the program set as `registers` and `location`. */
  dump(): VcpuDump {
    return {
      registers: { ...this.registers },
      location: this.location || `step ${this.#progress.steps}`,
      codeAddress: undefined,
    };
  }

  /**
   * How far the program is, and what it heard: `restore` runs it again with the same answers.
   * @throws VmError `ERR_VM_RUNNING` inside of `run`
   */
  snapshot(): VcpuState {
    this.#checkStopped('snapshot');
    return {
      arch: 'scripted',
      version: VERSION,
      instructions: this.#instructions,
      steps: this.#progress.steps,
      answers: this.#io.answers.map(toState),
      interrupts: this.#progress.interrupts.map((interrupt) => [...interrupt]),
    };
  }

  /**
   * Runs the program from its beginning to where it was; nothing that it does goes out meanwhile.
   * @throws VmError `ERR_VM_RUNNING` inside of `run`, `ERR_SNAPSHOT_FORMAT`, `ERR_SNAPSHOT_VERSION`,
   *   `ERR_SNAPSHOT_MISMATCH` if it is the state of another kind of vCPU, or of another program; then nothing is changed
   */
  restore(state: VcpuState): void {
    this.#checkStopped('restore');
    if (state.arch !== 'scripted') throw mismatch(`is of a vCPU of the kind ${state.arch}, and this one is scripted`);
    if (state.version !== VERSION) {
      throw new VmError('ERR_SNAPSHOT_VERSION', `a scripted vCPU reads version ${VERSION}, not ${state.version}`);
    }
    if (!isScriptedState(state)) throw new VmError('ERR_SNAPSHOT_FORMAT', 'the state is none of a scripted vCPU');
    const { registers, location, interruptsEnabled, stuck } = this;
    const progress = this.#progress;
    const instructions = this.#instructions;
    const same = this.#replay(state);
    // Running the program again counted its steps once more.
    this.#instructions = same ? (state.instructions as number) : instructions;
    if (same) return;
    Object.assign(this, { registers, location, interruptsEnabled, stuck });
    this.#progress = progress;
    throw mismatch('is of another program, which asked for other answers');
  }

  /** Does nothing: the sink is asked anew each time. */
  sinkChanged(): void {}

  /** Does nothing: it holds nothing. */
  dispose(): void {}

  #begin(): Progress {
    this.registers = {};
    this.location = '';
    this.interruptsEnabled = false;
    this.stuck = false;
    return { guest: this.#program(this), steps: 0, interrupts: [] };
  }

  #step(): ControlExit | undefined {
    this.#running = true;
    try {
      const { value, done } = this.#progress.guest.next();
      this.#instructions++;
      this.#progress.steps++;
      return done ? { reason: 'halt', interruptsEnabled: false } : (value ?? undefined);
    } finally {
      this.#running = false;
    }
  }

  #takeInterrupt(vector: number): void {
    this.#progress.interrupts.push([this.#progress.steps, vector]);
    this.interruptsEnabled = false;
  }

  // Whether the program came to where it was.
  #replay({ answers, interrupts, steps }: VcpuState): boolean {
    const due = [...(interrupts as Progress['interrupts'])];
    const takeDue = (): void => {
      for (; due[0]?.[0] === this.#progress.steps; due.shift()) this.#takeInterrupt(due[0][1]);
    };
    try {
      return this.#io.replay((answers as Answer[]).map(fromState), () => {
        this.#progress = this.#begin();
        takeDue();
        while (this.#progress.steps < (steps as number)) {
          this.#step();
          takeDue();
        }
      });
    } catch {
      return false;
    }
  }

  #checkStopped(what: string): void {
    if (this.#running) throw new VmError('ERR_VM_RUNNING', `${what}() was called inside of run()`);
  }
}

// `undefined` is no plain data: some formats cannot hold it.
const NO_ANSWER = 'none';

function toState(answer: Answer): unknown {
  return answer === undefined ? NO_ANSWER : answer;
}

function fromState(answer: unknown): Answer {
  return answer === NO_ANSWER ? undefined : (answer as Answer);
}

function isScriptedState({ instructions, steps, answers, interrupts }: VcpuState): boolean {
  return (
    Number.isSafeInteger(instructions) &&
    Number.isSafeInteger(steps) &&
    Array.isArray(answers) &&
    Array.isArray(interrupts)
  );
}

function mismatch(problem: string): VmError {
  return new VmError('ERR_SNAPSHOT_MISMATCH', `the state ${problem}`);
}
