import type { MapEntry, RunOptions, RunResult, SnapshotOptions, VcpuDump, VmCounters } from '@picovm/core';

/**
 * A machine as its host program sees it: the same in this thread and in a worker. What crosses are copies, in order:
 * when a call resolves, everything that the machine said before has reached its listeners.
 *
 * Every call rejects with the code that the `Vm` would have thrown; besides, with `ERR_WORKER` if the worker is gone, and
 * with `ERR_VM_DISPOSED` after `dispose`.
 */
export interface Machine extends AsyncDisposable {
  /** The name of the accelerator that runs the guest. */
  readonly acceleratorName: string;
  /**
   * Calls `listener` with what an output or a screen of the machine sends: bytes, or what the screen's source shows. The
   * bytes count as taken when the listener has returned, and the promise that it may return is settled; the guest waits
   * while about 1 MiB was not taken. What nobody listens to is dropped.
   *
   * What a listener throws, or rejects with, stops the run under way, which rejects with an error whose cause it is; if none
   * is, the next `run` rejects with it, or else `dispose`. Once the machine is gone, it is an unhandled rejection.
   * @returns ends it
   * @throws VmError `ERR_INVALID_ARGUMENT` if the machine has no output and no screen of that name, or `listener` is no
   *   function
   */
  on<T = Uint8Array>(name: string, listener: (value: T) => unknown): Disposable;
  /**
   * Sends bytes to an input of the machine, or a string as UTF-8. Resolves when the device has taken all of them.
   * @throws VmError (as a rejection) `ERR_INVALID_ARGUMENT` if the machine has no input of that name, or
   *   it is given neither bytes nor a string
   */
  send(name: string, bytes: Uint8Array | string): Promise<void>;
  /**
   * What a screen shows now.
   * @throws VmError (as a rejection) `ERR_INVALID_ARGUMENT` if the machine has no screen of that name
   */
  screen<T = unknown>(name: string): Promise<T>;
  /**
   * Runs the guest, as `vm.run` does. A run goes on while the guest waits for a listener; `timeoutMs` counts that, too. A
   * slice is at most 10 ms long, whatever `sliceMs` is.
   * @throws VmError (as a rejection) `ERR_VM_RUNNING`, `ERR_INVALID_ARGUMENT`; `ERR_DEVICE` if a screen cannot be shown, or a
   *   listener threw: the machine was stopped then, and can run on
   */
  run(options?: RunOptions): Promise<RunResult>;
  /** Ends a run with the outcome `stopped`. Does nothing if none is under way. */
  stop(): Promise<void>;
  /** Resets the vCPU and all devices; see `vm.reset`. @throws VmError (as a rejection) `ERR_VM_RUNNING`, `ERR_DEVICE` */
  reset(): Promise<void>;
  /** All counters, as they are now. */
  counters(): Promise<VmCounters>;
  /** Everything that has an address; `formatAddressMap` prints it. */
  map(): Promise<MapEntry[]>;
  /** Registers, and where the vCPU is. */
  dump(): Promise<VcpuDump>;
  /** A copy of guest memory. @throws VmError (as a rejection) `ERR_GUEST_ADDRESS` if a byte of it is no memory */
  readMemory(address: number, length: number): Promise<Uint8Array>;
  /** Writes guest memory. @throws VmError (as a rejection) `ERR_GUEST_ADDRESS`; then nothing was written */
  writeMemory(address: number, bytes: Uint8Array): Promise<void>;
  /**
   * The state of the machine, as `encodeSnapshot` gives it: `decodeSnapshot`, `vm.restore` and files take it.
   * @throws VmError (as a rejection) `ERR_VM_RUNNING`, also while the guest of a run waits for the host; what
   *   `vm.snapshot` throws
   */
  snapshot(options?: SnapshotOptions): Promise<Uint8Array>;
  /**
   * Takes a state that `snapshot` gave, of a machine of the same parts, in whichever form it ran.
   * @throws VmError (as a rejection) `ERR_VM_RUNNING`, `ERR_SNAPSHOT_FORMAT`, `ERR_SNAPSHOT_TRUNCATED`,
   *   `ERR_SNAPSHOT_CORRUPT`, `ERR_SNAPSHOT_VERSION`, `ERR_SNAPSHOT_MISMATCH`, or what else `vm.restore` throws; then the
   *   machine is as it was
   */
  restore(snapshot: Uint8Array): Promise<void>;
  /**
   * Stops the machine, gives back everything, and ends its worker; a run that is under way still has its result. A worker
   * that does not answer within two seconds is ended as by `kill`. Idempotent.
   * @throws VmError (as a rejection) `ERR_DEVICE` if a part of the machine threw, or a listener did and no run has told it;
   *   everything is given back all the same
   */
  dispose(): Promise<void>;
  /** Ends the machine at once, whatever its worker is doing: pending calls reject with `ERR_WORKER`. Idempotent. */
  kill(): Promise<void>;
}
