import { VmError } from '@picovm/core';
import type { Machine } from '../machine.ts';
import type { HostPort } from '../protocol/port.ts';
import { Connection } from './connection.ts';
import { MachineClient } from './machine-client.ts';

/** When to give up. */
interface StartLimits {
  /** Milliseconds that the other side may take to be there, building not included. */
  readonly startTimeoutMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Has the other side build its machine.
 * @throws VmError (as a rejection) `ERR_WORKER`, or what the machine's build function throws
 */
export async function connect(port: HostPort, options: unknown, limits: StartLimits = {}): Promise<Machine> {
  const { startTimeoutMs = 30_000, signal } = limits;
  const connection = new Connection(port);
  const giveUp = (why: string): void => void connection.end(new VmError('ERR_WORKER', why));
  const abort = (): void => giveUp('the start of the machine was aborted');
  const timer = setTimeout(() => {
    giveUp(`the worker said nothing for ${startTimeoutMs} ms: its module, a module worker's, must call serveMachine`);
  }, startTimeoutMs);
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort);
  try {
    await connection.greeted;
    clearTimeout(timer);
    return new MachineClient(connection, await connection.call('build', options));
  } catch (error) {
    await connection.end(new VmError('ERR_WORKER', 'the machine could not be built', { cause: error }));
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}
