import type { RunResult } from '@picovm/core';
import { type Account, attendSerial } from './attendance.ts';
import type { Machine } from './machines/machine.ts';
import type { MachineKind } from './machines/machine-kind.ts';
import type { RunSettings } from './options/run-settings.ts';
import { LiveScreen } from './output/live-screen.ts';
import type { Outlet } from './output/outlet.ts';
import { isTraced, traceLine } from './output/trace-line.ts';

/** What a run of the command shows its output on. */
export interface Outlets {
  readonly stdout: Outlet;
  readonly stderr: Outlet;
}

/** How a run ended. */
export interface GuestRun {
  readonly result: RunResult;
  /** What whoever attended to it says. */
  readonly account: Account | undefined;
}

/** Runs the guest to its end with all that the settings ask for: traces, a live screen, input, limits. */
export async function runGuest<M extends Machine>(
  { attend = attendSerial }: Pick<MachineKind<M>, 'attend'>,
  machine: M,
  settings: RunSettings,
  outlets: Outlets,
  signal: AbortSignal,
): Promise<GuestRun> {
  const { vm, vga } = machine;
  const { trace } = settings;
  if (trace !== undefined) {
    const encoder = new TextEncoder();
    vm.observe((exit) => {
      if (isTraced(trace, exit)) outlets.stderr.write(encoder.encode(`${traceLine(exit)}\n`));
    });
  }
  const live = isLive(settings) ? new LiveScreen(vga, process.stdout) : undefined;
  const ending = new AbortController();
  const end = (): void => {
    ending.abort();
    vm.stop();
  };
  const attendance = attend(machine, { settings, live, end });
  live?.start();
  let result: RunResult;
  try {
    result = await runAsFastAsItIsRead(machine, settings, outlets, { signal, ending: ending.signal });
  } finally {
    outlets.stderr.flush();
    attendance.stop();
    live?.stop();
  }
  return { result, account: attendance.account?.(result) };
}

/** Whether the screen is shown while it changes: that needs a terminal. */
export function isLive({ screen, json }: RunSettings): boolean {
  return screen === 'live' && !json && process.stdout.isTTY;
}

// A guest that writes faster than its output is read has to wait, or the output would fill the host's memory.
async function runAsFastAsItIsRead(
  { vm }: Machine,
  { timeout, maxExits }: RunSettings,
  { stdout, stderr }: Outlets,
  { signal, ending }: { signal: AbortSignal; ending: AbortSignal },
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
      if (!vm.running || ending.aborted || !(stdout.full || stderr.full)) return;
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
    if (!pausing || result.outcome !== 'stopped' || ending.aborted) {
      clearTimeout(pauseSoon);
      return result;
    }
    await atTheLatest(Promise.all([stdout.drained(), stderr.drained()]), deadline, AbortSignal.any([signal, ending]));
    if (ending.aborted) return result;
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
