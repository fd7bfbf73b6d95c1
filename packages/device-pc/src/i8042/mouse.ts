import { type Clock, type StateReader, VmError } from '@picovm/core';
import { Deadline } from './deadline.ts';
import type { MouseButtons } from './i8042-types.ts';
import { Ps2Output } from './ps2-output.ts';

const ACK = 0xfa;
const RESEND = 0xfe;
const BAT_PASSED = 0xaa;

const SET_RESOLUTION = 0xe8;
const SET_RATE = 0xf3;
const RESET_WRAP = 0xec;
const RESET = 0xff;

const DEFAULT_RATE = 100;
const DEFAULT_RESOLUTION = 2;
/** The types that a mouse says it is. */
const PLAIN = 0;
const WHEEL = 3;
const FIVE_BUTTONS = 4;

/** Movement that the guest has not taken is kept up to this. */
const FARTHEST = 0xffff;
const BUTTON_BITS: Readonly<Record<keyof MouseButtons, number>> = {
  left: 1,
  right: 2,
  middle: 4,
  back: 8,
  forward: 16,
};
const FIRST_BUTTONS = 0x07;
const ALL_BUTTONS = 0x1f;
/** Nanoseconds, at the lowest rate that counts. */
const LONGEST_SAMPLE = 1e8;
/** Movement is reported so at scaling 2:1; what is more is doubled. */
const SCALED = [0, 1, 1, 3, 6, 9];

/** A PS/2 mouse with three buttons, which can be told to be an IntelliMouse with a wheel, and one with five buttons. */
export class Mouse {
  readonly output: Ps2Output = new Ps2Output();
  readonly #sample: Deadline;
  #type: number = PLAIN;
  #reporting = false;
  #remote = false;
  #wrap = false;
  #scaling = false;
  #resolution: number = DEFAULT_RESOLUTION;
  #rate: number = DEFAULT_RATE;
  /** The two rates that were set before. */
  readonly #rates = new Uint8Array(2);
  /** The command that waits for its argument; 0 if none does. */
  #command = 0;
  #buttons = 0;
  #x = 0;
  #y = 0;
  #z = 0;
  /** Whether buttons changed that were not reported. */
  #clicked = false;

