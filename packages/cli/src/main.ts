import { cli } from './cli.ts';

// Whoever reads our output may stop reading (`picovm run ... | head`): that is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

process.exitCode = await cli(process.argv.slice(2));
