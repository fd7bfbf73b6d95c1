import { hex, type RunResult } from '@picovm/core';
import type { VgaText } from '@picovm/device-vga';
import { chooseAccelerator } from '../choose-accelerator.ts';
import { EXIT_STATUS, exitStatusOf } from '../exit-status.ts';
import { loadImage } from '../machines/load-image.ts';
import { type Pico, pico } from '../machines/pico.ts';
import { RUN_OPTIONS } from '../options/option-table.ts';
import { parseArgs } from '../options/parse-args.ts';
import { type RunSettings, runSettings } from '../options/run-settings.ts';
import { BufferedWriter } from '../output/buffered-writer.ts';
import { failureReport } from '../output/failure-report.ts';
import { colourLines, screenLines } from '../output/final-screen.ts';
import { hexDump } from '../output/hex-dump.ts';
import { jsonResult } from '../output/json-result.ts';
import { LiveScreen } from '../output/live-screen.ts';
import { formatRegisters } from '../output/registers.ts';
import { type SerialSink, serialSink } from '../output/serial-sink.ts';
import { isTraced, traceLine } from '../output/trace-line.ts';
import { feedFromStdin } from '../serial-input.ts';
import { UsageError } from '../usage-error.ts';
import { readImage } from './read-image.ts';

// Loaded when it is asked for: the encoder and zlib cost every start some milliseconds.
async function writePng(vga: VgaText, path: string): Promise<void> {
  return (await import('../output/write-png.ts')).writePng(vga, path);
}

/** `picovm run IMAGE`: builds the machine, runs the guest, and shows what came of it. */
export async function run(args: readonly string[]): Promise<number> {
  const { options, operands } = parseArgs('run', args, RUN_OPTIONS);
  const settings = runSettings(options);
  const [path, ...rest] = operands;
  if (path === undefined) throw new UsageError("run needs a guest image: see 'picovm run --help'");
  if (rest.length > 0) throw new UsageError(`run takes one image, but got '${path}' and '${rest[0]}'`);

  const image = readImage(path);
  const { accelerator, reason } = await chooseAccelerator(settings.accel);
  if (settings.accel === 'auto' && !settings.json) console.error(`picovm: running on ${accelerator.name} (${reason})`);
  const serial = serialSink(settings.serial, settings.json);
  const onSerial = (bytes: Uint8Array): void => serial.write(bytes);
  const machine = pico({ accelerator, memory: settings.memory, onSerial, onDebug: onSerial });
  try {
    loadImage(machine.vm, image, { load: settings.load, entry: settings.entry });
    checkDumps(machine, settings);
    const result = await runGuest(machine, settings);
    serial.flush();
    const status = exitStatusOf(result.outcome);
    if (settings.png !== undefined) await writePng(machine.vga, settings.png);
    if (settings.json) printJson(machine, settings, result, { accelerator: accelerator.name, reason, status, serial });
    else printResult(machine, settings, result, serial);
    return status;
  } finally {
    machine.vm.dispose();
    serial.close();
  }
}

async function runGuest({ vm, vga, com1 }: Pico, settings: RunSettings): Promise<RunResult> {
  const interrupt = new AbortController();
  const onSigint = (): void => interrupt.abort();
  process.once('SIGINT', onSigint);
  const { trace, serial } = settings;
  const tracer = new BufferedWriter((bytes) => void process.stderr.write(bytes));
  if (trace !== undefined) {
    const encoder = new TextEncoder();
    vm.observe((exit) => {
      if (isTraced(trace, exit)) tracer.write(encoder.encode(`${traceLine(exit)}\n`));
    });
  }
  const live = settings.screen === 'live' && process.stdout.isTTY ? new LiveScreen(vga, process.stdout) : undefined;
  const stopInput = serial.to === 'stdout' && serial.input ? feedFromStdin(com1) : undefined;
  live?.start();
  try {
    return await vm.run({ signal: interrupt.signal, timeoutMs: settings.timeout, maxExits: settings.maxExits });
  } finally {
    tracer.flush();
    live?.stop();
    stopInput?.();
    process.off('SIGINT', onSigint);
  }
}

function printResult({ vm, vga }: Pico, settings: RunSettings, result: RunResult, serial: SerialSink): void {
  const lines: string[] = [];
  if (settings.screen !== 'none') {
    lines.push(...(process.stdout.isTTY ? colourLines(vga.screen()) : screenLines(vga.screen())));
  }
  if (settings.registers) lines.push(...formatRegisters(result.cpu));
  for (const { address, length } of settings.dumps) lines.push(...hexDump(vm.memory.read(address, length), address));
  if (lines.length > 0) process.stdout.write(`${serial.midLine ? '\n' : ''}${lines.join('\n')}\n`);

  const status = exitStatusOf(result.outcome);
  if (status !== EXIT_STATUS.ok) console.error(`picovm: ${result.message}`);
  if (status === EXIT_STATUS.failed) console.error(failureReport(vm, result).join('\n'));
}

function printJson(
  { vm, vga }: Pico,
  settings: RunSettings,
  result: RunResult,
  about: { accelerator: string; reason: string; status: number; serial: SerialSink },
): void {
  const dumps = settings.dumps.map(({ address, length }) => {
    return { address: hex(address), bytes: Buffer.from(vm.memory.read(address, length)).toString('hex') };
  });
  const { accelerator, reason, status, serial } = about;
  const screen = screenLines(vga.screen());
  console.log(
    jsonResult(result, { accelerator, acceleratorReason: reason, status, screen, serial: serial.text, dumps }),
  );
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
