import type { AccessSize } from '../bus/access.ts';
import type { MmioBus } from '../bus/mmio-bus.ts';
import type { PortBus } from '../bus/port-bus.ts';
import { messageOf, VmError } from '../errors.ts';
import { answer64Of, answerOf } from './answer.ts';
import type { ControlExit, CpuidExit, Exit, ExitOf, ExitReason, IoExit, MmioExit } from './exit.ts';
import { EXIT_REASONS } from './exit-reasons.ts';
import type { ExitSink } from './exit-sink.ts';
import { type Disposition, type ExitHandler, HandlerTable } from './handler-table.ts';
import { RecentAccesses } from './recent-accesses.ts';
import { hasExitSubscribers, publishExit } from './trace-channel.ts';

/** One row of the table of handlers. */
export interface ExitTableRow {
  /** The exit's name. */
  readonly reason: ExitReason;
  /** What it is. */
  readonly description: string;
  /** The handlers in the order in which they are asked, by their function names; what happens without them comes last. */
  readonly handlers: readonly string[];
}

/** How the VM connects the dispatcher to itself. */
export interface DispatcherHost {
  /** Where port accesses go that no handler claims. */
  readonly ports: PortBus;
  /** Where MMIO accesses go that no handler claims. */
  readonly mmio: MmioBus;
  /** What happens to an exit that no user's handler claims; undefined: nobody claims it. */
  readonly defaults: { readonly [R in ControlExit['reason']]?: ExitHandler<R> };
  /** A handler wants the run to end, or the limit of exits is reached: at the next instruction boundary. */
  onStop(outcome: 'stopped' | 'max-exits'): void;
  /** A handler threw. */
  onFault(error: VmError): void;
  /** Handlers were added or removed. */
  onChange(): void;
}

/** How many accesses are kept for the report of a failed run. */
const RECENT_ACCESSES = 32;

const CPUID_REGISTERS = ['eax', 'ebx', 'ecx', 'edx'] as const;

// What the last column of the table says where more than the run's going on or ending is to be said.
const DEFAULT_NAMES: { readonly [R in ExitReason]?: string } = {
  io: 'the port bus',
  mmio: 'the MMIO bus',
  cpuid: "the accelerator's answer",
  rdmsr: '#GP',
  wrmsr: '#GP',
  halt: 'the run ends, or sleeps if an interrupt can come',
  'irq-window': 'the interrupt is delivered',
};

const COUNTED: ReadonlySet<ExitReason> = new Set(
  (Object.keys(EXIT_REASONS) as ExitReason[]).filter((reason) => reason !== 'slice-end' && reason !== 'kicked'),
);

/**
 * The table from exit reason to handler. Port and MMIO accesses that no handler claims go to the buses; the other
 * questions (CPUID, MSRs) keep the accelerator's answer; control exits end the run unless somebody claims them.
 */
export class ExitDispatcher implements ExitSink {
  readonly #host: DispatcherHost;
  readonly #handlers = new HandlerTable(() => this.#changed());
  // Replaced and never changed, because observers may come and go while they are called.
  #observers: readonly { readonly call: (exit: Exit) => void }[] = [];
  readonly #counts: Record<ExitReason, number>;
  readonly #recent = new RecentAccesses(RECENT_ACCESSES);
  // Apart from the other counts, because they change at each access: V8 increments plain fields in place.
  #ioExits = 0;
  #mmioExits = 0;
  #total = 0;
  #limit = Number.POSITIVE_INFINITY;
  // Somebody wants to see or to answer accesses; if not, they go to the buses with nothing allocated.
  #ioHooked = false;
  #mmioHooked = false;

  /** A table with no handlers but the defaults of `host`. */
  constructor(host: DispatcherHost) {
    this.#host = host;
    this.#counts = Object.fromEntries(Object.keys(EXIT_REASONS).map((reason) => [reason, 0])) as Record<
      ExitReason,
      number
    >;
  }

  /**
   * Registers `handler`, to be asked before those that are there. Disposing the result takes it out again.
   * @throws VmError `ERR_INVALID_ARGUMENT` if there is no such reason
   */
  on<R extends ExitReason>(reason: R, handler: ExitHandler<R>): Disposable {
    return this.#handlers.add(reason, handler);
  }

  /** Calls `observer` with each exit, after it was answered. It cannot change anything. */
  observe(observer: (exit: Exit) => void): Disposable {
    const registration = { call: observer };
    this.#setObservers([...this.#observers, registration]);
    return {
      [Symbol.dispose]: () => this.#setObservers(this.#observers.filter((other) => other !== registration)),
    };
  }

