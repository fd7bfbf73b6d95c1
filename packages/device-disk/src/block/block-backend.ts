/** Bytes of the blocks that a backend consists of. */
export const BLOCK_SIZE = 512;

/**
 * What holds the bytes of a disk. Methods may be synchronous: then the device has the result within the guest's own command,
 * and a run repeats exactly. Or they give a promise: then the guest is told when it settles. What throws or rejects is an
 * error that the guest sees and a counter of the device, never an exception into its path.
 *
 * Devices call with offsets and lengths that are multiples of 512 bytes inside the backend, and one at a time: never before
 * what they asked for last has settled.
 */
export interface BlockBackend {
  /** Bytes, a multiple of 512. It does not change. */
  readonly size: number;
  /** Whether `write` always fails. */
  readonly readonly: boolean;
  /** Fills all of `out` with the bytes from `offset` on. `out` belongs to the backend until it is done. */
  read(offset: number, out: Uint8Array): void | Promise<void>;
  /** Takes all of `data` to `offset`. `data` belongs to the backend until it is done. */
  write(offset: number, data: Uint8Array): void | Promise<void>;
  /** Done when everything that was written before is where it survives the host program. */
  flush(): void | Promise<void>;
  /** Frees what the backend has of its host. It is not used afterwards. */
  close?(): void | Promise<void>;
}
