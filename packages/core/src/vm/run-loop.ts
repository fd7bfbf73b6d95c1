import type { RunBudget, Vcpu, VcpuThreads } from '../accelerator/accelerator.ts';
import { isVmError, messageOf, VmError } from '../errors.ts';
import type { ControlExit, SystemEvent } from '../exits/exit.ts';
import type { ExitDispatcher } from '../exits/exit-dispatcher.ts';
import type { Disposition } from '../exits/handler-table.ts';
import type { RunState } from '../snapshot/vm-snapshot.ts';
import type { DrivenClock } from '../time/clock.ts';
import { unlessDisposed, wasDisposed } from './disposed-vcpu.ts';
import { type Ending, endingOfExit } from './ending.ts';
import type { RunOptions } from './vm-options.ts';
import { WakeUp } from './wake-up.ts';
import { yieldToHost } from './yield-to-host.ts';

const NS_PER_MS = 1e6;

/**
 * The guest is given at least so long an entry, though alarms may be overdue. That it gets anywhere in it is up to the
 * accelerator, which knows what an entry costs: see `RunBudget`.
 */
const MIN_ENTRY_NS = 10_000;

/** Of what failed between runs, a snapshot keeps so much. */
const MAX_MESSAGE = 1000;

/** What the loop drives. */
export interface RunLoopParts {
  readonly vcpu: Vcpu;
  readonly threads: VcpuThreads | undefined;
  readonly exits: ExitDispatcher;
  readonly clock: DrivenClock;
  /** Whether the machine can deliver interrupts at all, and so wake a halted guest. */
  interruptsPossible(): boolean;
  /** Whether an interrupt waits for the CPU to take it. */
  interruptPending(): boolean;
}

/** The run loop of a VM: enters the guest, slice by slice, lets the exits be handled, and sleeps while it is halted. */
export class RunLoop {
  readonly #parts: RunLoopParts;
  readonly #wakeUp = new WakeUp();
  readonly #budget: RunBudget = { nanoseconds: 0, instructions: undefined };
  #running = false;
  /** The number of exits at the end of the last slice. */
  #exitsBefore = 0;
  #inGuest = false;
  #handling = false;
  #ending: Ending | undefined;
  #systemEvent: SystemEvent | undefined;
  /** The guest waits in HLT for an interrupt. The vCPU would run on behind it: waiting is our part. */
  #halted = false;
  /** Where it was when the last run ended, to notice that the host put it elsewhere. */
  #haltedAt = '';
  /** Guest time at which the vCPU leaves the guest anyway. */
  #leavesAt = 0;

  constructor(parts: RunLoopParts) {
    this.#parts = parts;
    if (parts.threads !== undefined) parts.threads.wake = () => this.wake();
  }

