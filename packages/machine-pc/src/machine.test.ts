import { formatAddressMap, VirtualClock } from '@picovm/core';
import { describe, expect, it } from 'vitest';
import { pcMemory } from './index.ts';
import { bootDisk, bootFloppy, booting, byte, inTo, MIB, machine, out, RESULT, run, STOP } from './pc.test-util.ts';

/** Vendor and device of a PCI function. */
function pciId(pc: ReturnType<typeof machine>, device: number, fn = 0): string {
  const { ports } = pc.vm;
  ports.write(0xcf8, 4, 0x80000000 + device * 0x800 + fn * 0x100);
  const id = ports.read(0xcfc, 4);
  return `${(id & 0xffff).toString(16)}:${(id >>> 16).toString(16)}`;
}

describe('a pc', () => {
  it('has the memory map of a PC', () => {
    using vm = machine({ memory: 4 * MIB }).vm;
    const physical = formatAddressMap(vm.map()).split('I/O ports')[0].split('\n').slice(1, -1);
    expect(physical.map((row) => row.trim().replaceAll(/ {2,}/g, ' | '))).toEqual([
      '0x00000000-0x0009ffff | memory | low',
      '0x000a0000-0x000bffff | mmio | vga | (video memory, coalesced writes)',
      '0x000c0000-0x000fffff | memory | shadow',
      '0x00100000-0x003fffff | memory | ram',
      '0xe0000000-0xe0ffffff | memory | frame buffer',
      '0xfec00000-0xfec000ff | mmio | ioapic | (82093AA I/O APIC)',
      '0xfee00000-0xfee00fff | mmio | lapic | (local APIC)',
      '0xffff0000-0xffffffff | memory | rom | (read-only)',
    ]);
    expect(vm.map().filter(({ space }) => space === 'memory')).toHaveLength(5);
    expect(pcMemory(4 * MIB).regions.reduce((sum, { size }) => sum + size, 0)).toBe(
      vm.memory.regions.reduce((sum, { size }) => sum + size, 0),
    );
  });

  it('has the devices of a PC at their ports', () => {
    using vm = machine().vm;
    const owner = (port: number): string | undefined =>
      vm.ports.map().find(({ base, length }) => port >= base && port < base + length)?.owner;
    expect(
      [0x20, 0x40, 0x61, 0x60, 0x64, 0x70, 0x92, 0xa0, 0xe4, 0xe9, 0xf0, 0xf1, 0x170, 0x1f0, 0x2f8, 0x3c0, 0x3f2].map(
        owner,
      ),
    ).toEqual([
      ...['pic', 'pit', 'pit', 'i8042', 'i8042', 'rtc', 'port92', 'pic', 'bios', 'debugcon', 'fpu-error', undefined],
      ...['ide', 'ide', 'com2', 'vga', 'fdc'],
    ]);
    expect([0x3f8, 0x4d0, 0x604, 0xcf8, 0xcf9].map(owner)).toEqual(['com1', 'pic', 'piix4-pm', 'pci', 'pci']);
  });

  it('has the functions of an i440FX on its bus', () => {
    const pc = machine();
    const slots = [pciId(pc, 0), ...[0, 1, 2, 3].map((fn) => pciId(pc, 1, fn)), pciId(pc, 2)];
    expect(slots).toEqual(['8086:1237', '8086:7000', '8086:7010', 'ffff:ffff', '8086:7113', 'ffff:ffff']);
    pc.vm.dispose();
  });

  it('boots a floppy, and gives what it writes to the ports to its host', async () => {
    const serial: number[] = [];
    const debug: number[] = [];
    const code = [...out(0x3f8, 0x53), ...out(0xe9, 0x44), ...inTo(RESULT, 0x2fd), ...STOP];
    const pc = booting([0x31, 0xc0, 0x8e, 0xd8, ...code], {
      onSerial: (bytes) => serial.push(...bytes),
      onDebug: (bytes) => debug.push(...bytes),
    });
    expect(await run(pc)).toBe('halted');
    expect([serial, debug, byte(pc)]).toEqual([[0x53], [0x44], 0x60]);
    pc.vm.dispose();
  });

  it('gives its guest what came on the serial port', async () => {
    // wait: mov dx, 3FDh; in al, dx; test al, 1; jz wait; mov dl, F8h; in al, dx; mov [600h], al; cli; hlt
    const code = [0xba, 0xfd, 0x03, 0xec, 0xa8, 0x01, 0x74, 0xf8, 0xb2, 0xf8, 0xec, 0xa2, 0x00, 0x06, ...STOP];
    const pc = booting([0x31, 0xc0, 0x8e, 0xd8, ...code]);
    pc.com1.receive(new TextEncoder().encode('!'));
    expect(await run(pc)).toBe('halted');
    expect(byte(pc)).toBe(0x21);
    pc.vm.dispose();
  });

  it('tells its host of tones', async () => {
    const tones: number[] = [];
    // Counter 2 in mode 3 with a count of 1193: 1000 Hz; gate and speaker on.
    const code = [
      ...out(0x43, 0xb6),
      ...out(0x42, 0xa9),
      ...out(0x42, 0x04),
      ...out(0x61, 3),
      ...out(0x61, 0),
      ...STOP,
    ];
    const pc = booting(code, { onSpeaker: (frequency) => tones.push(Math.round(frequency)) });
    await run(pc);
    expect(tones).toEqual([1000, 0]);
    pc.vm.dispose();
  });

  it('runs beside another one', async () => {
    const counting = (n: number): number[] => [0xb0, n, 0xa2, 0x00, 0x06, ...STOP];
    const code = [0x31, 0xc0, 0x8e, 0xd8];
    const pcs = [booting([...code, ...counting(1)]), machine({ disks: [bootDisk(...code, ...counting(2))] })];
    expect(await Promise.all(pcs.map((pc) => run(pc)))).toEqual(['halted', 'halted']);
    expect(pcs.map((pc) => byte(pc))).toEqual([1, 2]);
    for (const { vm } of pcs) vm.dispose();
  });

  it('leaves no alarm behind when it is disposed, in the middle of a run too', async () => {
    const clock = new VirtualClock();
    const pc = machine({ clock, floppies: [bootFloppy(0xfb, 0xf4, 0xeb, 0xfc)], cdroms: [undefined] });
    pc.input.keyboard.type('x'.repeat(100));
    pc.vm.clock.alarm(1e9, () => pc.vm.dispose());
    await run(pc);
    expect(clock.now()).toBeGreaterThanOrEqual(1e9);
    expect(clock.nextAlarm()).toBe(Number.POSITIVE_INFINITY);
  });
});
