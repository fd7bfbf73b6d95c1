import { readFileSync } from 'node:fs';
import { Vm } from '@picovm/core';
import { ConsoleLog, debugConsole, uart16550 } from '@picovm/device-console';
import { interp } from '@picovm/x86-interp';
import type { TestContext } from 'vitest';
import { type BootPlan, boot, type MemoryMap } from '../index.ts';

interface SystemFiles {
  systemFile(name: string): { path: string; missing?: undefined } | { path?: undefined; missing: string };
}

/** A file of a real system, out of a Debian package; the test is skipped, with the reason, if it cannot be had. */
export async function systemFile(context: TestContext, name: string): Promise<Uint8Array> {
  // No import that the compiler follows: it is a script of another part of the repository.
  const script = new URL('../../../../guests/systems/fetch-systems.mjs', import.meta.url).href;
  const systems: SystemFiles = await import(script);
  const { path, missing } = systems.systemFile(name);
  if (path === undefined) return context.skip(`no ${name}: ${missing}`);
  return Uint8Array.from(readFileSync(path));
}

/** How a machine came to what was waited for. */
export interface Boot {
  readonly text: string;
  readonly seconds: number;
  /** In millions. */
  readonly instructions: number;
}

/**
 * Runs a plan on a machine of memory, a serial port and the debug port 402h, until `text` is on the serial port or the debug port.
 * @throws Error with the output, if the run ends before
 */
export async function runUntil(plan: BootPlan, memory: MemoryMap, text: string, timeoutMs: number): Promise<Boot> {
  const log = new ConsoleLog();
  const { output } = log;
  const devices = [uart16550({ output }), debugConsole({ port: 0x402, output })];
  using vm = new Vm({ accelerator: interp(), memory: memory.regions, devices });
  boot(vm, plan);
  const start = performance.now();
  void log.waitFor(text).then(
    () => vm.stop(),
    () => undefined,
  );
  const { outcome, message } = await vm.run({ timeoutMs });
  const result = {
    text: log.text,
    seconds: (performance.now() - start) / 1000,
    instructions: vm.vcpu.instructions / 1e6,
  };
  if (!log.text.includes(text)) throw new Error(`${outcome}: ${message}\n${log.text.slice(-2000)}`);
  console.log(
    `${plan.protocol}: "${text}" after ${result.seconds.toFixed(1)} s, ${result.instructions.toFixed(0)} M instructions`,
  );
  return result;
}
