/** What went wrong, for the person at the keyboard: what, where, and what to do. It needs no stack trace. */
export class CreateError extends Error {
  /** As in the first line of a stack trace. */
  override readonly name = 'CreateError';
}
