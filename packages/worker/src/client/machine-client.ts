import {
  type MapEntry,
  type RunOptions,
  type RunResult,
  type SnapshotOptions,
  type VcpuDump,
  type VmCounters,
  VmError,
} from '@picovm/core';
import type { Machine } from '../machine.ts';
import { errorFromData } from '../protocol/error-data.ts';
import type { MachineInfo } from '../protocol/messages.ts';
import { checkSignal } from './check-signal.ts';
import type { Connection } from './connection.ts';

/** How long a machine may take to end by itself. */
const GRACE_MS = 2000;

/** A machine at the other end of a connection. */
export class MachineClient implements Machine {
  readonly #connection: Connection;
  readonly #info: MachineInfo;
  #disposal: Promise<void> | undefined;
  #runs = 0;
  /** What a listener threw, until a call told it. */
  #failure: VmError | undefined;

  constructor(connection: Connection, info: MachineInfo) {
    this.#connection = connection;
    this.#info = info;
    connection.listeners.onFailure = (failure) => this.#listenerFailed(failure);
  }

  get acceleratorName(): string {
    return this.#info.acceleratorName;
  }

  on<T = Uint8Array>(name: string, listener: (value: T) => unknown): Disposable {
    const { outputs, screens } = this.#info;
    check('output or screen', name, [...outputs, ...screens]);
    if (typeof listener !== 'function') {
      throw new VmError('ERR_INVALID_ARGUMENT', `on('${name}', …) needs a function that takes what ${name} sends`);
    }
    return this.#connection.listeners.add(name, listener);
  }

  async send(name: string, bytes: Uint8Array | string): Promise<void> {
    check('input', name, this.#info.inputs);
    const data = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
    if (!(data instanceof Uint8Array)) {
      throw new VmError('ERR_INVALID_ARGUMENT', `the input ${name} takes a Uint8Array or a string`);
    }
    await this.#connection.call('send', name, data);
  }

  async screen<T = unknown>(name: string): Promise<T> {
    check('screen', name, this.#info.screens);
    return (await this.#connection.call('screen', name)) as T;
  }

  async run(options: RunOptions = {}): Promise<RunResult> {
    if (typeof options !== 'object' || options === null) {
      throw new VmError('ERR_INVALID_ARGUMENT', `run() takes an object of options, not ${String(options)}`);
    }
    // Whatever else there is goes to the machine: its Vm knows what its options are.
    const { signal, ...rest } = options;
    checkSignal(signal);
    const connection = this.#connection;
    if (this.#runs === 0 && connection.open) this.#tellFailure();
    let abort = (): void => {};
    const running = connection.callById('run', [rest, signal?.aborted ?? false], (id) => {
      abort = () => connection.post({ type: 'abort', id });
    });
    signal?.addEventListener('abort', abort);
    this.#runs++;
    try {
      const result = await running;
      this.#tellFailure();
      return { ...result, error: result.error && (errorFromData(result.error) as VmError) };
    } finally {
      this.#runs--;
      signal?.removeEventListener('abort', abort);
    }
  }

  stop(): Promise<void> {
    return this.#connection.call('stop');
  }

  reset(): Promise<void> {
    return this.#connection.call('reset');
  }

  counters(): Promise<VmCounters> {
    return this.#connection.call('counters');
  }

  map(): Promise<MapEntry[]> {
    return this.#connection.call('map');
  }

  dump(): Promise<VcpuDump> {
    return this.#connection.call('dump');
  }

  readMemory(address: number, length: number): Promise<Uint8Array> {
    return this.#connection.call('readMemory', address, length);
  }

  writeMemory(address: number, bytes: Uint8Array): Promise<void> {
    return this.#connection.call('writeMemory', address, bytes);
  }

  snapshot(options: SnapshotOptions = {}): Promise<Uint8Array> {
    return this.#connection.call('snapshot', options);
  }

  restore(snapshot: Uint8Array): Promise<void> {
    return this.#connection.call('restore', snapshot);
  }

  dispose(): Promise<void> {
    this.#disposal ??= this.#dispose();
    return this.#disposal;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  kill(): Promise<void> {
    return this.#connection.end(new VmError('ERR_WORKER', 'the machine was killed'));
  }

  async #dispose(): Promise<void> {
    const connection = this.#connection;
    const disposed = new VmError('ERR_VM_DISPOSED', 'the machine was disposed');
    const timer = setTimeout(() => void this.kill(), GRACE_MS);
    try {
      await connection.call('dispose');
    } catch (error) {
      // A machine that is gone already is what was wanted.
      if (connection.open) throw error;
    } finally {
      clearTimeout(timer);
      await connection.end(disposed);
    }
    this.#tellFailure();
  }

  #listenerFailed(failure: VmError): void {
    // No call will come to tell it: it must not get lost.
    if (!this.#connection.open) throw failure;
    if (this.#failure !== undefined) return;
    this.#failure = failure;
    if (this.#runs > 0) this.stop().catch(() => {});
  }

  #tellFailure(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
  }
}

function check(what: string, name: string, names: readonly string[]): void {
  if (names.includes(name)) return;
  const known = names.length === 0 ? 'none' : names.join(', ');
  throw new VmError('ERR_INVALID_ARGUMENT', `this machine has no ${what} called ${name}; it has ${known}`, { name });
}
