import { type DeviceFactory, defineDevice, type ObjectOption } from '@picovm/core';
import { FloppyDevice } from './floppy-device.ts';
import type { DmaController, Floppy, FloppyDriveOptions, FloppyOptions } from './floppy-types.ts';

/**
 * Makes a floppy disk controller, an 82077AA, with its drives. Metrics: `sectorsRead`, `sectorsWritten`, `hostErrors`,
 * `overruns`.
 * @throws VmError `ERR_INVALID_ARGUMENT` if an option is out of its range, or a disk larger than 4,128 KiB
 */
export const floppy: DeviceFactory<FloppyOptions, Floppy> = /* @__PURE__ */ defineDevice({
  type: 'floppy',
  apiVersion: 1,
  description: 'a floppy disk controller, an 82077AA, with up to four drives',
  defaultId: 'fdc',
  options: {
    base: { type: 'integer', min: 0, max: 0xfffa, default: 0x3f0, hex: true, description: 'first of its six ports' },
    dirPort: {
      type: 'integer',
      min: 0,
      max: 0xffff,
      default: 0x3f7,
      hex: true,
      description: 'the port of DIR and CCR',
    },
    irq: { type: 'integer', min: 0, max: 23, default: 6, description: 'its interrupt line' },
    dma: { type: 'object', description: 'the DMA controller: it has channel(n)' } as ObjectOption<DmaController>,
    dmaChannel: { type: 'integer', min: 0, max: 7, default: 2, description: 'its DMA channel' },
    drives: {
      type: 'object',
      description: 'a list of drives: { blocks?, type? }',
    } as ObjectOption<readonly FloppyDriveOptions[]>,
    impliedSeek: {
      type: 'boolean',
      default: true,
      description: 'whether READ and WRITE seek by themselves until the guest says otherwise',
    },
  },
  ranges: [
    { space: 'port', base: { option: 'base' }, length: 6, width: { max: 1 }, label: '82077AA floppy' },
    { space: 'port', base: { option: 'dirPort' }, length: 1, width: { max: 1 }, label: 'floppy DIR/CCR' },
  ],
  irqs: [{ option: 'irq' }],
  create: (options, place) => new FloppyDevice(options, place),
});
