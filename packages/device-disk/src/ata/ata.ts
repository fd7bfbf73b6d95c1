import { type DeviceFactory, defineDevice, type FunctionOption, type ObjectOption } from '@picovm/core';
import { AtaDevice } from './ata-device.ts';
import type { Ata, AtaDrives, AtaOptions, OnTray } from './ata-types.ts';
import type { IdePciBus } from './bus-master/pci-types.ts';

/**
 * Makes an IDE controller with up to four drives. Metrics, over all drives: `reads`, `writes`, `flushes` (operations of
 * backends), `bytesRead`, `bytesWritten`, `errors` (operations that failed).
 * @throws VmError `ERR_INVALID_ARGUMENT` if an option, or a part of one, is not what it must be
 */
export const ata: DeviceFactory<AtaOptions, Ata> = /* @__PURE__ */ defineDevice({
  type: 'ata',
  apiVersion: 1,
  description: 'an IDE controller with ATA disks and ATAPI CD-ROM drives, as in a PIIX3',
  defaultId: 'ide',
  options: {
    drives: { type: 'object', description: 'the drives by position' } as ObjectOption<AtaDrives>,
    pci: { type: 'object', description: 'the PCI bus to plug into, for DMA' } as ObjectOption<IdePciBus>,
    pciDevice: { type: 'integer', min: 0, max: 31, default: 1, description: 'its slot on the PCI bus' },
    pciFunction: { type: 'integer', min: 0, max: 7, default: 1, description: 'its function in the slot' },
    primaryBase: /* @__PURE__ */ port(0x1f0, 8, 'first port of the primary command block'),
    primaryControl: /* @__PURE__ */ port(0x3f6, 1, 'port of the primary control block'),
    primaryIrq: { type: 'integer', min: 0, max: 23, default: 14, description: 'interrupt line of the primary channel' },
    secondaryBase: /* @__PURE__ */ port(0x170, 8, 'first port of the secondary command block'),
    secondaryControl: /* @__PURE__ */ port(0x376, 1, 'port of the secondary control block'),
    secondaryIrq: { type: 'integer', min: 0, max: 23, default: 15, description: 'interrupt line of the secondary one' },
    onTray: { type: 'function', description: 'told when a tray opens or closes' } as FunctionOption<OnTray>,
  },
  ranges: [
    { space: 'port', base: { option: 'primaryBase' }, length: 8, label: 'primary IDE command block' },
    { space: 'port', base: { option: 'primaryControl' }, length: 1, width: { max: 1 }, label: 'primary IDE control' },
    { space: 'port', base: { option: 'secondaryBase' }, length: 8, label: 'secondary IDE command block' },
    {
      space: 'port',
      base: { option: 'secondaryControl' },
      length: 1,
      width: { max: 1 },
      label: 'secondary IDE control',
    },
  ],
  irqs: [{ option: 'primaryIrq' }, { option: 'secondaryIrq' }],
  create: (options, place) => new AtaDevice(options, place),
});

function port(
  value: number,
  length: number,
  description: string,
): {
  readonly type: 'integer';
  readonly min: 0;
  readonly max: number;
  readonly default: number;
  readonly hex: true;
  readonly description: string;
} {
  return { type: 'integer', min: 0, max: 0x10000 - length, default: value, hex: true, description };
}
