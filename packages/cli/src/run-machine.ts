import { hex } from '@picovm/core';
import { acceleratorFor } from './accelerator-for.ts';
import { EndSignals } from './end-signals.ts';
import { exitStatusOf } from './exit-status.ts';
import { type GuestEnd, resultOfEnded } from './guest-end.ts';
import type { Machine } from './machines/machine.ts';
import type { MachineKind } from './machines/machine-kind.ts';
import type { RunSettings } from './options/run-settings.ts';
import { Outlet } from './output/outlet.ts';
import { printJson, printText, type RunReport } from './output/print-result.ts';
import { serialSink } from './output/serial-sink.ts';
import { checkFiles, writeFiles } from './output/write-files.ts';
import { type GuestRun, isLive, runGuest } from './run-guest.ts';
import { UsageError } from './usage-error.ts';

/**
 * Builds a machine, runs its guest, and shows what came of it.
 * @param prepare puts the guest into the machine
 * @param end how the guest ended already: then nothing is run
 * @returns the exit status of the command
 */
export async function runMachine<M extends Machine>(
  kind: MachineKind<M>,
  settings: RunSettings,
  prepare: (machine: M) => void,
  end?: GuestEnd,
): Promise<number> {
  const { accelerator, reason } = await acceleratorFor(settings);
  const outlets = { stdout: new Outlet(() => process.stdout), stderr: new Outlet(traceStream) };
  const serial = serialSink(settings.serial, settings.json || isLive(settings) ? undefined : outlets.stdout);
  const onSerial = (bytes: Uint8Array): void => serial.write(bytes);
  const machine = await kind.build(accelerator, { onSerial, onDebug: onSerial });
  const signals = new EndSignals();
  try {
    prepare(machine);
    checkDumps(machine, settings);
    await checkFiles(machine, settings);
    if (settings.accel === 'auto' && !settings.json) {
      console.error(`picovm: running on ${accelerator.name} (${reason})`);
    }
    const { result, account }: GuestRun =
      end === undefined
        ? await runGuest(kind, machine, settings, outlets, signals.signal)
        : { result: await resultOfEnded(machine.vm, end), account: undefined };
    serial.flush();
    const status = signals.status ?? account?.status ?? exitStatusOf(result.outcome);
    const about = { accelerator: accelerator.name, acceleratorReason: reason, serial, account };
    const report: RunReport = { result, status, ...about };
    if (settings.json) printJson(machine, settings, report);
    else printText(machine, settings, report);
    return (await writeFiles(machine, kind, settings, result)) ?? status;
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
function checkDumps({ vm }: Machine, { dumps }: RunSettings): void {
  for (const { address, length } of dumps) {
    if (vm.memory.contiguous(address) >= length) continue;
    throw new UsageError(
      `--dump: ${length} bytes at ${hex(address)} are not all memory: 'picovm map' shows where there is memory`,
    );
  }
}
