import {
  type Accelerator,
  type AcceleratorVm,
  type AcceleratorVmOptions,
  type ControlExit,
  EXIT_REASONS,
  type ExitReason,
  type ExitSink,
  type InterruptController,
  type MapEntry,
  type MemoryRegion,
  type Probe,
  type RunBudget,
  type Supports,
  type Vcpu,
  type VcpuDump,
  type VcpuState,
  type VcpuThreads,
  VmError,
} from '../index.ts';
import { CoalescingSink } from './coalescing-sink.test-util.ts';

/**
 * The program of a fake vCPU. Each step up to a `yield` is one instruction: it may call the sink, and what it yields is
 * the exit that it causes, if it causes one. Behind its end the guest executes `HLT` with interrupts off.
 */
export type Program = (cpu: FakeVcpu) => Generator<ControlExit | undefined, void>;

export const HLT: ControlExit = { reason: 'halt', interruptsEnabled: false };
export const HLT_WAITING: ControlExit = { reason: 'halt', interruptsEnabled: true };

/** A vCPU whose guest is a generator function. It honours budgets, kicks and interrupt windows as a real one does. */
export class FakeVcpu implements Vcpu {
  readonly id: number;
  readonly sink: ExitSink;
  /** The budgets with which it was run, one an entry. */
  readonly budgets: RunBudget[] = [];
  /** The interrupt vectors that it took. */
  readonly interrupts: number[] = [];
  /** What happened to it, in order. */
  readonly log: string[];
  instructions = 0;
  /** RFLAGS.IF: as on a real CPU, taking an interrupt clears it. */
  interruptsEnabled = false;
  /** Its guest sits on `jmp $`. */
  stuck = false;
  location = '';
  kicks = 0;
  #program: Program;
  #guest: Generator<ControlExit | undefined, void>;
  #kicked = false;
  #windowWanted = false;
  #mayInject = false;

  constructor(id: number, sink: ExitSink, program: Program, log: string[]) {
    this.id = id;
    this.sink = sink;
    this.log = log;
    this.#program = program;
    this.#guest = program(this);
  }

  /** Puts another program at the instruction pointer. */
  load(program: Program): void {
    this.#program = program;
    this.#guest = program(this);
    this.location = 'loaded';
  }

  run(budget: RunBudget): ControlExit {
    const exit = this.#run(budget);
    if (this.sink instanceof CoalescingSink) this.sink.flush();
    return exit;
  }

  #run(budget: RunBudget): ControlExit {
    this.budgets.push({ ...budget });
    this.#mayInject = false;
    const end = performance.now() + budget.nanoseconds / 1e6;
    const last = this.instructions + (budget.instructions ?? Number.POSITIVE_INFINITY);
    for (;;) {
      if (this.#kicked) {
        this.#kicked = false;
        return { reason: 'kicked' };
      }
      if (this.#windowWanted && this.interruptsEnabled) {
        this.#mayInject = true;
        return { reason: 'irq-window' };
      }
      if (this.instructions >= last || performance.now() >= end) return { reason: 'slice-end' };
      const { value, done } = this.#guest.next();
      this.instructions++;
      if (done) return HLT;
      if (value !== undefined) return value;
    }
  }

  kick(): void {
    this.kicks++;
    this.#kicked = true;
  }

  requestInterruptWindow(wanted: boolean): void {
    this.log.push(`window ${wanted}`);
    this.#windowWanted = wanted;
  }

  injectInterrupt(vector: number): void {
    if (!this.#mayInject) throw new Error('injected outside an interrupt window');
    this.interrupts.push(vector);
    this.#mayInject = false;
    this.interruptsEnabled = false;
  }

  reset(): void {
    this.log.push('vcpu reset');
    this.#guest = this.#program(this);
    this.location = 'reset';
  }

  isStuck(interruptsPossible: boolean): boolean {
    return this.stuck && !(interruptsPossible && this.interruptsEnabled);
  }

  dump(): VcpuDump {
    return { registers: { rip: 0x7c00n }, location: this.location || 'here', codeAddress: 0x7c00 };
  }

  /** A guest's program goes on where it is: what is restored is what a machine can tell from outside. */
  snapshot(): VcpuState {
    const { instructions, interruptsEnabled, stuck, location } = this;
    return { arch: 'fake', version: 1, instructions, interruptsEnabled, stuck, location };
  }

  restore(state: VcpuState): void {
    if (state.arch !== 'fake') throw new VmError('ERR_SNAPSHOT_MISMATCH', `the fake vCPU is no ${state.arch}`);
    this.log.push('vcpu restored');
    const { instructions, interruptsEnabled, stuck, location } = state;
    Object.assign(this, { instructions, interruptsEnabled, stuck, location });
  }

  sinkChanged(): void {
    this.log.push('sink changed');
  }

  dispose(): void {
    this.log.push('vcpu disposed');
  }
}

