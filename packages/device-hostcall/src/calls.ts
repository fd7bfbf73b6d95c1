import type { Counter, DeviceContext } from '@picovm/core';
import { CALL_BLOCK_SIZE, type CallBlock, endCallBlock, isReadable, isWritable, readCallBlock } from './call-block.ts';
import type { FailureReport } from './failure-report.ts';
import { type HostFunction, MAX_NAME, responseBytes } from './host-function.ts';
import { HOST_CALL_STATUS, type HostCallStatus } from './status.ts';

const { OK, PENDING, UNKNOWN_FUNCTION, BAD_BLOCK, BAD_NAME, BAD_REQUEST, BAD_RESPONSE, TOO_LARGE, FAILED, BUSY } =
  HOST_CALL_STATUS;

/** How many calls may be pending, and how long a request may be: guests can ask for anything. */
export interface CallLimits {
  readonly maxPending: number;
  /** Bytes. */
  readonly maxRequest: number;
}

/** What calls need of the machine. */
export type CallContext = Pick<DeviceContext, 'memory' | 'metrics'>;

/** Makes the calls that guests ask for, and keeps those whose functions have not finished. */
export class Calls {
  readonly #functions: ReadonlyMap<string, HostFunction>;
  readonly #limits: CallLimits;
  readonly #report: FailureReport;
  readonly #onEnd: () => void;
  // A byte order mark would be dropped otherwise, and the name be another one.
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  // Those that were dropped are not in it any more; whoever finishes one of them finishes nothing.
  readonly #pending = new Set<CallBlock>();
  /** See {@link keep}. */
  #kept: readonly CallBlock[] = [];
  #context: CallContext | undefined;
  #failures: Counter = { value: 0 };
  #bytesIn: Counter = { value: 0 };
  #bytesOut: Counter = { value: 0 };

  /** @param onEnd called when a pending call ended, after its block says so */
  constructor(
    functions: ReadonlyMap<string, HostFunction>,
    limits: CallLimits,
    report: FailureReport,
    onEnd: () => void,
  ) {
    this.#functions = functions;
    this.#limits = limits;
    this.#report = report;
    this.#onEnd = onEnd;
  }

  attach(context: CallContext): void {
    this.#context = context;
    this.#failures = context.metrics.counter('failures');
    this.#bytesIn = context.metrics.counter('bytesIn');
    this.#bytesOut = context.metrics.counter('bytesOut');
  }

  /** The blocks of the pending calls, in the order in which they were made. */
  get pending(): readonly number[] {
    return Array.from(this.#pending, ({ address }) => address);
  }

  /** How many they are. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  /** Forgets the pending calls: their functions go on, and what comes of them is dropped. */
  drop(): void {
    this.#pending.clear();
  }

  /** Remembers the pending calls until this turn of the event loop ends, or a call does: nothing can happen to them before. */
  keep(): void {
    const kept = [...this.#pending];
    this.#kept = kept;
    queueMicrotask(() => {
      if (this.#kept === kept) this.#kept = [];
    });
  }

  /** Has the calls pending that were so when they were kept, and only those; none if that was in another turn. */
  resumeKept(): void {
    this.#pending.clear();
    for (const block of this.#kept) this.#pending.add(block);
  }

  /**
   * Makes the call whose block is at `address`.
   * @param waiting how many calls count as pending besides those that are
   * @returns how it ended, or PENDING; undefined if it was dropped while the function ran
   */
  call(address: number, waiting: number): HostCallStatus | undefined {
    const { memory } = this.#context as CallContext;
    if (!isWritable(memory, address, CALL_BLOCK_SIZE)) {
      this.#failures.value++;
      return BAD_BLOCK;
    }
    const block = readCallBlock(memory, address);
    const refusal = this.#refusal(block);
    if (refusal !== undefined) return this.#write(block, refusal, 0);
    const name = this.#decoder.decode(memory.read(block.name, block.nameLength));
    const callee = this.#functions.get(name);
    if (callee === undefined) {
      this.#report.unknown(name, this.#functions.keys());
      return this.#write(block, UNKNOWN_FUNCTION, 0);
    }
    if (this.pendingCount + waiting >= this.#limits.maxPending) return this.#write(block, BUSY, 0);
    return this.#run(name, callee, block);
  }

  /** Writes how a call ended into its block. It must be memory that can be written. */
  end(address: number, status: HostCallStatus, length: number): void {
    if (status !== OK && status !== PENDING) this.#failures.value++;
    endCallBlock((this.#context as CallContext).memory, address, status, length);
  }

  #refusal({
    name,
    nameLength,
    request,
    requestLength,
    response,
    responseCapacity,
  }: CallBlock): HostCallStatus | undefined {
    const { memory } = this.#context as CallContext;
    if (nameLength > MAX_NAME || !isReadable(memory, name, nameLength)) return BAD_NAME;
    if (requestLength > this.#limits.maxRequest || !isReadable(memory, request, requestLength)) return BAD_REQUEST;
    return isWritable(memory, response, responseCapacity) ? undefined : BAD_RESPONSE;
  }

  #run(name: string, callee: HostFunction, block: CallBlock): HostCallStatus | undefined {
    const { memory } = this.#context as CallContext;
    this.#bytesIn.value += block.requestLength;
    this.#pending.add(block);
    let answer: unknown;
    try {
      answer = callee(memory.read(block.request, block.requestLength));
      if (!isPromiseLike(answer)) return this.#respond(name, block, answer);
    } catch (error) {
      return this.#fail(name, block, error);
    }
    this.#wait(name, block, answer);
    return this.#pending.has(block) ? this.#write(block, PENDING, 0) : undefined;
  }

  #wait(name: string, block: CallBlock, answer: PromiseLike<unknown>): void {
    const finish = (status: HostCallStatus | undefined): void => {
      this.#kept = [];
      if (status !== undefined) this.#onEnd();
    };
    Promise.resolve(answer)
      .then(
        (response) => finish(this.#respond(name, block, response)),
        (error: unknown) => finish(this.#fail(name, block, error)),
      )
      // A part of the machine that throws here would end the host program.
      .catch((error: unknown) => this.#report.failed(name, error));
  }

  #respond(name: string, block: CallBlock, response: unknown): HostCallStatus | undefined {
    let bytes: Uint8Array;
    try {
      bytes = responseBytes(response);
    } catch (error) {
      return this.#fail(name, block, error);
    }
    if (!this.#pending.delete(block)) return undefined;
    if (bytes.length > block.responseCapacity) return this.#write(block, TOO_LARGE, bytes.length);
    this.#bytesOut.value += bytes.length;
    this.#context?.memory.write(block.response, bytes);
    // After the response: a buffer over the block itself must not forge a status.
    return this.#write(block, OK, bytes.length);
  }

  #fail(name: string, block: CallBlock, error: unknown): HostCallStatus | undefined {
    if (!this.#pending.delete(block)) return undefined;
    this.#report.failed(name, error);
    return this.#write(block, FAILED, 0);
  }

  #write({ address }: CallBlock, status: HostCallStatus, length: number): HostCallStatus {
    this.end(address, status, length);
    return status;
  }
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
