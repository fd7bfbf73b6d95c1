/** The user asked for something that cannot be: one sentence says what, where, and what to do. Exit status 1. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
