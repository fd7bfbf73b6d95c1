/** Offsets of the registers. The call block's address: four bytes, the lowest first. */
export const ADDRESS = 0x0;
/** For writing: makes the call. For reading: how the last one ended. */
export const CALL_RESULT = 0x4;
/** Reads what happened; writing ones acknowledges it. */
export const EVENT = 0x5;
/** The events that interrupt. */
export const ENABLE = 0x6;
/** How many calls are pending. */
export const PENDING_CALLS = 0x7;

/** The bit of the event and enable registers: a pending call has ended. */
export const DONE = 0x01;
/** The bits that they have. */
export const EVENT_MASK: number = DONE;

/** The first of eight that only read. */
export const IDENTITY = 0x8;
/** What those read: the signature `PVHC`, the version of this interface, and three that are reserved. */
export const IDENTITY_BYTES: readonly number[] = [0x50, 0x56, 0x48, 0x43, 1, 0, 0, 0];
