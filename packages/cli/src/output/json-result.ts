import { hex, type RunResult } from '@picovm/core';
import { jsonText } from './json-text.ts';
import { throwSite } from './throw-site.ts';

/** What `--json` adds to the result of the run. */
export interface JsonExtras {
  readonly accelerator: string;
  readonly acceleratorReason: string;
  /** Exit status of the command. */
  readonly status: number;
  /** Rows of the screen, right-trimmed, without the empty ones at its end. */
  readonly screen: readonly string[];
  /** What the guest wrote to COM1 and to the debug console. */
  readonly serial: string;
  /** Whether it wrote more than the 1 MiB that is kept. */
  readonly serialTruncated: boolean;
  /** The memory that `--dump` asked for. */
  readonly dumps: readonly { readonly address: string; readonly bytes: string }[];
}

/** The object that `--json` prints. Registers are hexadecimal strings, because JSON's numbers have too few bits. */
export function jsonResult(result: RunResult, extras: JsonExtras): string {
  const { outcome, message, exit, cpu, recentAccesses, counters, error } = result;
  const registers = Object.fromEntries(Object.entries(cpu.registers).map(([name, value]) => [name, hex(value)]));
  const object = {
    result: outcome,
    message,
    exitReason: exit?.reason ?? null,
    exit: exit ?? null,
    location: cpu.location,
    registers,
    counters,
    recentAccesses,
    error: error === undefined ? null : { code: error.code, message: error.message, at: throwSite(error) ?? null },
    ...extras,
  };
  return jsonText(object);
}