export interface FakeOptions {
  readonly program?: Program;
  readonly instructionCount?: boolean;
  readonly maxVcpus?: number;
  readonly irq?: InterruptController;
  readonly threads?: VcpuThreads;
  readonly reserved?: readonly MapEntry[];
  /** Writes may wait. */
  readonly coalesces?: boolean;
  /** Which call fails. */
  readonly failing?: 'createVm' | 'mapMemory' | 'createVcpu' | 'vcpu.dispose';
}

/** An accelerator for tests of the `Vm`. `log` tells what was made and given back. */
export class FakeAccelerator implements Accelerator<FakeVcpu> {
  readonly name = 'fake';
  readonly arenaBytes = 100;
  readonly log: string[] = [];
  readonly #options: FakeOptions;

  constructor(options: FakeOptions = {}) {
    this.#options = options;
  }

  get supports(): Supports {
    return {
      arch: 'x86',
      modes: ['real'],
      instructionCount: this.#options.instructionCount ?? true,
      maxVcpus: this.#options.maxVcpus ?? 1,
      readonlyMemory: true,
      exits: new Set(Object.keys(EXIT_REASONS) as ExitReason[]),
      hardware: false,
    };
  }

  async probe(): Promise<Probe> {
    return { available: true, supports: this.supports };
  }

  createVm({ arena }: AcceleratorVmOptions): AcceleratorVm<FakeVcpu> {
    const { program = function* () {}, failing, irq, threads, reserved, coalesces } = this.#options;
    let late: CoalescingSink | undefined;
    const { log, supports } = this;
    const failIf = (call: FakeOptions['failing']): void => {
      if (failing === call) throw new Error(`${call} fails`);
    };
    failIf('createVm');
    arena.allocate(this.arenaBytes);
    log.push('vm made');
    return {
      supports,
      irq,
      threads,
      reserved,
      mapMemory: (region: MemoryRegion) => {
        if (log.includes('mapped ram')) failIf('mapMemory');
        log.push(`mapped ${region.name}`);
        return { [Symbol.dispose]: () => log.push(`unmapped ${region.name}`) };
      },
      coalesce: coalesces
        ? (space, base, size) => {
            const zone = late?.add(space, base, size);
            log.push(`zone ${space} ${base.toString(16)} ${size}`);
            return {
              [Symbol.dispose]: () => {
                zone?.[Symbol.dispose]();
                log.push(`zone ${space} ${base.toString(16)} ${size} gone`);
              },
            };
          }
        : undefined,
      createVcpu: (id, sink) => {
        failIf('createVcpu');
        log.push('vcpu made');
        if (coalesces) late = new CoalescingSink(sink);
        const vcpu = new FakeVcpu(id, late ?? sink, program, log);
        const dispose = vcpu.dispose.bind(vcpu);
        vcpu.dispose = () => {
          dispose();
          failIf('vcpu.dispose');
        };
        return vcpu;
      },
      dispose: () => log.push('vm disposed'),
    };
  }
}
