import {
  type Alarm,
  type Counter,
  type DeviceContext,
  type DevicePlace,
  type DeviceState,
  type IrqLine,
  type PortHandler,
  StateReader,
} from '@picovm/core';
import { CALL_BLOCK_SIZE, isWritable } from './call-block.ts';
import { type CallLimits, Calls } from './calls.ts';
import { FailureReport, type OnHostCallError } from './failure-report.ts';
import { functionTable, type HostFunctions } from './host-function.ts';
import {
  ADDRESS,
  CALL_RESULT,
  DONE,
  ENABLE,
  EVENT,
  EVENT_MASK,
  IDENTITY,
  IDENTITY_BYTES,
  PENDING_CALLS,
} from './registers.ts';
import { HOST_CALL_STATUS } from './status.ts';

const VERSION = 1;

interface Settings extends CallLimits {
  readonly id: string;
  readonly functions: HostFunctions;
  readonly onError: OnHostCallError | undefined;
}

/** What `hostCalls` makes: its registers, and the calls behind them. It has one range and one interrupt line. */
export class HostCallsDevice implements PortHandler {
  readonly type = 'hostcall';
  readonly id: string;
  readonly #place: DevicePlace;
  readonly #limits: CallLimits;
  readonly #report: FailureReport;
  readonly #calls: Calls;
  #context: DeviceContext | undefined;
  #irq: IrqLine | undefined;
  #made: Counter = { value: 0 };
  #pendingMetric: Counter = { value: 0 };
  /** Where the call block is. */
  #address = 0;
  /** How the last call ended. */
  #result: number = HOST_CALL_STATUS.OK;
  #event = 0;
  #enabled = 0;
  /** The blocks of calls that were pending when this state was saved; the guest has not been told yet. */
  #interrupted: readonly number[] = [];
  #alarm: Alarm | undefined;
  /** The last state that was taken, to know it again. */
  #saved = '';

  constructor({ id, functions, onError, ...limits }: Settings, place: DevicePlace) {
    this.id = id;
    this.#place = place;
    this.#limits = limits;
    this.#report = new FailureReport(onError);
    this.#calls = new Calls(functionTable(functions), limits, this.#report, () => this.#ended());
  }

  attach(context: DeviceContext): void {
    const { ranges, irqs } = this.#place;
    this.#context = context;
    this.#made = context.metrics.counter('calls');
    this.#calls.attach(context);
    this.#pendingMetric = context.metrics.counter('pending');
    this.#report.log = context.log;
    context.claimPorts(ranges[0], this);
    this.#irq = context.irq(irqs[0]);
  }

  read(offset: number): number {
    switch (offset) {
      case CALL_RESULT:
        return this.#result;
      case EVENT:
        return this.#event;
      case ENABLE:
        return this.#enabled;
      case PENDING_CALLS:
        return this.#pendingCount;
      default:
        return offset >= IDENTITY
          ? IDENTITY_BYTES[offset - IDENTITY]
          : (this.#address >>> (8 * (offset - ADDRESS))) & 0xff;
    }
  }

  /** @param value 0 to 255 */
  write(offset: number, _size: number, value: number): void {
    if (offset < CALL_RESULT) {
      const shift = 8 * (offset - ADDRESS);
      this.#address = ((this.#address & ~(0xff << shift)) | (value << shift)) >>> 0;
    } else if (offset === CALL_RESULT) this.#call();
    else if (offset === EVENT) this.#event &= ~value;
    else if (offset === ENABLE) this.#enabled = value & EVENT_MASK;
    this.#update();
  }

  reset(): void {
    this.#drop();
    this.#address = 0;
    this.#result = HOST_CALL_STATUS.OK;
    this.#event = 0;
    this.#enabled = 0;
    this.#update();
  }

  snapshot(): DeviceState {
    const state = {
      version: VERSION,
      address: this.#address,
      result: this.#result,
      event: this.#event,
      enabled: this.#enabled,
      pending: [...this.#interrupted, ...this.#calls.pending],
    };
    this.#calls.keep();
    this.#saved = JSON.stringify(state);
    return state;
  }

  restore(state: DeviceState): void {
    const reader = new StateReader(this.id, state, VERSION);
    const address = reader.integer('address', 0xffff_ffff);
    const result = reader.integer('result', HOST_CALL_STATUS.INTERRUPTED);
    const event = reader.integer('event', EVENT_MASK);
    const enabled = reader.integer('enabled', EVENT_MASK);
    const pending = reader.integers('pending', this.#limits.maxPending, 0xffff_ffff);
    const asSaved = JSON.stringify({ version: VERSION, address, result, event, enabled, pending }) === this.#saved;
    this.#drop();
    // A machine takes back a restore that another device refuses: nothing was interrupted then.
    if (asSaved) this.#calls.resumeKept();
    this.#address = address;
    this.#result = result;
    this.#event = event;
    this.#enabled = enabled;
    this.#interrupted = pending.slice(0, pending.length - this.#calls.pendingCount);
    // Not now: the memory of the machine may not be restored yet.
    if (this.#interrupted.length > 0) this.#alarm = this.#context?.clock.alarm(0, () => this.#endInterrupted());
    this.#update();
  }

  dispose(): void {
    this.#drop();
  }

  get #pendingCount(): number {
    return this.#interrupted.length + this.#calls.pendingCount;
  }

  #call(): void {
    this.#made.value++;
    this.#result = this.#calls.call(this.#address, this.#interrupted.length) ?? this.#result;
  }

  #ended(): void {
    this.#event |= DONE;
    this.#update();
  }

  #endInterrupted(): void {
    const blocks = this.#interrupted;
    this.#interrupted = [];
    this.#alarm = undefined;
    const { memory } = this.#context as DeviceContext;
    for (const address of blocks) {
      if (isWritable(memory, address, CALL_BLOCK_SIZE)) this.#calls.end(address, HOST_CALL_STATUS.INTERRUPTED, 0);
    }
    this.#ended();
  }

  #drop(): void {
    this.#calls.drop();
    this.#interrupted = [];
    if (this.#alarm !== undefined) this.#context?.clock.cancel(this.#alarm);
    this.#alarm = undefined;
    this.#pendingMetric.value = 0;
  }

  // After every change of state: the interrupt line is a level.
  #update(): void {
    this.#pendingMetric.value = this.#pendingCount;
    this.#irq?.set((this.#event & this.#enabled) !== 0);
  }
}
