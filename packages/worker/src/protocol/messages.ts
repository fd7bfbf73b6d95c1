import type { MapEntry, RunOptions, RunResult, SnapshotOptions, VcpuDump, VmCounters } from '@picovm/core';
import type { ErrorData } from './error-data.ts';

/** In every message, so that messages of others on the same port are told apart; counts up if messages change. */
const PROTOCOL = 1;

/** What a machine says of itself once it is built. */
export interface MachineInfo {
  readonly acceleratorName: string;
  readonly outputs: readonly string[];
  readonly inputs: readonly string[];
  readonly screens: readonly string[];
}

/** The limits of a run, without the signal, which cannot cross: an `abort` message follows instead. */
export type PlainRunOptions = Omit<RunOptions, 'signal'>;

/** A result whose error is data. */
export type PlainRunResult = Omit<RunResult, 'error'> & { readonly error: ErrorData | undefined };

/** What the host can ask of a machine. */
export interface Calls {
  build(options: unknown): MachineInfo;
  run(options: PlainRunOptions, aborted: boolean): PlainRunResult;
  stop(): void;
  reset(): void;
  counters(): VmCounters;
  map(): MapEntry[];
  dump(): VcpuDump;
  readMemory(address: number, length: number): Uint8Array;
  writeMemory(address: number, bytes: Uint8Array): void;
  send(name: string, bytes: Uint8Array): void;
  screen(name: string): unknown;
  snapshot(options: SnapshotOptions): Uint8Array;
  restore(bytes: Uint8Array): void;
  dispose(): void;
}

/** From the host to the machine. */
export type Request =
  | { readonly type: 'hello' }
  | { readonly type: 'call'; readonly id: number; readonly method: keyof Calls; readonly args: readonly unknown[] }
  | { readonly type: 'abort'; readonly id: number }
  | { readonly type: 'output-taken'; readonly bytes: number }
  | { readonly type: 'screen-taken'; readonly name: string };

/** From the machine to the host. */
export type Report =
  | { readonly type: 'hello' }
  | { readonly type: 'broken'; readonly error: ErrorData }
  | { readonly type: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly type: 'refusal'; readonly id: number; readonly error: ErrorData }
  | { readonly type: 'output'; readonly name: string; readonly bytes: Uint8Array }
  | { readonly type: 'screen'; readonly name: string; readonly screen: unknown };

/** A message as it crosses. */
export function sealed<M extends Request | Report>(message: M): M & { readonly picovm: number } {
  return { picovm: PROTOCOL, ...message };
}

/** The message in what came, or undefined if it is none of ours. */
export function opened<M extends Partial<Request | Report>>(received: unknown): M | undefined {
  const ours = typeof received === 'object' && received !== null && 'picovm' in received;
  return ours && received.picovm === PROTOCOL ? (received as unknown as M) : undefined;
}
