/** How a call ended: what the device writes into the call block, and what its RESULT register reads. */
export const HOST_CALL_STATUS = {
  /** The function ran; its response, if any, is in the buffer. */
  OK: 0,
  /** The function has not finished yet: the block gets another status later, and the interrupt line may rise. */
  PENDING: 1,
  /** There is no function of that name. */
  UNKNOWN_FUNCTION: 2,
  /** The call block is not all writable memory. Only in the RESULT register: nothing was read or written. */
  BAD_BLOCK: 3,
  /** The name is not all memory, or is longer than 255 bytes. */
  BAD_NAME: 4,
  /** The request is not all memory, or is longer than the device takes. */
  BAD_REQUEST: 5,
  /** The response buffer is not all writable memory. */
  BAD_RESPONSE: 6,
  /** The function ran, but its response does not fit: nothing was written, and the length says what it needs. */
  TOO_LARGE: 7,
  /** The function failed. */
  FAILED: 8,
  /** As many calls as the device allows are pending: try again when one of them has ended. */
  BUSY: 9,
  /** The machine was restored from a snapshot while the call was pending: whether the function ran is not known. */
  INTERRUPTED: 10,
} as const;

/** One of {@link HOST_CALL_STATUS}. */
export type HostCallStatus = (typeof HOST_CALL_STATUS)[keyof typeof HOST_CALL_STATUS];
