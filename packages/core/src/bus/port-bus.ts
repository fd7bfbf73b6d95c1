import { VmError } from '../errors.ts';
import type { AccessSize } from './access.ts';
import type { MapEntry } from './address-map.ts';
import type { PortHandler, RangeSpec } from './handler.ts';
import { checkRange, mapEntry, type OwnedRange, overlapError, RangeEntry, takesAsIs } from './range-entry.ts';
import { atOnce, type BusOptions, SizedAccess } from './sized-access.ts';

const PORTS = 0x10000;

/** The I/O port space of x86: 65,536 byte-wide ports, looked up in a dense table. */
export class PortBus extends SizedAccess<PortHandler> {
  // Port number -> index into #entries; entry 0 stands for "nobody".
  readonly #owners = new Uint16Array(PORTS);
  readonly #entries: (RangeEntry<PortHandler> | undefined)[] = [undefined];

  readonly #reserved: readonly OwnedRange[];

  /**
   * An empty port space.
   * @param reserved what answers before the bus is asked: nobody may claim ports in it
   */
  constructor(options: BusOptions = {}, reserved: readonly OwnedRange[] = []) {
    super('port', options);
    this.#reserved = reserved;
  }

  /**
   * Gives a range of ports to `handler`, until the result is disposed.
   * @throws VmError `ERR_BUS_OVERLAP` if a port has an owner already, `ERR_BUS_RANGE` if the range is malformed
   */
  claim(spec: RangeSpec, owner: string, handler: PortHandler): Disposable {
    checkRange('port', spec, owner, PORTS);
    for (let port = spec.base; port < spec.base + spec.length; port++) {
      const existing =
        this.find(port) ?? this.#reserved.find(({ base, length }) => port >= base && port < base + length);
      if (existing !== undefined) throw overlapError('port', { owner, base: spec.base, length: spec.length }, existing);
    }
    const entry = new RangeEntry(spec, owner, handler);
    const free = this.#entries.indexOf(undefined, 1);
    const index = free === -1 ? this.#entries.length : free;
    this.#entries[index] = entry;
    this.#owners.fill(index, spec.base, spec.base + spec.length);
    return this.claimed(entry);
  }

  /**
   * Fills `out` with elements of `size` bytes, all read from the same port (`rep ins`).
   * @throws VmError `ERR_INVALID_ARGUMENT` if `out` does not hold whole elements
   */
  readBlock(port: number, size: AccessSize, out: Uint8Array): void {
    checkWhole(size, out);
    const entry = this.#blockOwner(port, size);
    if (entry?.handler.readBlock !== undefined) {
      entry.reads += out.length / size;
      try {
        atOnce(entry.handler.readBlock(port - entry.base, size, out));
      } catch (cause) {
        out.fill(0xff);
        this.fault(entry, 'read', port, size, cause);
      }
      return;
    }
    for (let i = 0; i < out.length; i += size) {
      const value = this.read(port, size);
      for (let byte = 0; byte < size; byte++) out[i + byte] = value >>> (8 * byte);
    }
  }

  /**
   * Writes the elements of `size` bytes in `data`, one after the other, to the same port (`rep outs`).
   * @throws VmError `ERR_INVALID_ARGUMENT` if `data` does not hold whole elements
   */
  writeBlock(port: number, size: AccessSize, data: Uint8Array): void {
    checkWhole(size, data);
    const entry = this.#blockOwner(port, size);
    if (entry?.handler.writeBlock !== undefined) {
      entry.writes += data.length / size;
      try {
        atOnce(entry.handler.writeBlock(port - entry.base, size, data));
      } catch (cause) {
        this.fault(entry, 'write', port, size, cause);
      }
      return;
    }
    for (let i = 0; i < data.length; i += size) {
      let value = 0;
      for (let byte = 0; byte < size; byte++) value += data[i + byte] * 2 ** (8 * byte);
      this.write(port, size, value);
    }
  }

  /** The claimed ranges in the order of their addresses. */
  map(): MapEntry[] {
    return this.entries()
      .sort((a, b) => a.base - b.base)
      .map((entry) => mapEntry('port', entry));
  }

  /** @internal */
  protected override entries(): RangeEntry<PortHandler>[] {
    return this.#entries.filter((entry) => entry !== undefined);
  }

  /** @internal */
  protected override remove(entry: RangeEntry<PortHandler>): void {
    this.#entries[this.#entries.indexOf(entry)] = undefined;
    this.#owners.fill(0, entry.base, entry.base + entry.length);
  }

  /** @internal */
  protected override find(port: number): RangeEntry<PortHandler> | undefined {
    return this.#entries[this.#owners[port]];
  }

  /** @internal An access at the top of the space runs over its end: its 16 address lines wrap it to port 0. */
  protected override wrap(port: number): number {
    return port & 0xffff;
  }

  // The owner, if a block of elements of this size needs no splitting, widening or second owner.
  #blockOwner(port: number, size: AccessSize): RangeEntry<PortHandler> | undefined {
    const entry = this.find(port);
    return entry !== undefined && takesAsIs(entry, port - entry.base, size) ? entry : undefined;
  }
}

function checkWhole(size: AccessSize, block: Uint8Array): void {
  if (block.length % size === 0) return;
  throw new VmError('ERR_INVALID_ARGUMENT', `a block of ${block.length} bytes has no whole elements of ${size} bytes`, {
    size,
    length: block.length,
  });
}
