import { hex } from '@picovm/core';
import { chooseAccelerator } from '../choose-accelerator.ts';
import { EndSignals } from '../end-signals.ts';
import { exitStatusOf } from '../exit-status.ts';
import { loadImage } from '../machines/load-image.ts';
import { type Pico, pico } from '../machines/pico.ts';
import { RUN_OPTIONS } from '../options/option-table.ts';
import { parseArgs } from '../options/parse-args.ts';
import { type RunSettings, runSettings } from '../options/run-settings.ts';
import { Outlet } from '../output/outlet.ts';
import { printJson, printText, type RunReport } from '../output/print-result.ts';
import { serialSink } from '../output/serial-sink.ts';
import { isLive, runGuest } from '../run-guest.ts';
import { UsageError } from '../usage-error.ts';
import { readImage } from './read-image.ts';

/** `picovm run IMAGE`: builds the machine, runs the guest, and shows what came of it. */
export async function run(args: readonly string[]): Promise<number> {
  const { options, operands } = parseArgs('run', args, RUN_OPTIONS);
  const settings = runSettings(options);
  const [path, ...rest] = operands;
  if (path === undefined) throw new UsageError("run needs a guest image: see 'picovm run --help'");
  if (rest.length > 0) throw new UsageError(`run takes one image, but got '${path}' and '${rest[0]}'`);
  const image = readImage(path);
  const { accelerator, reason } = await chooseAccelerator(settings.accel);

  const outlets = { stdout: new Outlet(() => process.stdout), stderr: new Outlet(traceStream) };
  const serial = serialSink(settings.serial, settings.json || isLive(settings) ? undefined : outlets.stdout);
  const onSerial = (bytes: Uint8Array): void => serial.write(bytes);
  const machine = pico({ accelerator, memory: settings.memory, onSerial, onDebug: onSerial });
  const signals = new EndSignals();
  try {
    loadImage(machine.vm, image, { load: settings.load, entry: settings.entry });
    checkDumps(machine, settings);
    if (settings.accel === 'auto' && !settings.json) {
      console.error(`picovm: running on ${accelerator.name} (${reason})`);
    }
    const result = await runGuest(machine, settings, outlets, signals.signal);
    serial.flush();
    const status = signals.status ?? exitStatusOf(result.outcome);
    const report: RunReport = { result, status, accelerator: accelerator.name, acceleratorReason: reason, serial };
    if (settings.json) printJson(machine, settings, report);
    else printText(machine, settings, report);
    // Last: if the file cannot be written, nothing else is lost. Loaded when it is asked for, because the encoder and
    // zlib would cost every start some milliseconds.
    if (settings.png !== undefined) (await import('../output/write-png.ts')).writePng(machine.vga, settings.png);
    return status;
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
