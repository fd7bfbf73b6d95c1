import type { AccessSize, DeviceContext, PortHandler } from '@picovm/core';
import { BUS_MASTER_PORTS, type BusMaster } from './bus-master.ts';
import type { IdeFunction, IdePciBus } from './pci-types.ts';

/** Where the controller is on its bus. */
export interface IdeSlot {
  readonly bus: IdePciBus;
  /** 0 to 31. */
  readonly device: number;
  /** 0 to 7. */
  readonly function: number;
}

/** From 40h on: IDETIM of both channels, SIDETIM, and what the PIIX4 has for Ultra DMA. They are storage. */
const TIMING = 0x40;
const TIMING_REGISTERS = 0x0c;
/** Bit 15 of an IDETIM: the channel answers at its ports. It always does, so it is set from the beginning. */
const DECODE_ENABLE = 0x80;

/** Both bus masters, at the 16 ports of base address register 4. */
function busMasterPorts(masters: readonly [BusMaster, BusMaster]): PortHandler {
  const masterAt = (offset: number): BusMaster => masters[offset < BUS_MASTER_PORTS ? 0 : 1];
  return {
    read(offset: number, size: AccessSize): number {
      let value = 0;
      for (let i = offset; i < offset + size; i++) {
        value += masterAt(i).read(i % BUS_MASTER_PORTS) * 2 ** (8 * (i - offset));
      }
      return value;
    },
    write(offset: number, size: AccessSize, value: number): void {
      for (let i = offset; i < offset + size; i++) {
        masterAt(i).write(i % BUS_MASTER_PORTS, (value >>> (8 * (i - offset))) & 0xff);
      }
    },
  };
}

/** The IDE function of an 82371SB (PIIX3): 8086:7010, in compatibility mode, with bus masters. */
export function plugIde(
  { bus, device, function: number }: IdeSlot,
  name: string,
  masters: readonly [BusMaster, BusMaster],
  context: DeviceContext,
): IdeFunction {
  const initial = new Uint8Array(TIMING_REGISTERS);
  initial[1] = DECODE_ENABLE;
  initial[3] = DECODE_ENABLE;
  const ports = {
    space: 'port',
    size: 2 * BUS_MASTER_PORTS,
    handler: busMasterPorts(masters),
    label: 'bus master IDE',
  };
  const plugged = bus.plug(
    {
      name,
      device,
      function: number,
      vendorId: 0x8086,
      deviceId: 0x7010,
      classCode: 0x010180,
      bars: [undefined, undefined, undefined, undefined, { ...ports, space: 'port' }],
      registers: { offset: TIMING, initial, writable: new Uint8Array(TIMING_REGISTERS).fill(0xff) },
      // The guest may have allowed it to use the bus.
      onConfigWrite: () => {
        for (const master of masters) master.serve();
      },
    },
    context,
  );
  for (const master of masters) {
    master.enabled = () => plugged.busMaster;
    master.attach(context.memory);
  }
  return plugged;
}
