import { Vm } from '@picovm/core';
import { enterRealMode } from '@picovm/core/x86';
import { FakeMachine, Random } from '@picovm/testkit';
import { interp } from '@picovm/x86-interp';
import { describe, expect, it } from 'vitest';
import { driver, FROM_MOUSE } from './driver.test-util.ts';
import { i8042 } from './i8042.ts';

// What known software sends, and what it takes for an answer that is right.

describe('Linux', () => {
  it('probes the controller: flush, self-test, command byte, the loop and the lines of the mouse', () => {
    const d = driver();
    expect(d.readAll()).toEqual([]);
    d.command(0xaa);
    expect(d.read()).toBe(0x55);
    d.command(0x20);
    const commandByte = d.read();
    d.command(0x20);
    expect(d.read()).toBe(commandByte);
    expect(d.status() & 0x10).toBe(0x10);
    const write = (byte: number): void => {
      d.command(0x60);
      d.data(byte);
    };
    const read = (): number => {
      d.command(0x20);
      return d.read();
    };
    write((commandByte | 0x30) & ~0x03);
    const loop = (byte: number): number => {
      d.command(0xd3);
      d.data(byte);
      return d.read();
    };
    expect(loop(0x5a)).toBe(FROM_MOUSE | 0x5a);
    // A controller with multiplexed mice would change the last of these.
    expect([loop(0xf0), loop(0x56), loop(0xa4)].map((byte) => byte & 0xff)).toEqual([0xf0, 0x56, 0xa4]);
    d.command(0xa9);
    expect(d.read()).toBe(0x00);
    d.command(0xa7);
    expect(read() & 0x20).toBe(0x20);
    d.command(0xa8);
    expect(read() & 0x20).toBe(0);
    // Does the interrupt of the mouse come?
    write((read() | 0x02) & ~0x20);
    d.command(0xd3);
    d.data(0xa5);
    expect(d.machine.irq(12).level).toBe(true);
    expect(d.read()).toBe(FROM_MOUSE | 0xa5);
    expect(d.machine.irq(12).level).toBe(false);
  });

  it('finds an AT keyboard in set 2 and sets its lights and rate', () => {
    const d = driver({ commandByte: 0x01 });
    expect(d.keyboard(0xf2)).toEqual([0xfa, 0xab, 0x83]);
    expect(d.keyboard(0xed, 0x00)).toEqual([0xfa, 0xfa]);
    expect(d.keyboard(0xf3, 0x00)).toEqual([0xfa, 0xfa]);
    expect(d.keyboard(0xf4)).toEqual([0xfa]);
  });

  it('finds an IntelliMouse Explorer, and no touchpad', () => {
    const d = driver();
    expect(d.mouse(0xf2)).toEqual([0xfa, 0x00]);
    expect(d.mouse(0xf6)).toEqual([0xfa]);
    // Synaptics: four resolutions of 0, and a status whose second byte would be 47h.
    expect(d.mouse(0xe8, 0, 0xe8, 0, 0xe8, 0, 0xe8, 0, 0xe9).slice(-3)).toEqual([0x00, 0x00, 100]);
    expect(d.mouse(0xff)).toEqual([0xfa, 0xaa, 0x00]);
    expect(d.mouse(0xf3, 200, 0xf3, 100, 0xf3, 80, 0xf2).at(-1)).toBe(0x03);
    expect(d.mouse(0xf3, 200, 0xf3, 200, 0xf3, 80, 0xf2).at(-1)).toBe(0x04);
    expect(d.mouse(0xf3, 100, 0xe8, 3, 0xe6, 0xf4).every((byte) => byte === 0xfa)).toBe(true);
  });
});

describe('SeaBIOS', () => {
  it('sets up the controller and the keyboard, and then gets set 1', () => {
    const d = driver();
    d.command(0xad);
    d.command(0xa7);
    expect(d.readAll()).toEqual([]);
    d.command(0xaa);
    expect(d.read()).toBe(0x55);
    d.command(0xab);
    expect(d.read()).toBe(0x00);
    d.command(0x60);
    d.data(0x30);
    expect(d.keyboard(0xff)).toEqual([0xfa, 0xaa]);
    expect(d.keyboard(0xf5)).toEqual([0xfa]);
    expect(d.keyboard(0xf0, 0x02)).toEqual([0xfa, 0xfa]);
    d.command(0x60);
    d.data(0x61);
    expect(d.keyboard(0xf4)).toEqual([0xfa]);
    d.device.keyboard.tap('KeyZ');
    expect(d.readAll()).toEqual([0x2c, 0xac]);
  });
});

describe('GRUB', () => {
  it('asks which set there is, and takes what the translation makes of it', () => {
    expect(driver().keyboard(0xf0, 0x00).at(-1)).toBe(0x41);
    const d = driver();
    d.command(0x60);
    d.data(0x00);
    expect(d.keyboard(0xf0, 0x01, 0xf0, 0x00).at(-1)).toBe(0x01);
  });
});

describe('a guest that polls', () => {
  it('gets what was typed before it ran, and while it runs', async () => {
    const ps2 = i8042();
    const vm = new Vm({ accelerator: interp(), memory: [{ base: 0, size: 65_536 }], devices: [ps2] });
    // Reads scan codes to 500h on until Escape goes down.
    // mov di,500h / wait: in al,64h / test al,1 / jz wait / in al,60h / stosb / cmp al,1 / jne wait / hlt
    const program = [
      0xbf, 0x00, 0x05, 0xe4, 0x64, 0xa8, 0x01, 0x74, 0xfa, 0xe4, 0x60, 0xaa, 0x3c, 0x01, 0x75, 0xf3, 0xf4,
    ];
    vm.memory.write(0x7c00, Uint8Array.from(program));
    enterRealMode(vm.vcpu, { segment: 0, offset: 0x7c00 });
    ps2.keyboard.type('Hi');
    const run = vm.run({ timeoutMs: 10_000 });
    ps2.keyboard.tap('Escape');
    expect((await run).outcome).toBe('halted');
    expect([...vm.memory.read(0x500, 9)]).toEqual([0x2a, 0x23, 0xa3, 0xaa, 0x17, 0x97, 0x01, 0x00, 0x00]);
    vm.dispose();
  });
});

describe('hostile guests', () => {
  it('neither stop nor grow the controller with 300,000 accesses while someone types', () => {
    const device = i8042();
    const machine = new FakeMachine(device, { keepAccesses: 0 });
    const numbers = new Random(12345);
    const random = (): number => numbers.next();
    for (let i = 0; i < 300_000; i++) {
      const port = (random() & 1) === 0 ? 0x60 : 0x64;
      if ((random() & 1) === 0) machine.writePort(port, random() & 0xff);
      else machine.readPort(port);
      if (i % 64 === 0) machine.clock.advance(random() & 0xfffff);
      if (i % 1000 === 0) {
        if (device.keyboard.pending < 1000) device.keyboard.type('text');
        device.mouse.move(random() % 100, random() % 100);
        machine.systemEvents.length = 0;
      }
    }
    expect(machine.clock.pending).toBeLessThan(5);
    expect(JSON.stringify(device.snapshot()).length).toBeLessThan(100_000);
    device.reset();
    expect(device.snapshot()).toEqual(i8042().snapshot());
  });
});
