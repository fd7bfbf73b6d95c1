import type { Clock, StateReader } from '@picovm/core';
import { Deadline } from './deadline.ts';
import { KEY_NAMES } from './keys.ts';
import { Ps2Output } from './ps2-output.ts';
import { appendScanCodes, HeldKeys } from './scan-codes.ts';

const ACK = 0xfa;
const RESEND = 0xfe;
const ECHO = 0xee;
const BAT_PASSED = 0xaa;

const SET_LEDS = 0xed;
const SCAN_CODE_SET = 0xf0;
const IDENTIFY = 0xf2;
const SET_RATE = 0xf3;
const ENABLE = 0xf4;
const DISABLE = 0xf5;
const SET_DEFAULTS = 0xf6;
/** F7h to FAh: what all keys of set 3 send; FBh to FDh: what the keys do whose codes follow. */
const ALL_KEYS_FIRST = 0xf7;
const ALL_KEYS_LAST = 0xfa;
const SOME_KEYS_FIRST = 0xfb;
const SOME_KEYS_LAST = 0xfd;
const RESET = 0xff;

/** What is not below this is a command, even where an argument is due. */
const FIRST_COMMAND = SET_LEDS;
const ARGUMENT_WANTED: ReadonlySet<number> = /* @__PURE__ */ new Set([
  SET_LEDS,
  SCAN_CODE_SET,
  SET_RATE,
  ...[SOME_KEYS_FIRST, 0xfc, SOME_KEYS_LAST],
]);

/** 10.9 characters a second after half a second. */
const DEFAULT_RATE = 0x2b;
const NO_KEY = -1;
/** Nanoseconds: of the longest delay, and of the slowest repetition. */
const LONGEST_REPEAT = 1e9;

/** A PS/2 keyboard with the 102 keys of the IBM Enhanced Keyboard, and some more. */
export class Keyboard {
  readonly output: Ps2Output = new Ps2Output();
  readonly held: HeldKeys = new HeldKeys();
  /** Bit 0: Scroll Lock, 1: Num Lock, 2: Caps Lock. */
  leds = 0;
  scanning = true;
  readonly #onLeds: () => void;
  readonly #onFlush: () => void;
  readonly #typematic: Deadline;
  #set = 2;
  #rate = DEFAULT_RATE;
  /** The command that waits for its argument; 0 if none does. */
  #command = 0;
  /** The number of the key that repeats, because it is held; -1 if none is. */
  #repeated: number = NO_KEY;

