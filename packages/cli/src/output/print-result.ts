import { hex, type RunResult } from '@picovm/core';
import { EXIT_STATUS } from '../exit-status.ts';
import type { Pico } from '../machines/pico.ts';
import type { RunSettings } from '../options/run-settings.ts';
import { failureReport } from './failure-report.ts';
import { colourLines, screenLines } from './final-screen.ts';
import { hexDump } from './hex-dump.ts';
import { jsonResult } from './json-result.ts';
import { printable } from './printable.ts';
import { formatRegisters } from './registers.ts';
import type { SerialSink } from './serial-sink.ts';
import { usesColour } from './uses-colour.ts';

/** What came of a run, besides what the machine shows. */
export interface RunReport {
  readonly result: RunResult;
  /** Exit status of the command. */
  readonly status: number;
  readonly accelerator: string;
  readonly acceleratorReason: string;
  readonly serial: SerialSink;
}

/** Prints what came of a run as text: the screen and what was asked for on stdout, what went wrong on stderr. */
export function printText({ vm, vga }: Pico, settings: RunSettings, { result, status, serial }: RunReport): void {
  const lines: string[] = [];
  // A live screen kept standard output to itself until now.
  if (serial.text !== '') lines.push(serial.text.endsWith('\n') ? serial.text.slice(0, -1) : serial.text);
  if (settings.screen !== 'none') {
    lines.push(...(usesColour() ? colourLines(vga.screen()) : screenLines(vga.screen())));
  }
  if (settings.registers) lines.push(...formatRegisters(result.cpu));
  for (const { address, length } of settings.dumps) lines.push(...hexDump(vm.memory.read(address, length), address));
  if (lines.length > 0) process.stdout.write(`${serial.midLine ? '\n' : ''}${lines.join('\n')}\n`);
  // What a device of others throws is part of the message.
  if (status !== EXIT_STATUS.ok) console.error(`picovm: ${printable(result.message)}`);
  if (status === EXIT_STATUS.failed) console.error(failureReport(vm, result).join('\n'));
}

/** Prints what came of a run as one JSON object. */
export function printJson({ vm, vga }: Pico, { dumps }: RunSettings, report: RunReport): void {
  const { result, serial, ...about } = report;
  const extras = {
    ...about,
    screen: screenLines(vga.screen()),
    serial: serial.text,
    serialTruncated: serial.truncated,
    dumps: dumps.map(({ address, length }) => {
      return { address: hex(address), bytes: Buffer.from(vm.memory.read(address, length)).toString('hex') };
    }),
  };
  console.log(jsonResult(result, extras));
}
