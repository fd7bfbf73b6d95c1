import { hex, type RunOptions, type RunOutcome, type RunResult, type Vm } from '@picovm/core';
import { show as showAny } from '../check.ts';
import { refuse } from '../check-options.ts';
import { checkRunOptions, checkWatchOptions } from './check-watch-options.ts';
import { ExitRing } from './exit-ring.ts';
import {
  checkPattern,
  checkScreenPattern,
  expectedBytes,
  expectedEnding,
  expectedValue,
  shutdownHint,
} from './expected.ts';
import type { ExpectedExit, Guest, Pattern } from './guest.ts';
import { GuestError } from './guest-error.ts';
import { Poll } from './poll.ts';
import { type ExpectedRegisters, registerValue } from './register-values.ts';
import { guestReport } from './report.ts';
import type { WaitOptions, WatchOptions } from './watch-options.ts';

const TIMEOUT_MS = 10_000;
const KEPT_EXITS = 12;

/** Outcomes after which there is nothing more to come of a guest. */
const FINAL: ReadonlySet<RunOutcome> = new Set<RunOutcome>(['halted', 'shutdown', 'reset', 'failed']);

/**
 * Watches the guest of a machine for a test, in any test runner: runs it until the screen or the serial line shows
 * something, and checks where it ended. Watching slows the guest's exits down somewhat, because the last are kept.
 *
 * ```ts
 * using guest = watchGuest(vm, { screen: () => renderText(vga.screen()), serial: () => log.text });
 * await guest.waitForText('login:');
 * ```
 * @throws VmError `ERR_INVALID_ARGUMENT` if `vm` is no VM, for an option that there is not, or that is not what it must be
 */
export function watchGuest(vm: Vm, options: WatchOptions = {}): Guest {
  checkWatchOptions(vm, options);
  return new WatchedGuest(vm, options);
}

class WatchedGuest implements Guest {
  readonly vm: Vm;
  result: RunResult | undefined;
  readonly #options: WatchOptions;
  readonly #exits: ExitRing;

  constructor(vm: Vm, options: WatchOptions) {
    this.vm = vm;
    this.#options = options;
    this.#exits = new ExitRing(vm, KEPT_EXITS);
  }

  screen(): readonly string[] {
    const screen = this.#options.screen?.() ?? [];
    return (typeof screen === 'string' ? screen.split('\n') : screen).map((row) => row.trimEnd());
  }

  serial(): string {
    return this.#options.serial?.() ?? '';
  }

  send(text: string): void {
    const { send } = this.#options;
    if (send === undefined) refuse('watchGuest was given no `send`: there is no way to the guest');
    if (typeof text !== 'string') refuse(`send needs a text, not ${showAny(text)}`);
    send(text);
  }

  async run(options: RunOptions = {}): Promise<RunResult> {
    return this.#run('run', options);
  }

