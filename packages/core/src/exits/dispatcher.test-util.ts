import { type CpuidExit, type DispatcherHost, ExitDispatcher, MmioBus, PortBus, type VmError } from '../index.ts';

/** A dispatcher over buses with one device each, that notes what reaches the device and the host. */
export function dispatcher(defaults: DispatcherHost['defaults'] = {}) {
  const seen: unknown[][] = [];
  const stops: string[] = [];
  const faults: VmError[] = [];
  let changes = 0;
  const ports = new PortBus();
  const mmio = new MmioBus();
  const handler = {
    read: (offset: number, size: number) => {
      seen.push(['r', offset, size]);
      return 0x41;
    },
    write: (offset: number, size: number, value: number) => void seen.push(['w', offset, size, value]),
  };
  ports.claim({ base: 0xe9, length: 1 }, 'debug', handler);
  mmio.claim({ base: 0xb8000, length: 4000 }, 'vga', handler);
  const exits = new ExitDispatcher({
    ports,
    mmio,
    defaults,
    onStop: (outcome) => stops.push(outcome),
    onFault: (error) => faults.push(error),
    onChange: () => changes++,
  });
  return { exits, seen, stops, faults, changes: () => changes };
}

export const cpuidExit = (): CpuidExit => ({ reason: 'cpuid', leaf: 0, subleaf: 0, eax: 1, ebx: 2, ecx: 3, edx: 4 });

/** Every way in which a guest touches a port or MMIO, once each. */
export function touchEverything(exits: ExitDispatcher): void {
  exits.portWrite(0xe9, 1, 0x61);
  exits.portRead(0xe9, 1);
  exits.portWriteBlock(0xe9, 1, Uint8Array.of(0x62, 0x63));
  exits.portReadBlock(0xe9, 1, new Uint8Array(3));
  exits.mmioWrite(0xb8000, 2, 0x0a41);
  exits.mmioRead(0xb8002, 4);
  exits.mmioWrite64(0xb8008, 0x1122334455667788n);
  exits.mmioRead64(0xb8010);
}
