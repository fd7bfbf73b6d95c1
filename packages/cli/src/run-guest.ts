import type { RunResult } from '@picovm/core';
import type { Pico } from './machines/pico.ts';
import type { RunSettings } from './options/run-settings.ts';
import { LiveScreen } from './output/live-screen.ts';
import type { Outlet } from './output/outlet.ts';
import { isTraced, traceLine } from './output/trace-line.ts';
import { feedFromStdin } from './serial-input.ts';

/** What a run of the command shows its output on. */
export interface Outlets {
  readonly stdout: Outlet;
  readonly stderr: Outlet;
}

/** Runs the guest to its end with all that the settings ask for: traces, a live screen, input, limits. */
export async function runGuest(
  machine: Pico,
  settings: RunSettings,
  outlets: Outlets,
  signal: AbortSignal,
): Promise<RunResult> {
  const { vm, vga, com1 } = machine;
  const { trace, serial } = settings;
  if (trace !== undefined) {
    const encoder = new TextEncoder();
    vm.observe((exit) => {
      if (isTraced(trace, exit)) outlets.stderr.write(encoder.encode(`${traceLine(exit)}\n`));
    });
  }
  const live = isLive(settings) ? new LiveScreen(vga, process.stdout) : undefined;
  const stopInput = serial.to === 'stdout' && serial.input ? feedFromStdin(com1) : undefined;
  live?.start();
  try {
    return await runAsFastAsItIsRead(machine, settings, outlets, signal);
  } finally {
    outlets.stderr.flush();
    live?.stop();
    stopInput?.();
  }
}

/** Whether the screen is shown while it changes: that needs a terminal. */
export function isLive({ screen, json }: RunSettings): boolean {
  return screen === 'live' && !json && process.stdout.isTTY;
}

// A guest that writes faster than its output is read has to wait, or the output would fill the host's memory.
async function runAsFastAsItIsRead(
  { vm }: Pico,
  { timeout, maxExits }: RunSettings,
  { stdout, stderr }: Outlets,
  signal: AbortSignal,
): Promise<RunResult> {
  const deadline = performance.now() + (timeout ?? Number.POSITIVE_INFINITY);
  const before = vm.exits.total;
  let pausing = false;
  let pauseSoon: ReturnType<typeof setTimeout> | undefined;
  // Not at once, which may be in the middle of an exit, but between two slices: then nothing else can be about to end the
  // run that a pause would hide.
  stdout.onFull = stderr.onFull = () => {
    pauseSoon ??= setTimeout(() => {
      pauseSoon = undefined;
      if (!vm.running || !(stdout.full || stderr.full)) return;
      pausing = true;
      vm.stop();
    }, 0);
  };
  for (;;) {
    pausing = false;
    const result = await vm.run({
      signal,
      timeoutMs: Math.max(1, deadline - performance.now()),
      maxExits: Math.max(1, (maxExits ?? Number.POSITIVE_INFINITY) - (vm.exits.total - before)),
    });
    if (!pausing || result.outcome !== 'stopped') {
      clearTimeout(pauseSoon);
      return result;
    }
    await atTheLatest(Promise.all([stdout.drained(), stderr.drained()]), deadline, signal);
  }
}

/** Resolves with `done`, or at `deadline` (ms of `performance.now`), or when `signal` is aborted. */
async function atTheLatest(done: Promise<unknown>, deadline: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const settled = new AbortController();
  const limit = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { signal: settled.signal });
    if (deadline === Number.POSITIVE_INFINITY) return;
    const timer = setTimeout(resolve, deadline - performance.now());
    settled.signal.addEventListener('abort', () => clearTimeout(timer));
  });
  await Promise.race([done, limit]);
  settled.abort();
}