  async #run(method: string, options: RunOptions): Promise<RunResult> {
    checkRunOptions(method, options);
    const {
      timeoutMs = this.#options.timeoutMs ?? TIMEOUT_MS,
      maxExits = this.#options.maxExits ?? Number.POSITIVE_INFINITY,
    } = options;
    this.result = await this.vm.run({ ...options, timeoutMs, maxExits });
    return this.result;
  }

  async waitForText(text: Pattern, options: WaitOptions = {}): Promise<void> {
    this.#need('screen', 'waitForText');
    checkPattern('waitForText', text);
    await this.#waitFor(
      'waitForText',
      `the screen must show ${show(text)}`,
      () => matches(this.#screenText(), text),
      options,
    );
  }

  async waitForSerial(text: Pattern, options: WaitOptions = {}): Promise<void> {
    this.#need('serial', 'waitForSerial');
    checkPattern('waitForSerial', text);
    await this.#waitFor(
      'waitForSerial',
      `the serial output must have ${show(text)}`,
      () => matches(this.serial(), text),
      options,
    );
  }

  async waitForExit(expected?: ExpectedExit, options: WaitOptions = {}): Promise<RunResult> {
    if (expected !== undefined) expectedEnding('waitForExit', expected);
    checkRunOptions('waitForExit', options);
    const result = this.#ended() ?? (await this.#run('waitForExit', options));
    if (!FINAL.has(result.outcome) && expected === undefined) this.#fail(`the guest must end, but ${ending(result)}`);
    if (expected !== undefined) this.expectExit(expected);
    return result;
  }

  expectScreen(text: Pattern | readonly string[]): void {
    this.#need('screen', 'expectScreen');
    checkScreenPattern('expectScreen', text);
    if (typeof text === 'string' || text instanceof RegExp) {
      if (!matches(this.#screenText(), text)) this.#fail(`the screen must show ${show(text)}, but does not`);
      return;
    }
    const rows = this.screen();
    for (let row = 0; row < Math.max(rows.length, text.length); row++) {
      const is = rows[row] ?? '';
      const expected = (text[row] ?? '').trimEnd();
      if (is !== expected) this.#fail(`row ${row} of the screen must be ${show(expected)}, but is ${show(is)}`);
    }
  }

  expectSerial(text: Pattern): void {
    this.#need('serial', 'expectSerial');
    checkPattern('expectSerial', text);
    if (!matches(this.serial(), text)) this.#fail(`the serial output must have ${show(text)}, but has not`);
  }

  expectExit(expected: ExpectedExit): void {
    const { outcome, exit } = expectedEnding('expectExit', expected);
    const wanted = [outcome, exit && `the exit '${exit}'`].filter(Boolean).join(' by ');
    const { result } = this;
    if (result === undefined) this.#fail(`the guest must have ended: ${wanted}, but it was not run yet`);
    const asExpected =
      (outcome ?? result.outcome) === result.outcome && (exit ?? result.exit?.reason) === result.exit?.reason;
    if (!asExpected)
      this.#fail(`the run must end: ${wanted}, but ${ending(result)}${shutdownHint({ outcome, exit }, result)}`);
  }

  expectRegisters(expected: ExpectedRegisters): void {
    const dump = this.vm.vcpu.dump();
    const registers = Object.entries(typeof expected === 'object' ? (expected ?? {}) : {});
    if (registers.length === 0) refuse('expectRegisters needs registers and their values, such as { ax: 55, zf: 1 }');
    const wrong = registers.flatMap(([name, given]) => {
      const actual = registerValue(dump, name);
      if (actual === undefined) refuse(`there is no register ${name}: they are named as in the manuals, in lower case`);
      const value = expectedValue('expectRegisters', name, actual.bits, given);
      const digits = Math.ceil(actual.bits / 4);
      if (actual.value === value) return [];
      return [`${name} must be ${hex(value, digits)}, but is ${hex(actual.value, digits)}`];
    });
    if (wrong.length > 0) this.#fail(wrong.join('; '));
  }

  expectMemory(address: number, expected: Uint8Array | readonly number[] | string): void {
    const bytes = expectedBytes('expectMemory', expected);
    const actual = this.vm.memory.read(address, bytes.length);
    const at = bytes.findIndex((byte, i) => byte !== actual[i]);
    if (at < 0) return;
    const text = (part: Uint8Array): string => {
      return typeof expected === 'string' ? show(String.fromCharCode(...part)) : bytesText(part);
    };
    this.#fail(
      `memory at ${hex(address, 8)} must be ${text(bytes)}, but is ${text(actual)}: the first difference is at ${hex(address + at, 8)}`,
    );
  }

  report(): string {
    const { screen, serial } = this.#options;
    return guestReport({
      vm: this.vm,
      result: this.result,
      screen: screen && this.screen(),
      serial: serial && this.serial(),
      exits: this.#exits,
    });
  }

  [Symbol.dispose](): void {
    this.#exits[Symbol.dispose]();
  }

  async #waitFor(method: string, what: string, isSo: () => boolean, options: WaitOptions): Promise<void> {
    checkRunOptions(method, options);
    if (isSo()) return;
    const ended = this.#ended();
    if (ended !== undefined) this.#fail(`${what}, but ${ending(ended)}`);
    const poll = new Poll(isSo, this.#exits);
    const look = (): void => {
      if (poll.look()) this.vm.stop();
    };
    // Where the vCPU leaves the guest anyway. Neither claims the exit: what it means for the guest stays as it is. A HLT
    // that nothing ends also ends the run, by itself.
    using _slices = this.vm.on('slice-end', look);
    using _halts = this.vm.on('halt', ({ interruptsEnabled }) => {
      if (interruptsEnabled && this.vm.irqs.controller !== undefined) look();
    });
    const result = await this.#run(method, options);
    if (!poll.found && !isSo()) this.#fail(`${what}, but ${ending(result)}`);
  }

  // The result of a guest of which nothing more is to come, unless somebody put its vCPU elsewhere.
  #ended(): RunResult | undefined {
    const { result, vm } = this;
    if (result === undefined || !FINAL.has(result.outcome)) return undefined;
    return vm.vcpu.dump().location === result.cpu.location ? result : undefined;
  }

  #screenText(): string {
    return this.screen().join('\n');
  }

  #need(what: 'screen' | 'serial', method: string): void {
    if (this.#options[what] !== undefined) return;
    refuse(`${method} needs to see the ${what}: give watchGuest a \`${what}\``);
  }

  #fail(summary: string): never {
    throw new GuestError(summary, this.report());
  }
}

function matches(text: string, pattern: Pattern): boolean {
  // A pattern with the flag `g` or `y` would go on where it last stopped.
  return typeof pattern === 'string' ? text.includes(pattern) : text.search(pattern) >= 0;
}

function ending({ outcome, message }: RunResult): string {
  return outcome === 'timeout' || outcome === 'max-exits' ? `${message} (${outcome})` : `${message}`;
}

function show(pattern: Pattern): string {
  return typeof pattern === 'string' ? JSON.stringify(pattern) : String(pattern);
}

function bytesText(bytes: Uint8Array): string {
  return `<${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ')}>`;
}
