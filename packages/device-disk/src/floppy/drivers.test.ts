import { VirtualClock, Vm } from '@picovm/core';
import { enterRealMode } from '@picovm/core/x86';
import { interp } from '@picovm/x86-interp';
import { describe, expect, it } from 'vitest';
import { floppy, memoryBlocks } from '../index.ts';
import { type Driver, diskImage, driver } from './floppy.test-util.ts';

/** What Linux's driver does around each byte: it looks at all bits of the main status register. */
function linux({ msr, give, take, line, dor, dir, wait, clock, sense }: Driver) {
  const outputByte = (byte: number): void => {
    expect(msr() & 0xc0).toBe(0x80);
    give(byte);
  };
  const result = (): number[] => {
    const reply: number[] = [];
    for (;;) {
      const status = msr() & 0xf0;
      if ((status & ~0x10) === 0x80) return reply;
      expect(status).toBe(0xd0);
      reply.push(take());
    }
  };
  const output = (...bytes: number[]): void => {
    for (const byte of bytes) outputByte(byte);
  };
  // Its interrupt handler: results if there are some, else SENSE INTERRUPT STATUS until it is about this drive.
  const interrupt = (unit = 0): number[] => {
    expect(line.level).toBe(true);
    let reply = result();
    if (reply.length > 0) return reply;
    for (let i = 0; i < 4; i++) {
      output(0x08);
      reply = result();
      if ((reply[0] & 0x83) === unit || reply.length !== 2) break;
    }
    return reply;
  };
  return { output, result, interrupt, dor, dir, wait, clock, sense, moreOutput: () => (msr() & 0xe0) === 0x80 };
}

describe("Linux's driver", () => {
  it('finds a post-1991 82077, and reads', () => {
    const machine = driver();
    const { dma, disk } = machine;
    const { output, result, interrupt, dor, dir, wait, clock, moreOutput } = linux(machine);

    // Which controller is it?
    dor(0x00);
    dor(0x0c);
    output(0x0e);
    expect(result().length).toBe(10);
    output(0x13, 0x00, 0x1a, 0x00);
    output(0x12);
    expect(moreOutput()).toBe(true);
    output(0x00);
    output(0x14);
    expect(result()).toEqual([0x00]);
    output(0x18);
    expect(result()).toEqual([0x80]);

    // Reset: the interrupt comes also after a CONFIGURE that switches polling off.
    dor(0x08);
    dor(0x0c);
    wait();
    expect(interrupt()).toEqual([0xc3, 0]);
    output(0x13, 0x00, 0x1a, 0x00);
    output(0x03, 0xdf, 0x02);
    dor(0x1c);

    // The disk-change line, which RECALIBRATE alone does not clear.
    expect(dir()).toBe(0x80);
    output(0x07, 0x00);
    wait();
    expect(interrupt()).toEqual([0x20, 0]);
    expect(dir()).toBe(0x80);
    output(0x0f, 0x00, 1);
    wait();
    expect(interrupt()).toEqual([0x20, 1]);
    expect(dir()).toBe(0);

    // Without implied seeks: to the cylinder, and read both sides of it.
    output(0x0f, 0x00, 5);
    clock.advance(1_000_000);
    expect(interrupt()).toEqual([0x20, 5]);
    dma.program(36 * 512);
    output(0xe6, 0x00, 5, 0, 1, 2, 18, 0x1b, 0xff);
    wait();
    expect(interrupt()).toEqual([0x04, 0, 0, 6, 0, 1, 2]);
    expect(Buffer.compare(dma.memory.subarray(0, 36 * 512), disk.subarray(180 * 512, 216 * 512))).toBe(0);
  });
});

describe("SeaBIOS's driver", () => {
  it('resets, recalibrates, finds the data rate out, and reads', () => {
    const { dor, wait, sense, line, send, ccr, dma, command, disk, machine } = driver();
    dor(0x00);
    dor(0x0c);
    wait();
    expect(line.level).toBe(true);
    for (let unit = 0; unit < 4; unit++) expect(sense()).toEqual([0xc0 | unit, 0]);
    dor(0x1c);
    send(0x03, 0xaf, 0x02);
    send(0x07, 0x00);
    wait();
    expect(sense()).toEqual([0x20, 0]);
    // Media sense: READ ID at the rates that there are, until one fits.
    const rate = [3, 2, 0].find((tried) => {
      ccr(tried);
      return (command(0x4a, 0x00)[0] & 0xc0) === 0;
    });
    expect(rate).toBe(0);
    send(0x0f, 0x00, 3);
    wait();
    expect(sense()).toEqual([0x20, 3]);
    dma.program(512);
    expect(command(0xe6, 0x04, 3, 1, 7, 2, 7, 0x1b, 0xff).slice(0, 3)).toEqual([0x04, 0, 0]);
    expect(dma.memory.subarray(0, 512)).toEqual(disk.subarray((3 * 36 + 18 + 6) * 512).subarray(0, 512));
    expect(machine.readPort(0x3f4)).toBe(0x80);
  });
});

describe('a guest program', () => {
  // mov dx,3F2h / mov al,1Ch / out dx,al: then the nine bytes of the command at 1100h, each when the controller wants it,
  // and seven bytes of its result to 1200h.
  const program = Uint8Array.of(
    ...[0xba, 0xf2, 0x03, 0xb0, 0x1c, 0xee, 0xbe, 0x00, 0x11, 0xb9, 9, 0],
    ...[0xba, 0xf4, 0x03, 0xec, 0x24, 0xc0, 0x3c, 0x80, 0x75, 0xf9, 0x42, 0xac, 0xee, 0xe2, 0xf1],
    ...[0xbf, 0x00, 0x12, 0xb9, 7, 0],
    ...[0xba, 0xf4, 0x03, 0xec, 0x24, 0xc0, 0x3c, 0xc0, 0x75, 0xf9, 0x42, 0xec, 0xaa, 0xe2, 0xf1],
    0xf4,
  );

  async function run(): Promise<{ bytes: Uint8Array; instructions: number }> {
    let terminalCount = false;
    const channel = {
      write(data: Uint8Array): number {
        vm.memory.write(0x2000, data);
        terminalCount = true;
        return data.length;
      },
      read: () => 0,
      get terminalCount() {
        return terminalCount;
      },
    };
    const fdc = floppy({ drives: [{ blocks: memoryBlocks(diskImage()) }], dma: { channel: () => channel } });
    const clock = new VirtualClock();
    using vm = new Vm({ accelerator: interp(), memory: [{ base: 0, size: 65_536 }], devices: [fdc], clock });
    vm.memory.write(0x1000, program);
    vm.memory.write(0x1100, Uint8Array.of(0xe6, 0x04, 40, 1, 9, 2, 18, 0x1b, 0xff));
    enterRealMode(vm.vcpu, { segment: 0, offset: 0x1000 });
    const { outcome } = await vm.run({ timeoutMs: 10_000 });
    expect(outcome).toBe('halted');
    return { bytes: vm.memory.read(0x1000, 0x2000), instructions: clock.now() };
  }

  it('reads a sector by DMA, and takes as long each time', async () => {
    const { bytes, instructions } = await run();
    expect([...bytes.subarray(0x200, 0x207)]).toEqual([0x24, 0, 0, 40, 1, 10, 2]);
    expect(bytes.subarray(0x1000, 0x1200)).toEqual(diskImage().subarray(1466 * 512, 1467 * 512));
    expect((await run()).instructions).toBe(instructions);
  });
});
