import { EXIT_REASONS, hex, type RunOptions, type RunOutcome, type RunResult, type Vm, VmError } from '@picovm/core';
import { ExitRing } from './exit-ring.ts';
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
const OUTCOMES: ReadonlySet<string> = new Set<RunOutcome>([
  'halted', 'shutdown', 'reset', 'failed', 'stopped', 'timeout', 'aborted', 'max-exits',
]); // biome-ignore format: a word a line would fill the page

/**
 * Watches the guest of a machine for a test, in any test runner: runs it until the screen or the serial line shows
 * something, and checks where it ended. Watching slows the guest's exits down somewhat, because the last are kept.
 *
 * ```ts
 * using guest = watchGuest(vm, { screen: () => renderText(vga.screen()), serial: () => log.text });
 * await guest.waitForText('login:');
 * ```
 * @throws VmError `ERR_INVALID_ARGUMENT` if an option is none
 */
export function watchGuest(vm: Vm, options: WatchOptions = {}): Guest {
  for (const name of ['screen', 'serial', 'send'] as const) {
    if (options[name] !== undefined && typeof options[name] !== 'function') {
      throw new VmError('ERR_INVALID_ARGUMENT', `watchGuest: ${name} must be a function, such as () => log.text`);
    }
  }
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
    if (send === undefined) throw new Error('watchGuest was given no `send`: there is no way to the guest');
    send(text);
  }

  async run(options: RunOptions = {}): Promise<RunResult> {
    const {
      timeoutMs = this.#options.timeoutMs ?? TIMEOUT_MS,
      maxExits = this.#options.maxExits ?? Number.POSITIVE_INFINITY,
    } = options;
    this.result = await this.vm.run({ ...options, timeoutMs, maxExits });
    return this.result;
  }

  async waitForText(text: Pattern, options: WaitOptions = {}): Promise<void> {
    this.#need('screen', 'waitForText');
    await this.#waitFor(`the screen must show ${show(text)}`, () => matches(this.#screenText(), text), options);
  }

  async waitForSerial(text: Pattern, options: WaitOptions = {}): Promise<void> {
    this.#need('serial', 'waitForSerial');
    await this.#waitFor(`the serial output must have ${show(text)}`, () => matches(this.serial(), text), options);
  }

  async waitForExit(expected?: ExpectedExit, options: WaitOptions = {}): Promise<RunResult> {
    const result = this.#ended() ?? (await this.run(options));
    if (!FINAL.has(result.outcome) && expected === undefined) this.#fail(`the guest must end, but ${ending(result)}`);
    if (expected !== undefined) this.expectExit(expected);
    return result;
  }

  expectScreen(text: Pattern | readonly string[]): void {
    this.#need('screen', 'expectScreen');
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
    if (!matches(this.serial(), text)) this.#fail(`the serial output must have ${show(text)}, but has not`);
  }

  expectExit(expected: ExpectedExit): void {
    const { outcome, exit } = exitOf(expected);
    const wanted = [outcome, exit && `the exit '${exit}'`].filter(Boolean).join(' by ');
    const { result } = this;
    if (result === undefined) this.#fail(`the guest must have ended: ${wanted}, but it was not run yet`);
    const asExpected =
      (outcome ?? result.outcome) === result.outcome && (exit ?? result.exit?.reason) === result.exit?.reason;
    if (!asExpected) this.#fail(`the run must end: ${wanted}, but ${ending(result)}`);
  }

  expectRegisters(expected: ExpectedRegisters): void {
    const dump = this.vm.vcpu.dump();
    const wrong = Object.entries(expected).flatMap(([name, value]) => {
      const actual = registerValue(dump, name);
      if (actual === undefined) {
        throw new VmError('ERR_INVALID_ARGUMENT', `there is no register ${name}: they are named as in the manuals`, {
          name,
        });
      }
      const digits = Math.ceil(actual.bits / 4);
      if (actual.value === BigInt(value)) return [];
      return [`${name} must be ${hex(value, digits)}, but is ${hex(actual.value, digits)}`];
    });
    if (wrong.length > 0) this.#fail(wrong.join('; '));
  }

  expectMemory(address: number, expected: Uint8Array | readonly number[] | string): void {
    const bytes = typeof expected === 'string' ? new TextEncoder().encode(expected) : Uint8Array.from(expected);
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

  async #waitFor(what: string, isSo: () => boolean, options: WaitOptions): Promise<void> {
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
    const result = await this.run(options);
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
    throw new VmError('ERR_INVALID_ARGUMENT', `${method} needs to see the ${what}: give watchGuest a \`${what}\``);
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

function exitOf(expected: ExpectedExit): Exclude<ExpectedExit, string> {
  if (typeof expected === 'object') return expected;
  if (OUTCOMES.has(expected)) return { outcome: expected as RunOutcome };
  if (Object.hasOwn(EXIT_REASONS, expected)) return { exit: expected as keyof typeof EXIT_REASONS };
  throw new VmError('ERR_INVALID_ARGUMENT', `'${expected}' is neither an outcome of a run nor an exit reason`);
}

function show(pattern: Pattern): string {
  return typeof pattern === 'string' ? JSON.stringify(pattern) : String(pattern);
}

function bytesText(bytes: Uint8Array): string {
  return `<${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ')}>`;
}
