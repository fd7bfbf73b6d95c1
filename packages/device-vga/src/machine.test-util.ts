import { type Device, type DeviceContext, MmioBus, PortBus, VirtualClock } from '@picovm/core';

/** The buses and the clock that a device under test is attached to. */
export interface Machine {
  readonly ports: PortBus;
  readonly mmio: MmioBus;
  /** Sets guest time, in nanoseconds. */
  setTime(ns: number): void;
  /** Writes a register behind an index port and the data port that follows it. */
  writeIndexed(port: number, index: number, value: number): void;
  readIndexed(port: number, index: number): number;
}

/** Attaches a device to real buses and a clock that only moves when told. */
export function attach(device: Device): Machine {
  let now = 0;
  const clock = new VirtualClock({ nsPerInstruction: 1 });
  clock.countFrom(() => now);
  const ports = new PortBus();
  const mmio = new MmioBus();
  const context: Partial<DeviceContext> = {
    claimPorts: (range, handler) => ports.claim(range, device.id, handler),
    claimMmio: (range, handler) => mmio.claim(range, device.id, handler),
    clock,
  };
  device.attach(context as DeviceContext);
  return {
    ports,
    mmio,
    setTime: (ns) => {
      now = ns;
    },
    writeIndexed: (port, index, value) => {
      ports.write(port, 1, index);
      ports.write(port + 1, 1, value);
    },
    readIndexed: (port, index) => {
      ports.write(port, 1, index);
      return ports.read(port + 1, 1);
    },
  };
}

/** Writes characters with one attribute into text memory, from a cell on. */
export function print({ mmio }: Machine, cell: number, text: string, attribute: number): void {
  [...text].forEach((character, i) => {
    mmio.write(0xb8000 + 2 * (cell + i), 2, character.charCodeAt(0) | (attribute << 8));
  });
}
