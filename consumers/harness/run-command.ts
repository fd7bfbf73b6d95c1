import { spawn } from 'node:child_process';
import { userEnvironment } from './environment.ts';

/** What may be said about running a command. */
export interface RunOptions {
  /** Variables on top of the user's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** What the command reads from its standard input. Default: nothing. */
  readonly input?: string;
  /** After so many milliseconds it is killed, and its status is null. Default: a minute. */
  readonly timeoutMs?: number;
}

/** How a command went. */
export interface Output {
  /** The exit status; null if a signal ended it. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command with the environment of a user who knows nothing of this repository. Throws if it cannot be started. */
export function runCommand(
  cwd: string,
  command: string,
  args: readonly string[],
  { env, input = '', timeoutMs = 60_000 }: RunOptions = {},
): Promise<Output> {
  return new Promise((resolve, reject) => {
    // On Windows npm is a .cmd file, which only a shell can start.
    const shell = process.platform === 'win32' && command !== process.execPath;
    const child = spawn(command, args, { cwd, env: { ...userEnvironment(), ...env }, timeout: timeoutMs, shell });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    child.stdin.on('error', () => {}); // It may end before it has read everything.
    child.stdin.end(input);
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}
