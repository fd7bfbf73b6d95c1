import {
  type AccessSize,
  type Counter,
  type DeviceContext,
  type DeviceFactory,
  type DevicePlace,
  type DeviceState,
  defineDevice,
  type ObjectOption,
  StateReader,
} from '@picovm/core';
import { runDma } from './fw-cfg-dma.ts';
import { fwCfgItems } from './fw-cfg-items.ts';
import type { FwCfg, FwCfgOptions } from './fw-cfg-types.ts';
import { Selection } from './selection.ts';

const VERSION = 1;
/** What the DMA register reads as, the first byte first. */
const DMA_SIGNATURE: Uint8Array = /* @__PURE__ */ Uint8Array.from('QEMU CFG', (letter) => letter.charCodeAt(0));
const KEY_BITS = 0xbfff;
const LARGEST = 2 ** 32 - 1;

/**
 * Makes QEMU's firmware configuration device: selector 510h, data 511h, DMA 514h. Guests only read. Metrics: `dmaErrors`.
 * @throws VmError `ERR_INVALID_ARGUMENT` if an option, a file or an item is none
 */
export const fwCfg: DeviceFactory<FwCfgOptions, FwCfg> = /* @__PURE__ */ defineDevice({
  type: 'fw-cfg',
  apiVersion: 1,
  description: 'the firmware configuration device of QEMU: what the host tells the firmware',
  options: {
    files: { type: 'object', description: 'files by name: bytes, or texts' } as ObjectOption<
      NonNullable<FwCfgOptions['files']>
    >,
    items: { type: 'object', description: 'further items by number: bytes, or texts' } as ObjectOption<
      NonNullable<FwCfgOptions['items']>
    >,
    ramSize: { type: 'integer', min: 0, max: 2 ** 52, default: 0, description: 'bytes of memory' },
    cpus: { type: 'integer', min: 1, max: 255, default: 1, description: 'how many processors there are' },
    bootMenu: { type: 'boolean', default: false, description: 'whether firmware offers a boot menu' },
    kernel: { type: 'bytes', maxLength: LARGEST, description: 'a kernel for the firmware to start' },
    setup: { type: 'bytes', maxLength: LARGEST, description: "the real-mode part of a Linux kernel's image" },
    initrd: { type: 'bytes', maxLength: LARGEST, description: 'the initial RAM disk' },
    commandLine: { type: 'string', description: "the kernel's command line" },
  },
  ranges: [
    { space: 'port', base: 0x510, length: 2, width: { max: 2 }, label: 'firmware configuration' },
    { space: 'port', base: 0x514, length: 8, width: { max: 4 }, label: 'firmware configuration DMA' },
  ],
  create: (options, place) => new FwCfgDevice(options.id, fwCfgItems(options), place),
});

class FwCfgDevice implements FwCfg {
  readonly type = 'fw-cfg';
  readonly id: string;
  readonly #place: DevicePlace;
  readonly #selection: Selection;
  #dmaErrors: Counter = { value: 0 };
  /** Bits 32 to 63 of the address of the next DMA operation. */
  #addressHigh = 0;

  constructor(id: string, items: ReadonlyMap<number, Uint8Array>, place: DevicePlace) {
    this.id = id;
    this.#place = place;
    this.#selection = new Selection(items);
  }

  attach(context: DeviceContext): void {
    const { ranges } = this.#place;
    const { memory, metrics } = context;
    const selection = this.#selection;
    this.#dmaErrors = metrics.counter('dmaErrors');
    context.claimPorts(ranges[0], {
      read: (_offset, size) => (size === 1 ? selection.next() : selection.next() | (selection.next() << 8)),
      write: (offset, size, value) => {
        if (offset === 0 && size === 2) selection.select(value);
      },
      readBlock: (_offset, _size, out) => {
        const bytes = selection.rest(out.length);
        out.set(bytes);
        out.fill(0, bytes.length);
        selection.skip(out.length);
      },
    });
    context.claimPorts(ranges[1], {
      read: readSignature,
      write: (offset, size, value) => {
        if (size !== 4) return;
        if (offset === 0) this.#addressHigh = swap(value);
        if (offset !== 4) return;
        const address = this.#addressHigh * 2 ** 32 + swap(value);
        this.#addressHigh = 0;
        if (!runDma(memory, selection, address)) this.#dmaErrors.value++;
      },
    });
  }

  reset(): void {
    this.#selection.select(0);
    this.#addressHigh = 0;
  }

  snapshot(): DeviceState {
    const { key, offset } = this.#selection;
    return { version: VERSION, key, offset, addressHigh: this.#addressHigh };
  }

  restore(state: DeviceState): void {
    const reader = new StateReader(this.id, state, VERSION);
    const key = reader.register('key', KEY_BITS);
    const offset = reader.integer('offset', this.#selection.lengthOf(key));
    const addressHigh = reader.integer('addressHigh', LARGEST);
    this.#selection.select(key, offset);
    this.#addressHigh = addressHigh;
  }
}

function readSignature(offset: number, size: AccessSize): number {
  let value = 0;
  for (let i = size - 1; i >= 0; i--) value = value * 0x100 + (DMA_SIGNATURE[offset + i] ?? 0);
  return value;
}

/** The registers are big-endian. */
function swap(value: number): number {
  return ((value << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24)) >>> 0;
}
