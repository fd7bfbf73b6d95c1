import type { RunOutcome } from '@picovm/core';

/** The exit statuses of the command, which scripts depend on. */
export const EXIT_STATUS = {
  /** The guest halted or shut down. */
  ok: 0,
  /** Wrong usage, or the host cannot do it. */
  usage: 1,
  /** The guest failed. */
  failed: 2,
  /** A limit was reached: as `timeout(1)` has it. */
  limit: 124,
  /** Interrupted by SIGINT: 128 + 2. Other signals count in the same way: see `EndSignals`. */
  interrupted: 130,
  /** Nobody reads standard output any more: what SIGPIPE gives, 128 + 13. */
  brokenPipe: 141,
} as const;

/** The exit status for the way in which a run ended. */
export function exitStatusOf(outcome: RunOutcome): number {
  switch (outcome) {
    case 'failed':
      return EXIT_STATUS.failed;
    case 'timeout':
    case 'max-exits':
      return EXIT_STATUS.limit;
    case 'aborted':
      return EXIT_STATUS.interrupted;
    default:
      return EXIT_STATUS.ok;
  }
}
