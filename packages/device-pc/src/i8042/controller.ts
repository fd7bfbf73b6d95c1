import type { Clock, Counter, IrqLine, PortHandler, StateReader } from '@picovm/core';
import {
  AUX_DISABLED,
  AUX_INTERRUPT,
  KEYBOARD_DISABLED,
  KEYBOARD_INTERRUPT,
  PORT_A20,
  PORT_AT_RESET,
  PORT_AUX_FULL,
  PORT_KEYBOARD_FULL,
  PORT_RESET,
  STATUS_AUX,
  STATUS_COMMAND,
  STATUS_OUTPUT_FULL,
  STATUS_SYSTEM,
  STATUS_UNLOCKED,
  SYSTEM_FLAG,
  TRANSLATION,
} from './bits.ts';
import { Deadline } from './deadline.ts';
import type { Ps2Output } from './ps2-output.ts';
import { Translator } from './translation.ts';

const RAM_SIZE = 32;
/** Of a reply: it comes as if from the mouse. */
const AUX = 0x100;
const NO_REPLY = -1;
/** Whose byte is in the output buffer. */
const FROM_CONTROLLER = 0;
const FROM_KEYBOARD = 1;
const FROM_MOUSE = 2;
/** Nanoseconds: no byte takes longer. */
const LONGEST_DELIVERY = 1_000_000;
const DATA_COMMANDS: readonly number[] = [0xd1, 0xd2, 0xd3, 0xd4];

/** What a controller stands between. */
interface ControllerPeers {
  readonly keyboard: { readonly output: Ps2Output; write(byte: number): void };
  readonly mouse: { readonly output: Ps2Output; write(byte: number): void };
  /** Called when the gate of address line 20 may have changed. */
  a20(level: boolean): void;
  /** The guest resets the machine. */
  cpuReset(): void;
  /** Called when the keyboard or the mouse may have time to send more: it calls `fill`. */
  serve(): void;
}

