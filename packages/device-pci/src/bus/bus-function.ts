import type { AccessSize, DeviceContext, DeviceState, IrqLine } from '@picovm/core';
import { nameOf } from '../config/check-spec.ts';
import type { ConfigSpace } from '../config/config-space.ts';
import { defineConfig } from '../config/define-config.ts';
import {
  BAR0,
  BARS,
  CAPABILITIES,
  COMMAND,
  COMMAND_INTX_DISABLE,
  COMMAND_IO,
  COMMAND_MASTER,
  COMMAND_MEMORY,
  HEADER_TYPE,
  MULTIFUNCTION,
  ROM_BAR,
  ROM_ENABLE,
  STATUS,
  STATUS_INTERRUPT,
} from '../config/header.ts';
import type { PciFunction, PciFunctionSpec, PciRange, PciRangeSpec } from '../pci-types.ts';
import { MovableRange, NOWHERE } from '../ranges/movable-range.ts';
import type { RangeMap } from '../ranges/range-map.ts';
import { romHandler, romSize } from './expansion-rom.ts';
import { InterruptPin } from './interrupt-pin.ts';

/** Ranges of one function, for the order of all. */
const RANGES = 64;
const PORTS_END = 0x1_0000;
const MEMORY_END = 2 ** 32;

/** A function that is plugged into the bus. */
export class BusFunction implements PciFunction {
  readonly name: string;
  readonly intx: InterruptPin;
  /** Whether a slot of several functions says so here. */
  multifunction = false;
  readonly #spec: PciFunctionSpec;
  readonly #context: DeviceContext;
  readonly #config: ConfigSpace;
  readonly #map: RangeMap;
  readonly #bars: (MovableRange | undefined)[];
  readonly #rom: MovableRange | undefined;
  #ranges = BARS + 1;

  constructor(spec: PciFunctionSpec, context: DeviceContext, map: RangeMap, line: IrqLine | undefined) {
    this.name = nameOf(spec);
    this.#spec = spec;
    this.#context = context;
    this.#map = map;
    this.intx = new InterruptPin(line);
    const { bars = [], expansionRom: rom } = spec;
    this.#bars = bars.map((bar, n) => bar && this.#newRange(bar, `BAR ${n}`, n));
    const size = rom === undefined ? 0 : romSize(rom.length);
    if (rom !== undefined) {
      const romRange = { space: 'mmio', size, handler: romHandler(rom), label: 'expansion ROM' } as const;
      this.#rom = this.#newRange(romRange, 'the expansion ROM', BARS);
    }
    this.#config = defineConfig(spec, size);
  }

  get busMaster(): boolean {
    return (this.#config.read(COMMAND, 2) & COMMAND_MASTER) !== 0;
  }

  readConfig(offset: number, size: AccessSize): number {
    let value = this.#config.read(offset, size);
    if (this.multifunction) value |= bitsAt(HEADER_TYPE, MULTIFUNCTION, offset, size);
    if (this.intx.level) value |= bitsAt(STATUS, STATUS_INTERRUPT, offset, size);
    return value >>> 0;
  }

  writeConfig(offset: number, size: AccessSize, value: number): void {
    this.#config.set(offset, size, value);
    this.#update();
  }

  /** By a guest. */
  guestWrite(offset: number, size: AccessSize, value: number): void {
    const changed = this.#config.write(offset, size, value);
    // Only the header says where ranges are and what the interrupt pin does.
    if (changed && offset < CAPABILITIES) this.#update();
    this.#spec.onConfigWrite?.(offset, size);
  }

  range(spec: PciRangeSpec): PciRange {
    const range = this.#newRange(spec, spec.label ?? 'a range', this.#ranges++);
    return {
      place: (base) => {
        range.wanted = base ?? NOWHERE;
        this.#map.update();
      },
    };
  }

  reset(): void {
    this.#config.reset();
    this.#update();
  }

  snapshot(): DeviceState {
    return this.#config.save();
  }

  restore(state: unknown): void {
    this.#config.load(this.name, state);
    this.#update();
  }

  #newRange(spec: PciRangeSpec, what: string, index: number): MovableRange {
    const place = this.#spec.device * 8 + (this.#spec.function ?? 0);
    const range = new MovableRange(spec, `${what} of ${this.name}`, place * RANGES + index, this.#context);
    this.#map.add(range);
    return range;
  }

  // Everything that follows from the registers of the header.
  #update(): void {
    const command = this.#config.read(COMMAND, 2);
    this.intx.disabled = (command & COMMAND_INTX_DISABLE) !== 0;
    const memory = (command & COMMAND_MEMORY) !== 0;
    const ports = (command & COMMAND_IO) !== 0;
    for (let n = 0; n < this.#bars.length; n++) {
      const bar = this.#bars[n];
      if (bar === undefined) continue;
      const enabled = bar.spec.space === 'port' ? ports : memory;
      bar.wanted = enabled ? placeOf(bar.spec, this.#config.read(BAR0 + 4 * n, 4)) : NOWHERE;
    }
    if (this.#rom !== undefined) {
      const value = this.#config.read(ROM_BAR, 4);
      this.#rom.wanted = memory && (value & ROM_ENABLE) !== 0 ? placeOf(this.#rom.spec, value) : NOWHERE;
    }
    this.#map.update();
  }
}

// Where a register puts a range. At 0 it is as after a reset; and with all ones a guest asks for its size, and does not
// mean the last addresses that there are.
function placeOf({ space, size }: PciRangeSpec, value: number): number {
  const base = (value & ~(size - 1)) >>> 0;
  const end = base + size;
  const fits = space === 'port' ? end <= PORTS_END : end < MEMORY_END;
  return base !== 0 && fits ? base : NOWHERE;
}

// The bits of the register `at`, as an access from `offset` on sees them.
function bitsAt(at: number, bits: number, offset: number, size: number): number {
  return at >= offset && at < offset + size ? bits << (8 * (at - offset)) : 0;
}
