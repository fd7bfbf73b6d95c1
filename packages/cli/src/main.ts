import { cli } from './cli.ts';
import { EXIT_STATUS } from './exit-status.ts';

/** Milliseconds that are left to end by itself. */
const GRACE_MS = 500;

// Whoever reads our output may stop reading (`picovm run ... | head`): that is no failure of ours, and nothing is left to
// say. Anything else, such as a full disk, is.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT_STATUS.brokenPipe);
  console.error(`picovm: cannot write to standard output: ${error.message}`);
  process.exit(EXIT_STATUS.usage);
});

// No top-level await: the command is built as CommonJS.
void cli(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
  setTimeout(leave, GRACE_MS).unref();
});

// What a device of others left open, such as a timer, would keep a command that has done its work from ending. What is
// written already still goes out.
function leave(): void {
  process.stdout.write('', () => process.stderr.write('', () => process.exit()));
}
