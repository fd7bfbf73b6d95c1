import { encodeSnapshot, type VmSnapshot } from '@picovm/core';
import { renderText } from '@picovm/device-vga';
import { type Pc, type PcOptions, pc } from '@picovm/machine-pc';

/** Nanoseconds of guest time between two looks at the screen. */
const LOOK_NS = 20e6;
/**
 * Milliseconds of host time that a wait may take: what it waits for is there long before, on a slow host too. Less is for trying.
 */
const PATIENCE_MS = Number(process.env.PICOVM_PATIENCE_MS ?? 100_000);

export interface WaitOptions {
  /** Milliseconds of host time. Default 100,000. */
  readonly patienceMs?: number;
}

/** A PC at which somebody sits: it runs until a text is there, types, and goes on. */
export class PcSession implements Disposable {
  readonly pc: Pc;
  #serial = '';
  #log = '';
  /** How much of the serial output was waited for already. */
  #read = 0;
  #milliseconds = 0;
  /** What the machine that it goes on from had executed. */
  #before = 0;

  constructor(options: PcOptions) {
    // Latin 1: what is printed here is ASCII, and a byte stays a character.
    const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
    this.pc = pc({
      ...options,
      onSerial: (bytes) => {
        this.#serial += text(bytes);
      },
      onFirmwareLog: (bytes) => {
        this.#log += text(bytes);
      },
    });
  }

  /** The characters on the screen; empty in a graphics mode. */
  get screen(): string {
    return renderText(this.pc.vga.screen()).join('\n');
  }

  /** All that came from the first serial port. */
  get serial(): string {
    return this.#serial;
  }

  /** All that a firmware ROM wrote to its log. */
  get firmwareLog(): string {
    return this.#log;
  }

  /** Types on the keyboard. */
  type(text: string): void {
    this.pc.input.keyboard.type(text);
  }

  /** Sends to the first serial port. */
  send(text: string): void {
    this.pc.com1.receive(new TextEncoder().encode(text));
  }

  /**
   * Runs until the screen has the text. A string may end in blanks, as prompts do; for a regular expression, rows end with the last
   * character that is none.
   * @returns the match, or the text
   */
  async waitForScreen(text: string | RegExp, options?: WaitOptions): Promise<string> {
    const trim = typeof text !== 'string';
    const rows = (): string => renderText(this.pc.vga.screen(), { trim }).join('\n');
    return await this.until(() => find(rows(), text)?.text, `${text} on the screen`, options);
  }

  /** Runs until the text came from the serial port, behind the last one that was waited for. @returns all up to its end */
  async waitForSerial(text: string | RegExp, options?: WaitOptions): Promise<string> {
    return await this.until(
      () => {
        const fresh = this.#serial.slice(this.#read);
        const found = find(fresh, text);
        if (found === undefined) return undefined;
        this.#read += found.end;
        return fresh.slice(0, found.end);
      },
      `${text} on the serial port`,
      options,
    );
  }

  /** Runs until a firmware ROM's log has the text. */
  async waitForLog(text: string | RegExp, options?: WaitOptions): Promise<string> {
    return await this.until(() => find(this.#log, text)?.text, `${text} in the log of the firmware`, options);
  }

  /**
   * Runs until `condition` gives something else than undefined. It is asked at points in guest time, so that with a virtual clock
   * two runs stop at the same instruction.
   * @param what what is waited for, in the error that comes if the run ends before
   */
  async until<T>(condition: () => T | undefined, what: string, options: WaitOptions = {}): Promise<T> {
    const { vm } = this.pc;
    let answer = condition();
    if (answer !== undefined) return answer;
    const look = (): void => {
      answer = condition();
      if (answer === undefined) alarm = vm.clock.alarm(vm.clock.now() + LOOK_NS, look);
      else vm.stop();
    };
    let alarm = vm.clock.alarm(vm.clock.now() + LOOK_NS, look);
    const { outcome, message } = await this.#run(options.patienceMs ?? PATIENCE_MS);
    vm.clock.cancel(alarm);
    answer ??= condition();
    if (answer !== undefined) return answer;
    throw new Error(`no ${what}: ${outcome === 'timeout' ? 'the guest still runs' : message}\n${this.#dump()}`);
  }

  /** Runs until the guest ends it. @returns the outcome */
  async untilEnd(options: WaitOptions = {}): Promise<string> {
    return (await this.#run(options.patienceMs ?? PATIENCE_MS)).outcome;
  }

  /** Runs for a time of the guest's. */
  async pass(milliseconds: number, options?: WaitOptions): Promise<void> {
    const { clock } = this.pc.vm;
    const end = clock.now() + milliseconds * 1e6;
    await this.until(() => (clock.now() >= end ? true : undefined), `end of ${milliseconds} ms`, options);
  }

  /** Goes on where another machine was. What came from its ports before is not this one's. */
  restore(snapshot: VmSnapshot): void {
    this.pc.vm.restore(snapshot);
    this.#before = this.figures().instructions;
  }

  /** A snapshot, as a file has it. What counts the host's time is left out, so that those of two equal runs are equal. */
  save(): Uint8Array {
    const snapshot = this.pc.vm.snapshot();
    const { counters } = snapshot;
    const exits = { ...counters.exits, 'slice-end': 0, kicked: 0 };
    return encodeSnapshot({ ...snapshot, counters: { ...counters, exits } });
  }

  /** What it has taken until now. */
  figures(): { milliseconds: number; instructions: number } {
    return { milliseconds: this.#milliseconds, instructions: this.pc.vm.vcpu.instructions ?? 0 };
  }

  /** Prints what it has taken until now, from its start or the snapshot that it goes on from: time, instructions, and millions of them a second. */
  report(what: string): void {
    const { milliseconds, instructions } = this.figures();
    const counted = (instructions - this.#before) / 1e6;
    const rate = `${counted.toFixed(1)} M instructions, ${((counted / milliseconds) * 1000).toFixed(1)} MIPS`;
    console.log(
      `${what}: ${(milliseconds / 1000).toFixed(1)} s, ${instructions > 0 ? rate : 'instructions not counted'}`,
    );
  }

  [Symbol.dispose](): void {
    this.pc.vm.dispose();
  }

  async #run(timeoutMs: number): Promise<{ outcome: string; message: string }> {
    const start = performance.now();
    const { outcome, message } = await this.pc.vm.run({ timeoutMs });
    this.#milliseconds += performance.now() - start;
    return { outcome, message };
  }

  #dump(): string {
    const parts = [
      ['the screen', this.screen.trimEnd()],
      ['the end of the serial output', this.#serial.slice(-1500)],
      ["the end of the firmware's log", this.#log.slice(-1000)],
    ];
    const shown = parts.filter(([, text]) => text !== '').map(([name, text]) => `--- ${name}:\n${text}`);
    return [...shown, `at ${this.pc.vm.vcpu.dump().location}`].join('\n');
  }
}

function find(where: string, what: string | RegExp): { text: string; end: number } | undefined {
  if (typeof what === 'string') {
    const at = where.indexOf(what);
    return at < 0 ? undefined : { text: what, end: at + what.length };
  }
  const match = what.exec(where);
  return match === null ? undefined : { text: match[0], end: match.index + match[0].length };
}
