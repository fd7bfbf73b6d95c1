import { checkNames, type GuestMemory, type RunBudget } from '@picovm/core';
import type { InterpExit } from './breakpoint.ts';
import { checkBudget } from './budget.ts';
import { checkBoolean, checkInteger } from './check-argument.ts';
import type { Cpu } from './cpu/cpu.ts';
import { type CpuState, checkForm, checkState, stateOf } from './cpu-state.ts';
import type { InterpVcpu } from './interp-vcpu.ts';
import { X86Interpreter } from './vcpu.ts';

/** How long {@link X86Cpu.run} may run: to the first limit that is reached. With none, until there is an exit. */
export interface CpuBudget extends Partial<RunBudget> {
  /** Host time, to within about 0.1. */
  readonly milliseconds?: number;
}

/** A CPU that stands alone: a vCPU with memory and a bus of its own, and no machine around it. */
export interface X86Cpu extends InterpVcpu, Disposable {
  /** Its physical memory. */
  readonly memory: GuestMemory;
  /**
   * Runs until there is an exit, or the budget is used up (`slice-end`). A `halt` exit leaves the CPU behind its HLT: a
   * further run goes on there. With no budget, a guest may keep it for ever.
   * @throws VmError `ERR_DEVICE` if the bus, a hook or `ferr` threw: the instruction has ended by then, and a further run
   *   goes on behind it; `ERR_INVALID_ARGUMENT`, `ERR_VM_RUNNING`, `ERR_VM_DISPOSED`
   */
  run(budget?: CpuBudget): InterpExit;
  /**
   * Makes an external interrupt due, which is delivered before the next instruction that may be interrupted, and ends the
   * wait of a HLT. Several wait in the order in which they came, each vector once. Waiting ones end with a reset.
   * @param vector 0 to 255
   * @throws VmError `ERR_INVALID_ARGUMENT`
   */
  interrupt(vector: number): void;
  /**
   * The whole state: of the CPU, and of its memory unless that is left out.
   * @throws VmError `ERR_VM_RUNNING` inside of `run`, `ERR_INVALID_ARGUMENT`, `ERR_VM_DISPOSED`
   */
  save(options?: { readonly memory?: boolean }): CpuState;
  /**
   * Takes a state that `save` gave, of this CPU or another one of the same model with the same memory. All or nothing.
   * Memory that was left out stays as it is.
   * @throws VmError `ERR_SNAPSHOT_FORMAT`, `ERR_SNAPSHOT_VERSION`, `ERR_SNAPSHOT_MISMATCH`, `ERR_VM_RUNNING`
   */
  load(state: CpuState): void;
}

const LAST_VECTOR = 255;
const NS_PER_MS = 1e6;

/** What `createCpu` gives: the vCPU, and the little that a machine would do for it. */
export class StandaloneCpu extends X86Interpreter implements X86Cpu {
  readonly memory: GuestMemory;
  readonly #interrupts = new Set<number>();
  /** Whether somebody else wants to know when interrupts are possible. */
  #windowWanted = false;

  constructor(cpu: Cpu, memory: GuestMemory, onDispose: () => void) {
    super(0, cpu, onDispose);
    this.memory = memory;
  }

  override run(budget: CpuBudget = {}): InterpExit {
    this.checkStopped('run');
    checkBudget(budget, ['instructions', 'milliseconds', 'nanoseconds']);
    const { instructions, milliseconds = Number.POSITIVE_INFINITY, nanoseconds = Number.POSITIVE_INFINITY } = budget;
    const end = instructions === undefined ? undefined : this.instructions + instructions;
    const deadline = performance.now() + Math.min(milliseconds, nanoseconds / NS_PER_MS);
    for (;;) {
      const exit = this.#go(() =>
        this.enter({
          instructions: end && end - this.instructions,
          nanoseconds: (deadline - performance.now()) * NS_PER_MS,
        }),
      );
      // An interrupt that waits already ends the HLT.
      if (exit.reason !== 'halt' || !exit.interruptsEnabled || this.#interrupts.size === 0 || this.disposed)
        return exit;
    }
  }

  override step(): InterpExit {
    return this.#go(() => super.step());
  }

  // Delivers interrupts on the way, as an interrupt controller would.
  #go(enter: () => InterpExit): InterpExit {
    for (;;) {
      const exit = enter();
      const [vector] = this.#interrupts;
      if (exit.reason !== 'irq-window' || vector === undefined || this.disposed) return exit;
      this.#interrupts.delete(vector);
      this.#updateWindow();
      this.injectInterrupt(vector);
    }
  }

  interrupt(vector: number): void {
    this.checkAlive('interrupt');
    checkInteger('interrupt(): vector', vector, LAST_VECTOR);
    this.#interrupts.add(vector);
    this.#updateWindow();
  }

  override requestInterruptWindow(wanted: boolean): void {
    this.checkAlive('requestInterruptWindow');
    checkBoolean('requestInterruptWindow(): wanted', wanted);
    this.#windowWanted = wanted;
    this.#updateWindow();
  }

  #updateWindow(): void {
    super.requestInterruptWindow(this.#windowWanted || this.#interrupts.size > 0);
  }

  override reset(): void {
    super.reset();
    this.#clearInterrupts();
  }

  #clearInterrupts(): void {
    this.#interrupts.clear();
    this.#updateWindow();
  }

  save(options: { readonly memory?: boolean } = {}): CpuState {
    this.checkStopped('save');
    checkNames('save()', options, ['memory']);
    const { memory = true } = options;
    checkBoolean('save(): memory', memory);
    const interrupts = [...this.#interrupts];
    return stateOf({ cpu: this.snapshot(), ignne: this.ignne, interrupts }, memory ? this.memory : undefined);
  }

  load(state: CpuState): void {
    this.checkStopped('load');
    checkForm(state);
    checkState(state, this.memory, this.differences(state.cpu));
    for (const { base, data } of state.memory) this.memory.write(base, data);
    this.restore(state.cpu);
    this.ignne = state.ignne;
    this.#clearInterrupts();
    for (const vector of state.interrupts) this.interrupt(vector);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
