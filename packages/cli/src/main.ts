import { cli } from './cli.ts';

// Whoever reads our output may stop reading (`picovm run ... | head`): that is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

// No top-level await: the command is built as CommonJS.
void cli(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
});