  /**
   * @param onLeds called when the LEDs change
   * @param onFlush called when scan codes that wait were thrown away
   * @param onOutput called when there is something to send
   */
  constructor(onLeds: () => void, onFlush: () => void, onOutput: () => void) {
    this.#onLeds = onLeds;
    this.#onFlush = onFlush;
    this.#typematic = new Deadline(() => {
      this.#repeat();
      onOutput();
    });
  }

  attach(clock: Clock): void {
    this.output.attach(clock);
    this.#typematic.attach(clock);
  }

  /** A byte comes from the controller. */
  write(byte: number): void {
    const { output } = this;
    // What it was about to answer is given up, as the next command tells that nobody waits for it.
    output.responses.clear();
    const command = this.#command;
    this.#command = 0;
    if (command !== 0 && byte < FIRST_COMMAND) this.#argument(command, byte);
    else this.#execute(byte);
  }

  /** A key goes down or up. @param repeats whether it repeats as long as it is held */
  move(key: number, down: boolean, repeats: boolean): void {
    appendScanCodes(this.output.data, this.#set, key, down, this.held);
    if (down && repeats) {
      this.#repeated = key;
      this.#typematic.setIn((1 + ((this.#rate >> 5) & 3)) * 250e6);
    } else if (key === this.#repeated) this.#stopRepeating();
  }

  reset(): void {
    this.#typematic.clear();
    this.#repeated = NO_KEY;
    this.held.clear();
    this.#defaults();
    this.output.reset();
    this.scanning = true;
  }

  save(): Record<string, unknown> {
    return {
      ...this.output.save('keyboard'),
      leds: this.leds,
      scanning: this.scanning,
      scanCodeSet: this.#set,
      typematic: this.#rate,
      keyboardCommand: this.#command,
      heldKeys: this.held.keys(),
      repeatedKey: this.#repeated,
      repeatIn: this.#typematic.remaining,
    };
  }

  /** Checks a state. @returns what takes it */
  read(reader: StateReader): () => void {
    const takeOutput = this.output.read('keyboard', reader);
    const leds = reader.integer('leds', 7);
    const scanning = reader.boolean('scanning');
    const set = reader.integer('scanCodeSet', 3, 1);
    const rate = reader.integer('typematic', 0x7f);
    const command = reader.integer('keyboardCommand', 0xff);
    if (command !== 0 && !ARGUMENT_WANTED.has(command)) throw reader.error('has no command as keyboardCommand');
    const held = reader.integers('heldKeys', KEY_NAMES.length, KEY_NAMES.length - 1);
    if (held.some((key, i) => i > 0 && key <= held[i - 1])) throw reader.error('has heldKeys that are not sorted');
    const repeated = reader.integer('repeatedKey', KEY_NAMES.length - 1, NO_KEY);
    const repeatIn = reader.integer('repeatIn', LONGEST_REPEAT, -1);
    if (repeated === NO_KEY && repeatIn >= 0) throw reader.error('repeats no key');
    return () => {
      takeOutput();
      this.held.clear();
      for (const key of held) this.held.set(key, true);
      this.scanning = scanning;
      this.#set = set;
      this.#rate = rate;
      this.#command = command;
      this.#repeated = repeated;
      this.#typematic.remaining = repeatIn;
      this.#setLeds(leds);
    };
  }

  dispose(): void {
    this.#typematic.dispose();
  }

  #execute(byte: number): void {
    const { output } = this;
    if (ARGUMENT_WANTED.has(byte)) this.#command = byte;
    switch (byte) {
      case RESET:
        output.respond(ACK);
        output.respond(BAT_PASSED);
        this.#defaults();
        this.scanning = true;
        return;
      case RESEND:
        output.respond(output.last);
        return;
      case ECHO:
        output.respond(ECHO);
        return;
      case IDENTIFY:
        for (const answer of [ACK, 0xab, 0x83]) output.respond(answer);
        return;
      case ENABLE:
      case DISABLE:
      case SET_DEFAULTS:
        output.respond(ACK);
        if (byte === ENABLE) this.#flush();
        else this.#defaults();
        this.scanning = byte !== DISABLE;
        return;
      default:
        output.respond(this.#command !== 0 || (byte >= ALL_KEYS_FIRST && byte <= ALL_KEYS_LAST) ? ACK : RESEND);
    }
  }

  #argument(command: number, byte: number): void {
    const { output } = this;
    const fits = argumentFits(command, byte);
    output.respond(fits ? ACK : RESEND);
    if (command >= SOME_KEYS_FIRST) this.#command = command;
    if (!fits) return;
    if (command === SET_LEDS) this.#setLeds(byte);
    if (command === SET_RATE) this.#rate = byte;
    if (command !== SCAN_CODE_SET) return;
    if (byte === 0) output.respond(this.#set);
    else this.#set = byte;
  }

  #defaults(): void {
    this.#command = 0;
    this.#set = 2;
    this.#rate = DEFAULT_RATE;
    this.#setLeds(0);
    this.#stopRepeating();
    this.#flush();
  }

  #flush(): void {
    this.output.data.clear();
    this.#onFlush();
  }

  #setLeds(leds: number): void {
    if (leds === this.leds) return;
    this.leds = leds;
    this.#onLeds();
  }

  #repeat(): void {
    // A guest that does not take what there is gets no more of it.
    if (this.scanning && this.output.idle) {
      appendScanCodes(this.output.data, this.#set, this.#repeated, true, this.held);
    }
    const factor = (8 + (this.#rate & 7)) * 2 ** ((this.#rate >> 3) & 3);
    this.#typematic.setIn(Math.round((factor * 1e9) / 240));
  }

  #stopRepeating(): void {
    this.#repeated = NO_KEY;
    this.#typematic.clear();
  }
}

function argumentFits(command: number, byte: number): boolean {
  switch (command) {
    case SET_LEDS:
      return byte <= 7;
    case SCAN_CODE_SET:
      return byte <= 3;
    case SET_RATE:
      return byte <= 0x7f;
    default:
      return true;
  }
}
