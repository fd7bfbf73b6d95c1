import type { MapEntry } from '../bus/address-map.ts';
import type { ControlExit, ExitReason } from '../exits/exit.ts';
import type { ExitSink } from '../exits/exit-sink.ts';
import type { InterruptController } from '../irq/interrupt-controller.ts';
import type { Arena } from '../memory/arena.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import type { MemoryRegion } from '../memory/region.ts';
import type { SnapshotDifference } from '../snapshot/difference.ts';

/** What an accelerator can do. */
export interface Supports {
  /** The instruction set of its vCPUs. */
  readonly arch: 'x86';
  /** CPU modes that guests may enter. */
  readonly modes: readonly ('real' | 'protected' | 'long')[];
  /** `vcpu.instructions` counts, and `RunBudget.instructions` is kept exactly: what a `VirtualClock` needs. */
  readonly instructionCount: boolean;
  /** Guest writes to read-only regions are dropped. */
  readonly readonlyMemory: boolean;
  /** The exit reasons that it can produce. */
  readonly exits: ReadonlySet<ExitReason>;
  /** It runs guests as the hardware does, at the hardware's speed; false for interpreters and for emulating hosts. */
  readonly hardware: boolean;
  /** How many vCPUs a VM may have, at least 1. */
  readonly maxVcpus: number;
}

/** Whether an accelerator can run here, and if not, why, and what to do. */
export type Probe =
  | {
      /** It can. */
      readonly available: true;
      /** What it can do here. */
      readonly supports: Supports;
      /** What a person should know although it runs, such as that it is slow here. */
      readonly note?: string;
      /** What guests cannot use here though `supports.modes` may say so, for people: `x87`, `SSE`, … */
      readonly lacks?: readonly string[];
      /** Which build of it is in use, where there are several: the file of a native addon, and what it was made for. */
      readonly implementation?: string;
      /** False where another accelerator that runs here is the better choice. Default true. */
      readonly preferred?: boolean;
    }
  | {
      /** It cannot. */
      readonly available: false;
      /** Short and stable, for programs: `not-linux`, `no-device`, … */
      readonly code: string;
      /** A sentence for people. */
      readonly reason: string;
      /** What to do about it. */
      readonly hint?: string;
    };

/** What an accelerator gets to make a VM with. */
export interface AcceleratorVmOptions {
  /** All memory of the VM. The accelerator takes its own state from it, at most `arenaBytes` for each vCPU. */
  readonly arena: Arena;
  /** To look regions up by address, and to hear of the host's writes. Regions are mapped by `mapMemory`. */
  readonly memory: GuestMemory;
}

/** Something that runs guests: KVM, an interpreter. `V` is what its vCPUs can do beyond running. */
export interface Accelerator<V extends Vcpu = Vcpu> {
  /** `kvm`, `interp`, … */
  readonly name: string;
  /** Bytes that it needs in the arena of a VM for each of its vCPUs. */
  readonly arenaBytes: number;
  /** Finds out whether it can run here. Never throws and never rejects. */
  probe(): Promise<Probe>;
  /** @throws VmError `ERR_ACCELERATOR_UNAVAILABLE` if it cannot run here */
  createVm(options: AcceleratorVmOptions): AcceleratorVm<V>;
}

/** One VM of an accelerator. */
export interface AcceleratorVm<V extends Vcpu = Vcpu> {
  /** What it can do here. */
  readonly supports: Supports;
  /** Its own interrupt controller, if it has one in use: it then also waits in HLT itself, with no `halt` exit. */
  readonly irq?: InterruptController;
  /** Ports and physical addresses that it answers itself, before any bus: no device can have them. */
  readonly reserved?: readonly MapEntry[];
  /** Set if its vCPUs run in threads of their own. */
  readonly threads?: VcpuThreads;
  /**
   * Makes a region visible to the guest until the returned object is disposed.
   * @throws VmError `ERR_UNSUPPORTED` or an error of the host
   */
  mapMemory(region: MemoryRegion): Disposable;
  /**
   * Lets the guests' writes to a range wait, until the result is disposed: they are pushed into the sink as
   * `RangeSpec.coalesced` says, in any case before `run` returns. An access that is only partly in the range does not wait.
   * Without this method, and for ranges that it cannot take any more, writes are pushed at once. Called inside of `run` only
   * from a call of the sink, when nothing waits. To dispose the result outside of `run` first pushes what waits: it is still the
   * old owner's.
   * @param space which addresses: ports, or physical ones
   * @param base the first of them
   * @param size how many
   */
  coalesce?(space: 'port' | 'mmio', base: number, size: number): Disposable;
  /**
   * Makes a vCPU, in its state after RESET, that pushes what its guest asks into `sink`.
   * @param id 0 for the first, which starts the guest; the others wait until the guest starts them
   */
  createVcpu(id: number, sink: ExitSink): V;
  /** Gives back everything. Idempotent. */
  dispose(): void;
}

/**
 * vCPUs that run in threads of their own, beside the thread of the VM, where what they ask is answered. `run` of vCPU 0 lets
 * all of them run, and answers; they go on when it returns, until `pause`. It does not wait for long when nobody asks.
 */