  /** @param onOutput called when there is something to send */
  constructor(onOutput: () => void) {
    this.#sample = new Deadline(() => {
      this.report();
      onOutput();
    });
  }

  attach(clock: Clock): void {
    this.output.attach(clock);
    this.#sample.attach(clock);
  }

  /** It is moved. Without a guest that wants to know, nothing comes of it. */
  move(dx: number, dy: number, dz: number): void {
    if (![dx, dy, dz].every(Number.isFinite)) {
      throw new VmError('ERR_INVALID_ARGUMENT', `a mouse is moved by numbers, not ${dx}, ${dy}, ${dz}`, { dx, dy, dz });
    }
    if (!this.#reporting && !this.#remote) return;
    this.#x = clamp(this.#x + Math.trunc(dx), FARTHEST);
    this.#y = clamp(this.#y - Math.trunc(dy), FARTHEST);
    this.#z = clamp(this.#z + Math.trunc(dz), FARTHEST);
    this.report();
  }

  press(buttons: MouseButtons): void {
    const before = this.#buttons;
    for (const [name, bit] of Object.entries(BUTTON_BITS)) {
      const down = buttons[name as keyof MouseButtons];
      if (down !== undefined) this.#buttons = (this.#buttons & ~bit) | (down ? bit : 0);
    }
    if (this.#buttons === before || !this.#reporting) return;
    this.#clicked = true;
    this.report();
  }

  /** Sends a packet, if there is something to tell, the last one was taken, and it is time for one. */
  report(): void {
    if (!this.#reporting || this.#remote || this.#wrap || this.#sample.pending || !this.output.idle) return;
    const { data } = this.output;
    const z = this.#type === PLAIN ? 0 : this.#z;
    if (this.#x === 0 && this.#y === 0 && z === 0 && !this.#clicked) return;
    this.#packet(this.#scaling, (byte) => data.push(byte));
    this.#sample.setIn(Math.round(1e9 / Math.max(this.#rate, 10)));
  }

  /** A byte comes from the controller. */
  write(byte: number): void {
    const { output } = this;
    // What it was about to answer is given up, as the next command tells that nobody waits for it.
    output.responses.clear();
    if (this.#wrap && byte !== RESET && byte !== RESET_WRAP) {
      output.respond(byte);
      return;
    }
    const command = this.#command;
    this.#command = 0;
    if (command !== 0 && byte < 0xe6) this.#argument(command, byte);
    else this.#execute(byte);
  }

  reset(): void {
    this.#defaults();
    this.#buttons = 0;
    this.output.reset();
  }

  save(): Record<string, unknown> {
    return {
      ...this.output.save('mouse'),
      mouseType: this.#type,
      reporting: this.#reporting,
      remote: this.#remote,
      wrap: this.#wrap,
      scaling: this.#scaling,
      resolution: this.#resolution,
      sampleRate: this.#rate,
      earlierRates: this.#rates.slice(),
      mouseCommand: this.#command,
      buttons: this.#buttons,
      clicked: this.#clicked,
      moved: [this.#x, this.#y, this.#z].map((distance) => distance + FARTHEST),
      sampleIn: this.#sample.remaining,
    };
  }

  /** Checks a state. @returns what takes it */
  read(reader: StateReader): () => void {
    const takeOutput = this.output.read('mouse', reader);
    const type = reader.integer('mouseType', FIVE_BUTTONS);
    if (type !== PLAIN && type < WHEEL) throw reader.error('has no type of a mouse as mouseType');
    const [reporting, remote, wrap, scaling, clicked] = ['reporting', 'remote', 'wrap', 'scaling', 'clicked'].map(
      (field) => reader.boolean(field),
    );
    const resolution = reader.integer('resolution', 3);
    const rate = reader.integer('sampleRate', 0xff);
    const rates = reader.bytes('earlierRates', 2, 2);
    const command = reader.integer('mouseCommand', SET_RATE);
    if (![0, SET_RATE, SET_RESOLUTION].includes(command)) throw reader.error('has no command as mouseCommand');
    const buttons = reader.integer('buttons', ALL_BUTTONS);
    const moved = reader.integers('moved', 3, 2 * FARTHEST);
    if (moved.length !== 3) throw reader.error('has not three distances as moved');
    const sampleIn = reader.integer('sampleIn', LONGEST_SAMPLE, -1);
    return () => {
      takeOutput();
      this.#type = type;
      this.#reporting = reporting;
      this.#remote = remote;
      this.#wrap = wrap;
      this.#scaling = scaling;
      this.#clicked = clicked;
      this.#resolution = resolution;
      this.#rate = rate;
      this.#rates.set(rates);
      this.#command = command;
      this.#buttons = buttons;
      [this.#x, this.#y, this.#z] = moved.map((distance) => distance - FARTHEST);
      this.#sample.remaining = sampleIn;
    };
  }

  dispose(): void {
    this.#sample.dispose();
  }

  #execute(byte: number): void {
    const { output } = this;
    const known = (byte >= 0xe6 && byte <= 0xec) || byte === 0xee || (byte >= 0xf0 && byte <= 0xf6) || byte === RESET;
    output.respond(byte === 0xfe ? output.last : known ? ACK : RESEND);
    switch (byte) {
      case 0xe6:
      case 0xe7:
        this.#scaling = byte === 0xe7;
        break;
      case SET_RESOLUTION:
      case SET_RATE:
        this.#command = byte;
        break;
      case 0xe9:
        this.#status();
        break;
      case 0xea:
      case 0xf0:
        this.#remote = byte === 0xf0;
        this.#forget();
        break;
      case 0xeb:
        this.#packet(false, (each) => output.respond(each));
        break;
      case RESET_WRAP:
      case 0xee:
        this.#wrap = byte === 0xee;
        break;
      case 0xf2:
        output.respond(this.#type);
        break;
      case 0xf4:
      case 0xf5:
        this.#reporting = byte === 0xf4;
        this.#forget();
        break;
      case 0xf6:
      case RESET: {
        const type = byte === RESET ? PLAIN : this.#type;
        this.#defaults();
        this.#type = type;
        if (byte === RESET) {
          output.respond(BAT_PASSED);
          output.respond(PLAIN);
        }
      }
    }
  }

  #argument(command: number, byte: number): void {
    const fits = command === SET_RESOLUTION ? byte <= 3 : byte > 0;
    this.output.respond(fits ? ACK : RESEND);
    if (!fits) return;
    if (command === SET_RESOLUTION) {
      this.#resolution = byte;
      return;
    }
    this.#rate = byte;
    // The knock: three rates that no driver sets for their own sake.
    const [first, second] = this.#rates;
    if (first === 200 && second === 100 && byte === 80) this.#type = WHEEL;
    if (first === 200 && second === 200 && byte === 80) this.#type = FIVE_BUTTONS;
    this.#rates[0] = second;
    this.#rates[1] = byte;
  }

  #status(): void {
    const { output } = this;
    const buttons = this.#buttons;
    output.respond(
      (this.#remote ? 0x40 : 0) |
        (this.#reporting ? 0x20 : 0) |
        (this.#scaling ? 0x10 : 0) |
        ((buttons & 1) << 2) |
        ((buttons & 4) >> 1) |
        ((buttons & 2) >> 1),
    );
    output.respond(this.#resolution);
    output.respond(this.#rate);
  }

  /** What there is to tell, as the three or four bytes of its type; the rest of a long way is for the next one. */
  #packet(scaled: boolean, push: (byte: number) => void): void {
    const [x, y] = [clamp(this.#x, 0xff), clamp(this.#y, 0xff)];
    this.#x -= x;
    this.#y -= y;
    this.#clicked = false;
    const [dx, dy] = scaled ? [scale(x), scale(y)] : [x, y];
    push((this.#buttons & FIRST_BUTTONS) | 0x08 | (dx < 0 ? 0x10 : 0) | (dy < 0 ? 0x20 : 0));
    push(dx & 0xff);
    push(dy & 0xff);
    if (this.#type === PLAIN) {
      this.#z = 0;
      return;
    }
    const z = clamp(this.#z, 7);
    this.#z -= z;
    push(this.#type === WHEEL ? z & 0xff : (z & 0x0f) | ((this.#buttons >> 3) << 4));
  }

  #defaults(): void {
    this.#type = PLAIN;
    this.#reporting = false;
    this.#remote = false;
    this.#wrap = false;
    this.#scaling = false;
    this.#resolution = DEFAULT_RESOLUTION;
    this.#rate = DEFAULT_RATE;
    this.#rates.fill(0);
    this.#command = 0;
    this.#forget();
  }

  #forget(): void {
    this.output.data.clear();
    this.#sample.clear();
    this.#x = 0;
    this.#y = 0;
    this.#z = 0;
    this.#clicked = false;
  }
}

function clamp(value: number, limit: number): number {
  return Math.max(-limit, Math.min(limit, value));
}

function scale(value: number): number {
  const distance = Math.abs(value);
  return clamp(Math.sign(value) * (SCALED[distance] ?? 2 * distance), 0xff);
}