/** The 8042: what is behind the ports 60h and 64h. */
export class Controller {
  /** Port 60h. */
  readonly data: PortHandler = { read: () => this.#readData(), write: (_offset, _size, byte) => this.#writeData(byte) };
  /** Port 64h. */
  readonly command: PortHandler = { read: () => this.#status(), write: (_offset, _size, byte) => this.#execute(byte) };
  readonly #peers: ControllerPeers;
  readonly #commandByte: number;
  readonly #translator = new Translator();
  readonly #delivery: Deadline;
  #clock: Clock | undefined;
  #keyboardLine: IrqLine | undefined;
  #mouseLine: IrqLine | undefined;
  #unknown: Counter = { value: 0 };
  /** The command byte is the first. */
  readonly #ram = new Uint8Array(RAM_SIZE);
  #outputPort = PORT_AT_RESET;
  #buffer = 0;
  #full = false;
  #aux = false;
  #source = FROM_CONTROLLER;
  #lastWasCommand = true;
  /** The command that waits for a byte at port 60h; 0 if none does. */
  #command = 0;
  #reply: number = NO_REPLY;

  /** @param commandByte after a reset */
  constructor(commandByte: number, peers: ControllerPeers) {
    this.#commandByte = commandByte;
    this.#peers = peers;
    this.#ram[0] = commandByte;
    this.#delivery = new Deadline(() => peers.serve());
  }

  /** @param unknown counts commands that there are not */
  attach(clock: Clock, keyboardLine: IrqLine, mouseLine: IrqLine, unknown: Counter): void {
    this.#clock = clock;
    this.#delivery.attach(clock);
    this.#keyboardLine = keyboardLine;
    this.#mouseLine = mouseLine;
    this.#unknown = unknown;
    this.#peers.a20(true);
  }

  /**
   * Puts the next byte into the output buffer, if that is empty, and there is one, and it is time for it.
   * @returns whether the keyboard has sent all that it had, and nothing came of it: it may have more
   */
  fill(): boolean {
    if (this.#full || this.#clock === undefined) return false;
    if (this.#reply !== NO_REPLY) {
      this.#put(this.#reply & 0xff, this.#reply >= AUX, FROM_CONTROLLER);
      this.#reply = NO_REPLY;
      return false;
    }
    return this.#fillFromDevices(this.#clock.now());
  }

  reset(): void {
    this.#delivery.clear();
    this.#ram.fill(0);
    this.#ram[0] = this.#commandByte;
    this.#buffer = 0;
    this.#full = false;
    this.#aux = false;
    this.#source = FROM_CONTROLLER;
    this.#lastWasCommand = true;
    this.#command = 0;
    this.#reply = NO_REPLY;
    this.#translator.released = false;
    this.#setOutputPort(PORT_AT_RESET);
    this.#updateIrq();
  }

  save(): Record<string, unknown> {
    return {
      ram: this.#ram.slice(),
      outputPort: this.#outputPort,
      buffer: this.#buffer,
      full: this.#full,
      aux: this.#aux,
      source: this.#source,
      lastWasCommand: this.#lastWasCommand,
      command: this.#command,
      reply: this.#reply,
      released: this.#translator.released,
      deliveryIn: this.#delivery.remaining,
    };
  }

  /** Checks a state. @returns what takes it */
  read(reader: StateReader): () => void {
    const ram = reader.bytes('ram', RAM_SIZE, RAM_SIZE);
    const outputPort = reader.integer('outputPort', 0xff);
    const buffer = reader.integer('buffer', 0xff);
    const [full, aux, lastWasCommand, released] = ['full', 'aux', 'lastWasCommand', 'released'].map((field) =>
      reader.boolean(field),
    );
    const source = reader.integer('source', FROM_MOUSE);
    if (source !== FROM_CONTROLLER && aux !== (source === FROM_MOUSE)) throw reader.error('has a byte of two sources');
    const command = reader.integer('command', 0xff);
    const waits = command === 0 || isRamWrite(command) || DATA_COMMANDS.includes(command);
    if (!waits) throw reader.error('has a command that waits for nothing');
    const reply = reader.integer('reply', AUX | 0xff, NO_REPLY);
    const deliveryIn = reader.integer('deliveryIn', LONGEST_DELIVERY, -1);
    return () => {
      this.#ram.set(ram);
      this.#setOutputPort(outputPort);
      this.#buffer = buffer;
      this.#full = full;
      this.#aux = aux;
      this.#source = source;
      this.#lastWasCommand = lastWasCommand;
      this.#command = command;
      this.#reply = reply;
      this.#translator.released = released;
      this.#delivery.remaining = deliveryIn;
      this.#peers.keyboard.output.outstanding = full && source === FROM_KEYBOARD;
      this.#peers.mouse.output.outstanding = full && source === FROM_MOUSE;
      this.#updateIrq();
    };
  }

  dispose(): void {
    this.#delivery.dispose();
    this.#clock = undefined;
  }

  #status(): number {
    return (
      STATUS_UNLOCKED |
      (this.#full ? STATUS_OUTPUT_FULL : 0) |
      (this.#full && this.#aux ? STATUS_AUX : 0) |
      ((this.#ram[0] & SYSTEM_FLAG) !== 0 ? STATUS_SYSTEM : 0) |
      (this.#lastWasCommand ? STATUS_COMMAND : 0)
    );
  }

  /** The byte stays, for who reads it twice. */
  #readData(): number {
    const byte = this.#buffer;
    if (!this.#full) return byte;
    this.#full = false;
    if (this.#source === FROM_KEYBOARD) this.#peers.keyboard.output.wasRead();
    if (this.#source === FROM_MOUSE) this.#peers.mouse.output.wasRead();
    // The line goes down between two bytes, for interrupt controllers that wait for edges.
    this.#updateIrq();
    this.#peers.serve();
    return byte;
  }

  #writeData(byte: number): void {
    this.#lastWasCommand = false;
    const command = this.#command;
    this.#command = 0;
    if (isRamWrite(command)) {
      this.#ram[command & (RAM_SIZE - 1)] = byte;
      this.#updateIrq();
    } else if (command === 0xd1) this.#writeOutputPort(byte);
    else if (command === 0xd2) this.#reply = byte;
    else if (command === 0xd3) this.#reply = AUX | byte;
    else if (command === 0xd4) {
      this.#setCommandByte(0, AUX_DISABLED);
      this.#peers.mouse.write(byte);
    } else {
      this.#setCommandByte(0, KEYBOARD_DISABLED);
      this.#peers.keyboard.write(byte);
    }
    this.#peers.serve();
  }

  #execute(byte: number): void {
    this.#lastWasCommand = true;
    this.#command = 0;
    if (byte >= 0x20 && byte < 0x40) this.#reply = this.#ram[byte & (RAM_SIZE - 1)];
    else if (isRamWrite(byte)) this.#command = byte;
    else if (byte >= 0xf0) {
      // Those of the four lowest lines of the output port whose bits are 0 go low for some microseconds.
      if ((byte & PORT_RESET) === 0) this.#peers.cpuReset();
    } else this.#executeNamed(byte);
    this.#peers.serve();
  }

  #executeNamed(byte: number): void {
    switch (byte) {
      case 0xa4: // Is there a password? There is none.
        this.#reply = 0xf1;
        break;
      case 0xa7:
        this.#setCommandByte(AUX_DISABLED, 0);
        break;
      case 0xa8:
        this.#setCommandByte(0, AUX_DISABLED);
        break;
      case 0xa9: // The tests of both lines find nothing wrong.
      case 0xab:
        this.#reply = 0;
        break;
      case 0xaa:
        this.#setCommandByte(SYSTEM_FLAG, 0);
        this.#reply = 0x55;
        break;
      case 0xad:
        this.#setCommandByte(KEYBOARD_DISABLED, 0);
        break;
      case 0xae:
        this.#setCommandByte(0, KEYBOARD_DISABLED);
        break;
      case 0xc0: // The input port: the keyboard is not locked.
        this.#reply = 0x80;
        break;
      case 0xd0:
        this.#reply = this.#outputPort | this.#fullLines();
        break;
      case 0xd1:
      case 0xd2:
      case 0xd3:
      case 0xd4:
        this.#command = byte;
        break;
      case 0xdd:
      case 0xdf:
        this.#setOutputPort(byte === 0xdf ? this.#outputPort | PORT_A20 : this.#outputPort & ~PORT_A20);
        break;
      case 0xe0: // The test inputs: a line that is disabled has its clock low.
        this.#reply =
          ((this.#ram[0] & KEYBOARD_DISABLED) === 0 ? 1 : 0) | ((this.#ram[0] & AUX_DISABLED) === 0 ? 2 : 0);
        break;
      default:
        this.#unknown.value++;
    }
  }

  #fullLines(): number {
    if (!this.#full) return 0;
    return this.#aux ? PORT_AUX_FULL : PORT_KEYBOARD_FULL;
  }

  #setCommandByte(set: number, clear: number): void {
    this.#ram[0] = (this.#ram[0] & ~clear) | set;
    this.#updateIrq();
  }

  #writeOutputPort(value: number): void {
    this.#setOutputPort(value & ~(PORT_KEYBOARD_FULL | PORT_AUX_FULL));
    if ((value & PORT_RESET) === 0) this.#peers.cpuReset();
  }

  #setOutputPort(value: number): void {
    this.#outputPort = value;
    this.#peers.a20((value & PORT_A20) !== 0);
  }

  #fillFromDevices(now: number): boolean {
    const { keyboard, mouse } = this.#peers;
    const keyboardAt = (this.#ram[0] & KEYBOARD_DISABLED) === 0 ? keyboard.output.nextAt : Number.POSITIVE_INFINITY;
    const mouseAt = (this.#ram[0] & AUX_DISABLED) === 0 ? mouse.output.nextAt : Number.POSITIVE_INFINITY;
    const keyboardSends = keyboardAt <= now;
    if (keyboardSends && this.#takeFromKeyboard(keyboard.output)) return false;
    if (mouseAt <= now) {
      mouse.output.outstanding = true;
      this.#put(mouse.output.take(), true, FROM_MOUSE);
      return false;
    }
    const next = keyboardSends ? mouseAt : Math.min(keyboardAt, mouseAt);
    if (next < Number.POSITIVE_INFINITY) this.#delivery.setAt(next);
    else this.#delivery.clear();
    return keyboardSends;
  }

  /** @returns whether a byte came of it: the prefix of a released key is not sent on when translated */
  #takeFromKeyboard(output: Ps2Output): boolean {
    while (output.nextAt < Number.POSITIVE_INFINITY) {
      const byte = output.take();
      const translated = (this.#ram[0] & TRANSLATION) === 0 ? byte : this.#translator.next(byte);
      if (translated < 0) continue;
      output.outstanding = true;
      this.#put(translated, false, FROM_KEYBOARD);
      return true;
    }
    return false;
  }

  #put(byte: number, aux: boolean, source: number): void {
    this.#delivery.clear();
    this.#buffer = byte;
    this.#full = true;
    this.#aux = aux;
    this.#source = source;
    this.#updateIrq();
  }

  #updateIrq(): void {
    const commandByte = this.#ram[0];
    // While its line is disabled, a byte for the keyboard's interrupt does not ask for it: what A20 routines of old read.
    const keyboard = (commandByte & (KEYBOARD_INTERRUPT | KEYBOARD_DISABLED)) === KEYBOARD_INTERRUPT;
    this.#keyboardLine?.set(this.#full && !this.#aux && keyboard);
    this.#mouseLine?.set(this.#full && this.#aux && (commandByte & AUX_INTERRUPT) !== 0);
  }
}

function isRamWrite(command: number): boolean {
  return command >= 0x60 && command < 0x80;
}
