import type { Device, DeviceContext } from '@picovm/core';
import type { PciBusHost, PciFunction } from '@picovm/device-pci';
import { describe, expect, it } from 'vitest';
import { booting, byte, machine, out, RESULT, run, STOP, word } from './pc.test-util.ts';

/** A card with a port whose write interrupts, and 4 KiB of addresses that read as 5Ah. */
class Card implements Device {
  readonly id = 'card';
  readonly type = 'card';
  readonly #pci: PciBusHost;
  #function: PciFunction | undefined;

  constructor(pci: PciBusHost) {
    this.#pci = pci;
  }

  attach(context: DeviceContext): void {
    const ports = {
      read: () => 0,
      write: (_offset: number, _size: number, value: number) => this.#function?.intx.set(value !== 0),
    };
    const window = { read: () => 0x5a, write: () => {} };
    this.#function = this.#pci.plug(
      {
        ...{ name: this.id, device: 4, vendorId: 0x1234, deviceId: 0xadd0, classCode: 0xff0000, interruptPin: 1 },
        bars: [
          { space: 'port', size: 4, handler: ports, width: { max: 1 }, label: 'bell' },
          { space: 'mmio', size: 4096, handler: window, width: { max: 1 }, label: 'window' },
        ],
      },
      context,
    );
  }

  reset(): void {
    this.#function?.reset();
    this.#function?.intx.set(false);
  }
}

/** Where the card's ranges are: behind those of the IDE controller, and behind the frame buffer. */
const BELL = 0xc010;
const WINDOW = 0xe1000000;

describe('further devices', () => {
  it('are a list, behind those of the machine', async () => {
    const seen: number[] = [];
    const port: Device = {
      id: 'mine',
      type: 'mine',
      attach: ({ claimPorts }) =>
        void claimPorts({ base: 0x510, length: 1 }, { read: () => 0, write: (_o, _s, value) => void seen.push(value) }),
    };
    const pc = booting([...out(0x510, 7), ...STOP], { devices: [port] });
    await run(pc);
    expect(seen).toEqual([7]);
    expect(pc.vm.devices.at(-1)).toBe(port);
    pc.vm.dispose();
  });

  it('are PCI cards, which have their places when the machine starts, and after a reset', () => {
    const pc = machine({ devices: (bus) => [new Card(bus)] });
    for (let i = 0; i < 2; i++) {
      const ranges = pc.vm.map().filter(({ owner }) => owner === 'card');
      expect(ranges.map(({ space, base, length }) => [space, base, length])).toEqual([
        ['mmio', WINDOW, 4096],
        ['port', BELL, 4],
      ]);
      expect(pc.vm.mmio.read(WINDOW + 7, 1)).toBe(0x5a);
      pc.restart();
    }
    pc.vm.dispose();
  });

  it('interrupt by the lines that the registers of the bus say', async () => {
    // Vector 73h (IRQ 11) to 7D00h; unmask; ring the bell; wait; stop. The handler: count, quiet, end of interrupt, iret.
    const code = [
      ...[0xfa, 0x31, 0xc0, 0x8e, 0xd8, 0xc7, 0x06, 0xcc, 0x01, ...word(0x7d00), 0x8c, 0x0e, 0xce, 0x01],
      ...[...out(0xa1, 0xf7), ...out(0x21, 0xfb), ...out(BELL, 1), 0xfb, 0xf4, ...STOP],
    ];
    const handler = [0xfe, 0x06, ...word(RESULT), ...out(BELL, 0), 0xb0, 0x20, 0xe6, 0xa0, 0xe6, 0x20, 0xcf];
    const sector = [...code, ...new Array(0x100 - code.length).fill(0x90), ...handler];
    const pc = booting(sector, { devices: (bus) => [new Card(bus)] });
    expect(await run(pc)).toBe('halted');
    expect(byte(pc)).toBe(1);
    pc.vm.dispose();
  });

  it('that do not fit are refused, and the machine is given back', () => {
    let disposed = 0;
    const large = (bus: PciBusHost): Device => ({
      id: 'large',
      type: 'large',
      attach: (context) => {
        const bar = { space: 'mmio', size: 2 ** 30, handler: { read: () => 0, write: () => {} } } as const;
        bus.plug({ device: 5, vendorId: 1, deviceId: 2, classCode: 0, bars: [bar] }, context);
      },
      dispose: () => void disposed++,
    });
    expect(() => machine({ devices: (bus) => [large(bus)] })).toThrow(/no room for BAR 0/);
    expect(disposed).toBe(1);
  });
});
