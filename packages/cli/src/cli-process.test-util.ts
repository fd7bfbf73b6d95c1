import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

const bin = fileURLToPath(new URL('../bin/picovm.cjs', import.meta.url));

/** The folder of the repository's guests, and its hello kernels. */
export const GUESTS: string = fileURLToPath(new URL('../../../guests', import.meta.url));
export const HELLO: string = join(GUESTS, 'hello.bin');
export const HELLO_BOOT: string = join(GUESTS, 'hello-boot.bin');

/** What a process printed, and how it ended. */
export interface ProcessResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProcessOptions {
  readonly stdin?: string;
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  /** `signal` is sent once the process has printed this text to stdout. */
  readonly interruptAfter?: string;
  readonly signal?: NodeJS.Signals;
  /** Called right before. */
  readonly onInterrupt?: () => void;
}

/** Runs the built command as a user does, in a process of its own. */
export function picovm(args: readonly string[], options: ProcessOptions = {}): Promise<ProcessResult> {
  return new Promise((resolve, reject) => {
    const { cwd } = options;
    const child = spawn(process.execPath, [bin, ...args], { cwd, env: { ...process.env, ...options.env } });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data) => {
      stdout += data;
      if (options.interruptAfter === undefined || !stdout.includes(options.interruptAfter)) return;
      options.onInterrupt?.();
      child.kill(options.signal);
    });
    child.stderr.on('data', (data) => {
      stderr += data;
    });
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, stdout, stderr }));
    child.stdin.end(options.stdin ?? '');
  });
}

/** Runs the command with nobody reading what it prints. @returns bytes by which it grew from its second second on */
export async function growthUnread(args: readonly string[], milliseconds: number): Promise<number> {
  const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const resident = (): number => {
    const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes) * 1024;
  };
  try {
    await sleep(1500);
    const before = resident();
    await sleep(milliseconds);
    return resident() - before;
  } finally {
    child.kill('SIGKILL');
  }
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** An empty folder, which is gone after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'picovm-cli-'));
  folders.push(folder);
  return folder;
}

/** A guest image in a temporary file. */
export function guestFile(...bytes: number[]): string {
  const path = join(temporaryFolder(), 'guest.bin');
  writeFileSync(path, Uint8Array.from(bytes));
  return path;
}
