import type { StateReader } from '@picovm/core';

const CHANNELS = 4;
const ALL = 0x0f;

/** Bits of the command register. */
const CONTROLLER_DISABLED = 0x04;
/** Bits of a mode register. */
const TRANSFER = 0x0c;
const AUTO_INITIALIZE = 0x10;
const DECREMENT = 0x20;
const MODE = 0xc0;
const CASCADE = 0xc0;
const MODE_BITS = 0xfc;

/** Transfer types, as in a mode register. */
const VERIFY = 0x00;
export const WRITE = 0x04;
export const READ = 0x08;

/** The registers of one 8237A: four channels, whose addresses and counts are in units of its own (bytes, or words). */
export class DmaController {
  readonly #baseAddress = new Uint16Array(CHANNELS);
  readonly #baseCount = new Uint16Array(CHANNELS);
  readonly #address = new Uint16Array(CHANNELS);
  readonly #count = new Uint16Array(CHANNELS);
  readonly #mode = new Uint8Array(CHANNELS);
  #mask = ALL;
  #request = 0;
  #reached = 0;
  #command = 0;
  /** Whether the next access to an address or a count is to its high byte. */
  #high = false;

  /** @param register 0 to 15 */
  read(register: number): number {
    if (register < 2 * CHANNELS) {
      const value = (register % 2 === 0 ? this.#address : this.#count)[register >> 1];
      return this.#takeHigh() ? value >> 8 : value & 0xff;
    }
    if (register === 0x0f) return this.#mask;
    // The temporary register (0Dh) is of transfers from memory to memory, which a PC has not.
    if (register !== 0x08) return 0;
    const status = (this.#request << 4) | this.#reached;
    this.#reached = 0;
    return status;
  }

  /** @param register 0 to 15 */
  write(register: number, value: number): void {
    if (register < 2 * CHANNELS) this.#writeChannel(register, value);
    else this.#writeControl(register, value);
  }

  /** How many units channel `n` can move now, in transfers of `type` or verifying; 0 if it cannot. */
  available(n: number, type: number): number {
    if ((this.#command & CONTROLLER_DISABLED) !== 0 || (this.#mask & (1 << n)) !== 0) return 0;
    if ((this.#mode[n] & MODE) === CASCADE) return 0;
    const programmed = this.#mode[n] & TRANSFER;
    return programmed === type || programmed === VERIFY ? this.#count[n] + 1 : 0;
  }

  /** Whether channel `n` counts, but touches no memory. */
  verifies(n: number): boolean {
    return (this.#mode[n] & TRANSFER) === VERIFY;
  }

  /** What is added to the address of channel `n` after each unit. */
  step(n: number): 1 | -1 {
    return (this.#mode[n] & DECREMENT) !== 0 ? -1 : 1;
  }

  /** The current address register of channel `n`, in units. */
  address(n: number): number {
    return this.#address[n];
  }

  /**
   * Channel `n` has moved so many units, which are no more than were available.
   * @returns whether that was the end of the count
   */
  advance(n: number, units: number): boolean {
    this.#address[n] += units * this.step(n);
    const ends = units > this.#count[n];
    this.#count[n] -= units;
    if (!ends) return false;
    this.#reached |= 1 << n;
    this.#request &= ~(1 << n);
    if ((this.#mode[n] & AUTO_INITIALIZE) === 0) this.#mask |= 1 << n;
    else {
      this.#address[n] = this.#baseAddress[n];
      this.#count[n] = this.#baseCount[n];
    }
    return true;
  }

  reset(): void {
    this.#masterClear();
    for (const registers of this.#channelRegisters()) registers.fill(0);
    this.#mode.fill(0);
  }

  save(name: string): Record<string, unknown> {
    const [baseAddress, baseCount, address, count] = this.#channelRegisters().map((registers) => Array.from(registers));
    return {
      [`${name}BaseAddress`]: baseAddress,
      [`${name}BaseCount`]: baseCount,
      [`${name}Address`]: address,
      [`${name}Count`]: count,
      [`${name}Mode`]: this.#mode.slice(),
      [`${name}Mask`]: this.#mask,
      [`${name}Request`]: this.#request,
      [`${name}Reached`]: this.#reached,
      [`${name}Command`]: this.#command,
      [`${name}High`]: this.#high,
    };
  }

  /** Checks a state. @returns what takes it */
  loaded(name: string, reader: StateReader): () => void {
    const channels = ['BaseAddress', 'BaseCount', 'Address', 'Count'].map((field) => {
      const values = reader.integers(name + field, CHANNELS, 0xffff);
      if (values.length !== CHANNELS) throw reader.error(`has not ${CHANNELS} values as ${name}${field}`);
      return values;
    });
    const mode = reader.bytes(`${name}Mode`, CHANNELS, CHANNELS, MODE_BITS);
    const [mask, request, reached] = ['Mask', 'Request', 'Reached'].map((field) => reader.integer(name + field, ALL));
    const command = reader.integer(`${name}Command`, 0xff);
    const high = reader.boolean(`${name}High`);
    return () => {
      this.#channelRegisters().forEach((registers, i) => void registers.set(channels[i]));
      this.#mode.set(mode);
      this.#mask = mask;
      this.#request = request;
      this.#reached = reached;
      this.#command = command;
      this.#high = high;
    };
  }

  #channelRegisters(): Uint16Array[] {
    return [this.#baseAddress, this.#baseCount, this.#address, this.#count];
  }

  // Both the base and the current register take what is written.
  #writeChannel(register: number, value: number): void {
    const n = register >> 1;
    const base = register % 2 === 0 ? this.#baseAddress : this.#baseCount;
    const current = register % 2 === 0 ? this.#address : this.#count;
    base[n] = this.#takeHigh() ? (base[n] & 0x00ff) | (value << 8) : (base[n] & 0xff00) | value;
    current[n] = base[n];
  }

  #writeControl(register: number, value: number): void {
    const n = value & 3;
    switch (register) {
      case 0x08:
        this.#command = value;
        break;
      case 0x09:
        this.#request = withBit(this.#request, n, value);
        break;
      case 0x0a:
        this.#mask = withBit(this.#mask, n, value);
        break;
      case 0x0b:
        this.#mode[n] = value & MODE_BITS;
        break;
      case 0x0c:
        this.#high = false;
        break;
      case 0x0d:
        this.#masterClear();
        break;
      case 0x0e:
        this.#mask = 0;
        break;
      default:
        this.#mask = value & ALL;
    }
  }

  #masterClear(): void {
    this.#mask = ALL;
    this.#request = 0;
    this.#reached = 0;
    this.#command = 0;
    this.#high = false;
  }

  #takeHigh(): boolean {
    this.#high = !this.#high;
    return !this.#high;
  }
}

/** As the request and the mask register are written: bit 2 of the value goes to bit `n`. */
function withBit(register: number, n: number, value: number): number {
  return (value & 4) !== 0 ? register | (1 << n) : register & ~(1 << n);
}