export interface VcpuThreads {
  /** `run` returned because nobody asked: `wake` is called when one does. */
  readonly quiet: boolean;
  /** Id of the vCPU whose exit `run` returned last; 0 if it was none of the guest's. */
  readonly exited: number;
  /** Set by the run loop. */
  wake: () => void;
  /** Takes all vCPUs out of the guest, and answers what they asked last. Idempotent. */
  pause(): void;
}

/** How long `run` may stay in the guest. */
export interface RunBudget {
  /**
   * Nanoseconds of host time: finite, at least 10,000. An accelerator for which that is too little to execute anything takes
   * more: whoever asks for so little again and again shall not keep the guest from getting on.
   */
  nanoseconds: number;
  /** Instructions; only where `supports.instructionCount`. Undefined: no limit. */
  instructions: number | undefined;
}

/** The state of a vCPU for people: registers by name, and where it is. */
export interface VcpuDump {
  /** Lower-case names in the order of the manuals, unsigned values. */
  readonly registers: Readonly<Record<string, bigint>>;
  /** The instruction pointer as the architecture writes it: `07c0:003e`. */
  readonly location: string;
  /** Its guest-physical address; undefined if it cannot be told. */
  readonly codeAddress: number | undefined;
}

/**
 * The state of a vCPU as plain data: numbers, strings, booleans, bigints, byte arrays, and lists and records of them. It
 * does not tell which accelerator wrote it: the other accelerators of the architecture read it too. On x86 it is the
 * `X86VcpuState` of `@picovm/core/x86`.
 */
export interface VcpuState {
  /** The instruction set: `x86`. */
  readonly arch: string;
  /** Of the architecture's state format, from 1. */
  readonly version: number;
  readonly [field: string]: unknown;
}

/** A virtual CPU. Not for use by several threads, but for `kick`. */
export interface Vcpu {
  /** 0 for the first of a VM. */
  readonly id: number;
  /** Instructions retired since it was made; 0 where `supports.instructionCount` is false. */
  readonly instructions: number;
  /**
   * Runs the guest until something comes that the sink does not answer, or the budget is used up. Synchronous.
   * Never throws for what a guest does. A `halt` exit leaves the guest behind its HLT: it is the caller that waits.
   * @throws VmError `ERR_DEVICE` if a function threw that the user gave the vCPU, `ERR_VM_DISPOSED` after `dispose`: `vm.run`
   *   then ends as `failed`; another one if the host fails it: `vm.run` then rejects with it
   */
  run(budget: RunBudget): ControlExit;
  /**
   * Makes `run` return `kicked` at the next instruction boundary, or at once the next time. Idempotent. The run loop
   * calls it from within `run` only: from a call of the sink.
   */
  kick(): void;
  /** While wanted, `run` returns `irq-window` whenever the guest could take an external interrupt. */
  requestInterruptWindow(wanted: boolean): void;
  /**
   * Delivers an external interrupt. Only allowed right after an `irq-window` exit.
   * @param vector 0 to 255
   * @throws VmError `ERR_VM_RUNNING` inside of `run`
   */
  injectInterrupt(vector: number): void;
  /** Puts the CPU into the state after its RESET pin. @throws VmError `ERR_VM_RUNNING` inside of `run` */
  reset(): void;
  /**
   * Whether the guest sits on an instruction that jumps to itself, which only an interrupt could end.
   * @param interruptsPossible whether the machine can deliver one at all; the guest must also have them enabled
   */
  isStuck(interruptsPossible: boolean): boolean;
  /** Registers and place, for people and for reports. */
  dump(): VcpuDump;
  /**
   * The whole state between two instructions, or between two rounds of a repeated one. An instruction that is under way
   * (KVM leaves for an access in the middle of it) is completed first, for which it may ask the sink again.
   * @throws VmError `ERR_VM_RUNNING` inside of `run`; `ERR_UNSUPPORTED` if the guest uses what the state cannot hold
   */
  snapshot(): VcpuState;
  /**
   * Takes a state that `snapshot` gave, of this or of another accelerator. All or nothing: the whole state is checked
   * before anything is changed. Memory is restored before, and the vCPU is told of it through `GuestMemory`. A `kick` that
   * is pending is forgotten.
   * @throws VmError `ERR_VM_RUNNING` inside of `run`; `ERR_SNAPSHOT_FORMAT` if it is no state;
   *   `ERR_SNAPSHOT_VERSION` if a newer version wrote it; `ERR_SNAPSHOT_MISMATCH` if this CPU cannot be in it
   */
  restore(state: VcpuState): void;
  /**
   * What keeps this CPU from taking a state, for `Vm.restore` to list together with what else differs. Changes nothing.
   * Without it, `restore` alone refuses.
   * @returns nothing if `restore` would take it
   * @throws VmError `ERR_SNAPSHOT_FORMAT`, `ERR_SNAPSHOT_VERSION`
   */
  differences?(state: VcpuState): readonly SnapshotDifference[];
  /** Tells the vCPU that the sink now answers other things, as `answersCpuid` does. */
  sinkChanged(): void;
  /**
   * Gives back everything. Idempotent. Inside of `run` it makes that return `kicked` first. `vm.run` ends as `failed` when it
   * enters the guest of a disposed first vCPU next; one that waits in HLT is entered when something wakes it.
   */
  dispose(): void;
}