  /** The table, as it is now: a row for every reason. */
  table(): ExitTableRow[] {
    return (Object.keys(EXIT_REASONS) as ExitReason[]).map((reason) => {
      const users = this.#handlers.names(reason);
      return { reason, description: EXIT_REASONS[reason].description, handlers: [...users, this.#defaultName(reason)] };
    });
  }

  /** How many exits there were, by reason. */
  get counts(): Readonly<Record<ExitReason, number>> {
    return { ...this.#counts, io: this.#ioExits, mmio: this.#mmioExits };
  }

  /** All exits but the host's own (`slice-end`, `kicked`). */
  get total(): number {
    return this.#total;
  }

  /** @internal Sets the counters, as a snapshot has them. */
  restoreCounts(counts: Readonly<Record<ExitReason, number>>, total: number): void {
    Object.assign(this.#counts, counts, { io: 0, mmio: 0 });
    this.#ioExits = counts.io;
    this.#mmioExits = counts.mmio;
    this.#total = total;
  }

  /** The last accesses to ports and MMIO. */
  get recent(): RecentAccesses {
    return this.#recent;
  }

  /** Asks for an end of the run after `count` more exits. */
  limitExits(count: number): void {
    this.#limit = this.#total + count;
  }

  /** Asks the handlers what to do with an exit that `vcpu.run` returned. Undefined: nobody claims it. */
  dispatch(exit: ControlExit): Disposition | undefined {
    this.#count(exit.reason);
    const disposition = this.#ask(exit) ?? this.#byDefault(exit);
    if (COUNTED.has(exit.reason)) this.#publish(exit);
    return disposition;
  }

  /** {@inheritDoc IoSink.portRead} */
  portRead(port: number, size: AccessSize): number {
    this.#ioExits++;
    this.#countTotal();
    let value: number;
    if (this.#ioHooked || hasExitSubscribers()) {
      const exit: IoExit = { reason: 'io', direction: 'read', port, size, count: 1, data: 0, block: undefined };
      if (!this.#claimed(exit)) exit.data = this.#host.ports.read(port, size);
      value = exit.data = answerOf(exit.data, size);
      this.#publish(exit);
    } else value = this.#host.ports.read(port, size);
    this.#recent.add(false, false, port, size, 1, value);
    return value;
  }

  /** {@inheritDoc IoSink.portWrite} */
  portWrite(port: number, size: AccessSize, value: number): void {
    this.#ioExits++;
    this.#countTotal();
    this.#recent.add(false, true, port, size, 1, value);
    if (this.#ioHooked || hasExitSubscribers()) {
      const exit: IoExit = { reason: 'io', direction: 'write', port, size, count: 1, data: value, block: undefined };
      if (!this.#claimed(exit)) this.#host.ports.write(port, size, value);
      this.#publish(exit);
    } else this.#host.ports.write(port, size, value);
  }

  /** {@inheritDoc IoSink.portReadBlock} */
  portReadBlock(port: number, size: AccessSize, out: Uint8Array): void {
    this.#ioExits++;
    this.#countTotal();
    const count = out.length / size;
    if (this.#ioHooked || hasExitSubscribers()) {
      const exit: IoExit = { reason: 'io', direction: 'read', port, size, count, data: 0, block: out };
      if (!this.#claimed(exit)) this.#host.ports.readBlock(port, size, out);
      this.#publish(exit);
    } else this.#host.ports.readBlock(port, size, out);
    this.#recent.add(false, false, port, size, count, firstElement(out, size));
  }

  /** {@inheritDoc IoSink.portWriteBlock} */
  portWriteBlock(port: number, size: AccessSize, data: Uint8Array): void {
    this.#ioExits++;
    this.#countTotal();
    const count = data.length / size;
    this.#recent.add(false, true, port, size, count, firstElement(data, size));
    if (this.#ioHooked || hasExitSubscribers()) {
      const exit: IoExit = { reason: 'io', direction: 'write', port, size, count, data: 0, block: data };
      if (!this.#claimed(exit)) this.#host.ports.writeBlock(port, size, data);
      this.#publish(exit);
    } else this.#host.ports.writeBlock(port, size, data);
  }

  /** {@inheritDoc IoSink.mmioRead} */
  mmioRead(address: number, size: AccessSize): number {
    this.#mmioExits++;
    this.#countTotal();
    let value: number;
    if (this.#mmioHooked || hasExitSubscribers()) {
      const exit: MmioExit = { reason: 'mmio', direction: 'read', address, size, data: 0 };
      if (!this.#claimed(exit)) exit.data = this.#host.mmio.read(address, size);
      value = exit.data = answerOf(exit.data, size);
      this.#publish(exit);
    } else value = this.#host.mmio.read(address, size);
    this.#recent.add(true, false, address, size, 1, value);
    return value;
  }

  /** {@inheritDoc IoSink.mmioWrite} */
  mmioWrite(address: number, size: AccessSize, value: number): void {
    this.#mmioExits++;
    this.#countTotal();
    this.#recent.add(true, true, address, size, 1, value);
    if (this.#mmioHooked || hasExitSubscribers()) {
      const exit: MmioExit = { reason: 'mmio', direction: 'write', address, size, data: value };
      if (!this.#claimed(exit)) this.#host.mmio.write(address, size, value);
      this.#publish(exit);
    } else this.#host.mmio.write(address, size, value);
  }

  /** {@inheritDoc IoSink.mmioRead64} */
  mmioRead64(address: number): bigint {
    this.#mmioExits++;
    this.#countTotal();
    let value: bigint;
    if (this.#mmioHooked || hasExitSubscribers()) {
      const exit: MmioExit = { reason: 'mmio', direction: 'read', address, size: 8, data: 0n };
      if (!this.#claimed(exit)) exit.data = this.#host.mmio.read64(address);
      value = exit.data = answer64Of(exit.data);
      this.#publish(exit);
    } else value = this.#host.mmio.read64(address);
    this.#recent.add(true, false, address, 8, 1, Number(value));
    return value;
  }

  /** {@inheritDoc IoSink.mmioWrite64} */
  mmioWrite64(address: number, value: bigint): void {
    this.#mmioExits++;
    this.#countTotal();
    this.#recent.add(true, true, address, 8, 1, Number(value));
    if (this.#mmioHooked || hasExitSubscribers()) {
      const exit: MmioExit = { reason: 'mmio', direction: 'write', address, size: 8, data: value };
      if (!this.#claimed(exit)) this.#host.mmio.write64(address, value);
      this.#publish(exit);
    } else this.#host.mmio.write64(address, value);
  }

  /** {@inheritDoc ExitSink.answersCpuid} */
  get answersCpuid(): boolean {
    return this.#handlers.has('cpuid');
  }

  /** {@inheritDoc ExitSink.cpuid} */
  cpuid(exit: CpuidExit): void {
    this.#count('cpuid');
    this.#claimed(exit);
    for (const register of CPUID_REGISTERS) exit[register] = answerOf(exit[register], 4);
    this.#publish(exit);
  }

  /** {@inheritDoc ExitSink.rdmsr} */
  rdmsr(index: number): bigint | undefined {
    this.#count('rdmsr');
    const exit: ExitOf<'rdmsr'> = { reason: 'rdmsr', index, data: 0n };
    const answered = this.#claimed(exit);
    this.#publish(exit);
    return answered ? answer64Of(exit.data) : undefined;
  }

  /** {@inheritDoc ExitSink.wrmsr} */
  wrmsr(index: number, data: bigint): boolean {
    this.#count('wrmsr');
    const exit: ExitOf<'wrmsr'> = { reason: 'wrmsr', index, data };
    const answered = this.#claimed(exit);
    this.#publish(exit);
    return answered;
  }

  #count(reason: ExitReason): void {
    this.#counts[reason]++;
    if (reason !== 'slice-end' && reason !== 'kicked') this.#countTotal();
  }

  #countTotal(): void {
    if (++this.#total >= this.#limit) {
      this.#limit = Number.POSITIVE_INFINITY;
      this.#host.onStop('max-exits');
    }
  }

  #claimed(exit: Exit): boolean {
    const disposition = this.#ask(exit);
    if (disposition === 'stop') this.#host.onStop('stopped');
    return disposition !== undefined;
  }

  #ask(exit: Exit): Disposition | undefined {
    try {
      return this.#handlers.ask(exit);
    } catch (cause) {
      return this.#fault(`a handler of '${exit.reason}' exits threw`, exit.reason, cause);
    }
  }

  #byDefault(exit: ControlExit): Disposition | undefined {
    const handler: ((exit: never) => Disposition | void) | undefined = this.#host.defaults[exit.reason];
    try {
      return handler?.(exit as never) ?? undefined;
    } catch (cause) {
      return this.#fault(`what happens at '${exit.reason}' exits threw`, exit.reason, cause);
    }
  }

  #publish(exit: Exit): void {
    if (hasExitSubscribers()) publishExit(exit);
    for (const { call } of this.#observers) {
      try {
        call(exit);
      } catch (cause) {
        this.#fault('an observer of exits threw', exit.reason, cause);
      }
    }
  }

  #fault(what: string, reason: ExitReason, cause: unknown): 'stop' {
    this.#host.onFault(new VmError('ERR_DEVICE', `${what}: ${messageOf(cause)}`, { reason, cause }));
    return 'stop';
  }

  #setObservers(observers: readonly { readonly call: (exit: Exit) => void }[]): void {
    this.#observers = observers;
    this.#changed();
  }

  #changed(): void {
    const observed = this.#observers.length > 0;
    this.#ioHooked = observed || this.#handlers.has('io');
    this.#mmioHooked = observed || this.#handlers.has('mmio');
    this.#host.onChange();
  }

  #defaultName(reason: ExitReason): string {
    const named = DEFAULT_NAMES[reason];
    if (named !== undefined) return named;
    const goesOn = (this.#host.defaults as { readonly [R in ExitReason]?: unknown })[reason] !== undefined;
    return goesOn ? 'the run goes on' : 'the run ends';
  }
}

function firstElement(block: Uint8Array, size: number): number {
  let value = 0;
  for (let i = 0; i < size && i < block.length; i++) value += block[i] * 2 ** (8 * i);
  return value;
}
