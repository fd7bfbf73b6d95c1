import { hex } from '@picovm/core';
import { acceleratorFor } from './accelerator-for.ts';
import { EndSignals } from './end-signals.ts';
import { exitStatusOf } from './exit-status.ts';
import { type GuestEnd, resultOfEnded } from './guest-end.ts';
import { buildMachine, type MachinePlan } from './machines/machine-plan.ts';
import type { Pico } from './machines/pico.ts';
import type { RunSettings } from './options/run-settings.ts';
import { Outlet } from './output/outlet.ts';
import { printJson, printText, type RunReport } from './output/print-result.ts';
import { serialSink } from './output/serial-sink.ts';
import { checkFiles, writeFiles } from './output/write-files.ts';
import { isLive, runGuest } from './run-guest.ts';
import { UsageError } from './usage-error.ts';

/**
 * Builds a machine, runs its guest, and shows what came of it.
 * @param prepare puts the guest into the machine
 * @param end how the guest ended already: then nothing is run
 * @returns the exit status of the command
 */
export async function runMachine(
  plan: MachinePlan,
  settings: RunSettings,
  prepare: (machine: Pico) => void,
  end?: GuestEnd,
): Promise<number> {
  const { accelerator, reason } = await acceleratorFor(settings);
  const outlets = { stdout: new Outlet(() => process.stdout), stderr: new Outlet(traceStream) };
  const serial = serialSink(settings.serial, settings.json || isLive(settings) ? undefined : outlets.stdout);
  const onSerial = (bytes: Uint8Array): void => serial.write(bytes);
  const machine = await buildMachine(plan, accelerator, { onSerial, onDebug: onSerial });
  const signals = new EndSignals();
  try {
    prepare(machine);
    checkDumps(machine, settings);
    await checkFiles(machine, settings);
    if (settings.accel === 'auto' && !settings.json) {
      console.error(`picovm: running on ${accelerator.name} (${reason})`);
    }
    const result =
      end === undefined
        ? await runGuest(machine, settings, outlets, signals.signal)
        : await resultOfEnded(machine.vm, end);
    serial.flush();
    const status = signals.status ?? exitStatusOf(result.outcome);
    const report: RunReport = { result, status, accelerator: accelerator.name, acceleratorReason: reason, serial };
    if (settings.json) printJson(machine, settings, report);
    else printText(machine, settings, report);
    return (await writeFiles(machine, plan, settings, result)) ?? status;
  } finally {
    signals[Symbol.dispose]();
    machine.vm.dispose();
    serial.close();
  }
}

// If nobody reads the trace any more, the guest's own output still goes on.
function traceStream(): NodeJS.WriteStream {
  return process.stderr.on('error', () => {});
}

// Before the guest runs: a wrong range must not cost a long run its result.
function checkDumps({ vm }: Pico, { dumps }: RunSettings): void {
  for (const { address, length } of dumps) {
    if (vm.memory.contiguous(address) >= length) continue;
    throw new UsageError(
      `--dump: ${length} bytes at ${hex(address)} are not all memory: 'picovm map' shows where there is memory`,
    );
  }
}
