/**
 * Takes what a guest writes. The bytes may be kept, but must not be changed: those of single writes are shared. It is
 * called while the guest stands still in the middle of an instruction, so it should return soon. What it throws, or a
 * promise that it returns rejects with, is counted and reported, and never reaches the guest.
 */
export type Output = (bytes: Uint8Array) => void;

/** Is called with what the host's own functions threw, or rejected with. */
export type OnOutputError = (error: unknown) => void;
