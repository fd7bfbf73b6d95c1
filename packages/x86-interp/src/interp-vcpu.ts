import type { RunBudget } from '@picovm/core';
import type { X86Vcpu } from '@picovm/core/x86';
import type { Breakpoints, InterpExit } from './breakpoint.ts';
import type { InterpCounters } from './counters.ts';
import type { CpuEvents } from './cpu-events.ts';

/**
 * A vCPU of the interpreter: what every x86 vCPU does, and what only an interpreter can. After `dispose`, every call but
 * `dispose` and every setter throws `ERR_VM_DISPOSED`; a wrong argument is `ERR_INVALID_ARGUMENT`, and changes nothing.
 */
export interface InterpVcpu extends X86Vcpu {
  /** The processor that it is: a model, and what features it has more or fewer, as in `pentium3+sse2-pse36`. */
  readonly cpuModel: string;
  /**
   * Instructions executed since the vCPU was made. Exact inside the calls of the sink too, where the current instruction
   * is not among them. An instruction that ends in a fault counts; a REP instruction counts once, when it is over.
   */
  readonly instructions: number;
  /**
   * Whether address line A20 is driven. If not, bit 20 of physical addresses is 0, as on an IBM PC whose keyboard
   * controller says so. Always false for models with 20 address lines; true for others until it is set, and after reset.
   */
  a20: boolean;
  /**
   * Runs the guest as every vCPU does. A breakpoint of the host ends it with a `debug` exit. `dispose` inside of it ends it.
   * @throws VmError `ERR_DEVICE` if a hook or `ferr` threw: the instruction has ended by then, and a further run goes on
   *   behind it; `ERR_VM_RUNNING` inside of `run`
   */
  run(budget: RunBudget): InterpExit;
  /**
   * Executes one instruction, or delivers one fault. A REP instruction that takes more than a second is left in between. A
   * breakpoint on the instruction itself is passed over.
   * @returns `slice-end`, or the exit that the instruction caused
   * @throws VmError as {@link run}
   */
  step(): InterpExit;
  /**
   * Calls `hook` for each event of a kind, until the returned object is disposed. While nobody listens it costs nothing.
   * A hook looks on: it may `kick` the vCPU, but what changes it (`setRegisters`, `reset` and the like) is `ERR_VM_RUNNING`. What it
   * throws ends the run.
   * @throws VmError `ERR_INVALID_ARGUMENT` if there is no such event
   */
  on<E extends keyof CpuEvents>(event: E, hook: (event: CpuEvents[E]) => void): Disposable;
  /** The breakpoints of the host, which the guest does not see. */
  readonly breakpoints: Breakpoints;
  /**
   * The physical address of a linear one: by the page tables of the guest as they are now, with no side effect, and whoever may
   * use the page. With it, `memory` of a paged guest can be looked at by the addresses that its program uses.
   * @param address 0 to FFFFFFFF
   * @returns undefined if there is no page
   * @throws VmError `ERR_INVALID_ARGUMENT`
   */
  translate(address: number | bigint): number | undefined;
  /** What happened so far, as numbers. */
  counters(): InterpCounters;
  /**
   * Makes a non-maskable interrupt due: vector 2, before the next instruction, unless the handler of an earlier one still
   * runs. Then it waits for the handler's IRET.
   */
  nmi(): void;
  /**
   * Called when the pin FERR# of an 80486 or later changes: whether an unmasked x87 error is pending that is no exception of
   * the CPU, because CR0.NE is 0. An IBM PC makes it IRQ 13. The next x87 instruction that waits for errors halts the CPU
   * until an interrupt comes, unless {@link ignne} is set. With no callback such errors are ignored.
   */
  ferr: ((active: boolean) => void) | undefined;
  /**
   * What the time-stamp counter counts in place of instructions: called by RDTSC, RDMSR and snapshots, it gives ticks, a number from 0
   * to 2^53. A machine that keeps its guest's time gives those of its clock, `() => 3 * vm.clock.now()` for 3 GHz: else time
   * stands still for a guest that halts and reads the counter. The counter goes on from what it is.
   */
  timeStampTicks: (() => number) | undefined;
  /**
   * Set by a machine that has a local APIC for the vCPU, as the pin APICEN says so: CPUID then tells of it, on the Pentium and later, as
   * long as IA32_APIC_BASE enables it. Called when the guest writes that register, which the Pentium does not have, with what it then
   * holds: bit 11 enables the APIC, bits 12 to 35 are its address. After reset it is FEE00900h.
   */
  apicBase: ((value: bigint) => void) | undefined;
  /** Whether the pin IGNNE# is active: x87 instructions go on although an error is pending. False after reset. */
  ignne: boolean;
}
