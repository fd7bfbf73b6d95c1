import { cli } from './cli.ts';

const { stdin: input, stdout: output, stderr: errors } = process;

// No top-level await: the command is built as CommonJS.
void cli(process.argv.slice(2), { input, output, errors, cwd: process.cwd() }).then((status) => {
  process.exitCode = status;
});
