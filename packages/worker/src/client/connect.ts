import { VmError } from '@picovm/core';
import type { Machine } from '../machine.ts';
import type { HostPort } from '../protocol/port.ts';
import type { StartLimits } from '../start-settings.ts';
import { Connection } from './connection.ts';
import { MachineClient } from './machine-client.ts';

/** The longest that a timer can be set for. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Has the other side build its machine.
 * @throws VmError (as a rejection) `ERR_WORKER`, or what the machine's build function throws
 */
export async function connect(
  port: HostPort,
  options: unknown,
  { startTimeoutMs, signal }: StartLimits,
): Promise<Machine> {
  const connection = new Connection(port);
  const abort = (): void => {
    void connection.end(new VmError('ERR_WORKER', 'the start of the machine was aborted', { cause: signal?.reason }));
  };
  const late = (): void => void connection.endLate(startTimeoutMs);
  const timer = startTimeoutMs > MAX_TIMER_MS ? undefined : setTimeout(late, startTimeoutMs);
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort);
  try {
    await connection.greeted;
    return new MachineClient(connection, await connection.call('build', options));
  } catch (error) {
    await connection.end(new VmError('ERR_WORKER', 'the machine could not be built', { cause: error }));
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}
