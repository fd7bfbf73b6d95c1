import { hex, type RunResult } from '@picovm/core';
import type { Account } from '../attendance.ts';
import { EXIT_STATUS } from '../exit-status.ts';
import type { Machine } from '../machines/machine.ts';
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
  /** What whoever attended to the guest says. */
  readonly account: Account | undefined;
}

/** Prints what came of a run as text: the screen and what was asked for on stdout, what went wrong on stderr. */
export function printText(
  { vm, vga }: Machine,
  settings: RunSettings,
  { result, status, serial, account }: RunReport,
): void {
  const lines: string[] = [];
  // A live screen kept standard output to itself until now.
  if (serial.text !== '') lines.push(serial.text.endsWith('\n') ? serial.text.slice(0, -1) : serial.text);
  const screen = settings.screen === 'none' ? undefined : vga.screen();
  if (screen !== undefined) lines.push(...(usesColour() ? colourLines(screen) : screenLines(screen)));
  const picture = screen?.kind === 'graphics' && !usesColour() && settings.picture === undefined ? screen : undefined;
  if (settings.registers) lines.push(...formatRegisters(result.cpu));
  for (const { address, length } of settings.dumps) lines.push(...hexDump(vm.memory.read(address, length), address));
  if (lines.length > 0) process.stdout.write(`${serial.midLine ? '\n' : ''}${lines.join('\n')}\n`);
  if (picture !== undefined) {
    const size = `${picture.width}x${picture.height}`;
    console.error(`picovm: the screen is a picture of ${size} pixels, without text: --screenshot FILE writes it`);
  }
  // What a device of others throws is part of the message.
  if (status !== EXIT_STATUS.ok) console.error(`picovm: ${printable(result.message)}`);
  if (result.outcome === 'failed') console.error(failureReport(vm, result).join('\n'));
  printProblems(account);
}

/** Prints what came of a run as one JSON object. */
export function printJson({ vm, vga }: Machine, { dumps }: RunSettings, report: RunReport): void {
  const { result, serial, account, ...about } = report;
  const extras = {
    ...about,
    screen: screenLines(vga.screen()),
    serial: serial.text,
    serialTruncated: serial.truncated,
    ...account?.json,
    dumps: dumps.map(({ address, length }) => {
      return { address: hex(address), bytes: Buffer.from(vm.memory.read(address, length)).toString('hex') };
    }),
  };
  console.log(jsonResult(result, extras));
  printProblems(account);
}

function printProblems(account: Account | undefined): void {
  if (account !== undefined && account.problems.length > 0) console.error(account.problems.join('\n'));
}