  /**
   * Ends the run at the next instruction boundary. The first ending counts, but the limit of exits is the weakest: the
   * exit that reached it may itself end the run, or fail. Between runs only a failure matters: the next run ends by it.
   */
  end(ending: Ending): void {
    if (!this.#running && ending.outcome !== 'failed') return;
    if (this.#ending === undefined || this.#ending.outcome === 'max-exits') this.#ending = ending;
    this.#leaveGuest();
  }

  /** Hands a system event to its handlers at the next instruction boundary; between runs, when the next one starts. */
  raise(event: SystemEvent): void {
    this.#systemEvent ??= event;
    this.#leaveGuest();
  }

  /** An alarm was set, which the guest may have to leave for earlier than was planned. */
  alarmSet(at: number): void {
    if (!this.#inGuest || at < this.#leavesAt) this.#leaveGuest();
  }

  /** Something happened that a halted guest may be waiting for. */
  wake(): void {
    this.#wakeUp.wake();
  }

  /** Whether a handler of an exit that came back from `vcpu.run` is being asked: no vCPU is in the middle of anything then. */
  get handling(): boolean {
    return this.#handling;
  }

  /** The machine is reset: it neither waits in HLT nor has a system event to report. */
  reset(): void {
    this.#parts.threads?.pause();
    this.#halted = false;
    this.#systemEvent = undefined;
  }

  /** What the next run begins with. Not during a run. */
  snapshot(): Omit<RunState, 'irqLines'> {
    const halted = this.#halted && this.#parts.vcpu.dump().location === this.#haltedAt;
    return {
      halted,
      systemEvent: this.#systemEvent ?? null,
      failure: this.#ending?.error?.message.slice(0, MAX_MESSAGE) ?? null,
    };
  }

  /** Takes what `snapshot` gave, when the vCPU is in its state already. */
  restore({ halted, systemEvent, failure }: Omit<RunState, 'irqLines'>): void {
    this.#halted = halted;
    this.#haltedAt = halted ? this.#parts.vcpu.dump().location : '';
    this.#systemEvent = systemEvent ?? undefined;
    this.#ending = failure === null ? undefined : { outcome: 'failed', error: new VmError('ERR_DEVICE', failure) };
    this.#exitsBefore = 0;
  }

  async run(options: RunOptions): Promise<Ending> {
    const { signal, sliceMs = 1, timeoutMs = Number.POSITIVE_INFINITY, maxExits = Number.POSITIVE_INFINITY } = options;
    const { threads, exits, clock } = this.#parts;
    const deadline = performance.now() + timeoutMs;
    const onAbort = (): void => this.end({ outcome: 'aborted' });
    this.#running = true;
    signal?.addEventListener('abort', onAbort);
    exits.limitExits(maxExits);
    clock.resume();
    try {
      if (signal?.aborted) onAbort();
      if (this.#halted && this.#location() !== this.#haltedAt) this.#halted = false;
      while (this.#ending === undefined) {
        const idle = this.#slice(Math.min(performance.now() + sliceMs, deadline));
        if (this.#ending !== undefined) break;
        if (performance.now() >= deadline) this.end({ outcome: 'timeout' });
        else if (idle) await this.#wakeUp.sleep(Math.min(deadline - performance.now(), this.#untilAlarm() / NS_PER_MS));
        else await yieldToHost();
      }
      if (this.#halted) this.#haltedAt = this.#location();
      this.#halted &&= this.#haltedAt !== '';
      // What the vCPUs asked last may still fail.
      threads?.pause();
      return this.#ending;
    } finally {
      try {
        threads?.pause();
      } finally {
        this.#running = false;
        this.#ending = undefined;
        signal?.removeEventListener('abort', onAbort);
        exits.limitExits(Number.POSITIVE_INFINITY);
        clock.pause();
      }
    }
  }

  /** Stays with the guest until `end` (host time, ms). @returns whether it waits for an interrupt */
  #slice(end: number): boolean {
    const { clock, threads, interruptPending } = this.#parts;
    do {
      this.#runAlarms();
      this.#reportSystemEvent();
      if (this.#ending !== undefined) return false;
      if (this.#halted && !interruptPending()) {
        if (clock.skipToNextAlarm()) continue;
        return true;
      }
      this.#halted = false;
      const exit = this.#enter(end);
      // It was raised by a device that the guest talked to, before the exit came.
      this.#reportSystemEvent();
      this.#handle(exit);
      if (threads?.quiet) return true;
    } while (this.#ending === undefined && performance.now() < end);
    return false;
  }

  #enter(end: number): ControlExit {
    const { vcpu, clock } = this.#parts;
    const budget = this.#budget;
    const instructions = clock.instructionsToNextAlarm();
    budget.nanoseconds = Math.max(MIN_ENTRY_NS, (end - performance.now()) * NS_PER_MS);
    // The guest leaves for the next alarm: after so many instructions, or after so much time.
    if (instructions === undefined) {
      budget.nanoseconds = Math.min(budget.nanoseconds, Math.max(MIN_ENTRY_NS, this.#untilAlarm()));
      budget.instructions = undefined;
      this.#leavesAt = clock.now() + budget.nanoseconds;
    } else {
      budget.instructions = instructions === Number.POSITIVE_INFINITY ? undefined : instructions;
      this.#leavesAt = clock.nextAlarm();
    }
    this.#inGuest = true;
    try {
      return vcpu.run(budget);
    } catch (error) {
      // A function that the user gave the vCPU threw, as a device might, or somebody disposed it. Anything else means that
      // the host fails it.
      if (!isVmError(error) || (error.code !== 'ERR_DEVICE' && !wasDisposed(error))) throw error;
      this.#inGuest = false;
      this.end({ outcome: 'failed', error });
      return { reason: 'kicked' };
    } finally {
      this.#inGuest = false;
    }
  }

  #handle(exit: ControlExit): void {
    const { vcpu, threads, exits, interruptsPossible } = this.#parts;
    const disposition = this.#dispatch(exit);
    if (disposition === 'stop') this.end({ outcome: 'stopped', exit });
    else if (exit.reason === 'slice-end') {
      // One vCPU that makes no progress says nothing about the others.
      if (threads !== undefined) return;
      // Looking costs some system calls on KVM, and a guest that made an exit in this slice was not stuck in all of it.
      const quiet = exits.total === this.#exitsBefore;
      this.#exitsBefore = exits.total;
      // Who was asked about the exit may have disposed it.
      const stuck = quiet && unlessDisposed(() => vcpu.isStuck(interruptsPossible()), false);
      if (stuck) this.end({ outcome: 'halted', exit });
    } else if (disposition === undefined) {
      if (exit.reason === 'halt' && exit.interruptsEnabled && interruptsPossible()) this.#halted = true;
      else this.end(endingOfExit(exit));
    }
  }

  #dispatch(exit: ControlExit): Disposition | undefined {
    this.#handling = true;
    try {
      return this.#parts.exits.dispatch(exit);
    } finally {
      this.#handling = false;
    }
  }

  #reportSystemEvent(): void {
    const event = this.#systemEvent;
    if (event === undefined) return;
    this.#systemEvent = undefined;
    this.#handle({ reason: 'system-event', event });
  }

  #runAlarms(): void {
    try {
      this.#parts.clock.runDueAlarms();
    } catch (cause) {
      const message = `a device's alarm threw: ${messageOf(cause)}`;
      this.end({ outcome: 'failed', error: new VmError('ERR_DEVICE', message, { cause }) });
    }
  }

  // Empty if the vCPU was disposed: it is nowhere, and waits for nothing.
  #location(): string {
    return unlessDisposed(() => this.#parts.vcpu.dump().location, '');
  }

  #leaveGuest(): void {
    if (this.#inGuest) this.#parts.vcpu.kick();
    this.#wakeUp.wake();
  }

  #untilAlarm(): number {
    const { clock } = this.#parts;
    return Math.max(0, clock.nextAlarm() - clock.now());
  }
}
