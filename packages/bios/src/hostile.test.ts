import { Random } from '@picovm/testkit';
import { describe, expect, it } from 'vitest';
import { bootFloppy, MemoryBlocks, Pc } from './pc.test-util.ts';
import { SERVICES } from './services.ts';

const SEED = 20_260_715;
const CALLS = 4000;
/** Milliseconds of processor time of one call at most: what others take of the host does not count. */
const LONGEST = 1000;

async function hostilePc(): Promise<Pc> {
  const disks = [
    { kind: 'floppy', blocks: bootFloppy() },
    { kind: 'disk', blocks: new MemoryBlocks(8 << 20) },
    { kind: 'cdrom', blocks: new MemoryBlocks(1 << 20, true) },
  ] as const;
  return new Pc({ connection: { disks } }).boot();
}

describe('a hostile guest', () => {
  it('gets an answer in time, whatever its registers and its data area are', async () => {
    const pc = await hostilePc();
    const seeded = new Random(SEED);
    const random = (): number => seeded.next();
    const numbers = [...SERVICES.keys()].filter((number) => number !== 0x19);
    let slowest = 0;
    for (let n = 0; n < CALLS; n++) {
      if (n % 4 === 0) for (let k = 0; k < 8; k++) pc.vm.memory.writeU8(0x400 + (random() % 0x100), random());
      if (n % 16 === 0) for (let k = 0; k < 8; k++) pc.vm.memory.writeU8(0x9fc00 + (random() % 0x100), random());
      const service = numbers[random() % numbers.length];
      const word = (): number => (random() % 3 === 0 ? 0xffff : random() & 0xffff);
      const ah = random() % 2 === 0 ? random() & 0x1f : random() & 0xff;
      pc.prepare(0x12, {
        ...{
          ax: (ah << 8) | (random() & 0xff),
          bx: word(),
          cx: word(),
          dx: word(),
          si: word(),
          di: word(),
          bp: word(),
        },
        ...{ ds: word(), es: word() },
      });
      // push <service> / out 0E4h, al / cli / hlt: what a stub does, but without its waiting
      pc.vm.memory.write(0x1000, Uint8Array.of(0x6a, service, 0xe6, 0xe4, 0xfa, 0xf4));
      pc.vm.vcpu.setRegisters({ rsp: BigInt(random() % 5 === 0 ? word() : 0x0f00) });
      const before = process.cpuUsage();
      await pc.run();
      const { user, system } = process.cpuUsage(before);
      slowest = Math.max(slowest, (user + system) / 1000);
    }
    expect(pc.vm.counters().devices.bios.metrics.failures).toBe(0);
    expect(slowest).toBeLessThan(LONGEST);
  }, 120_000);

  it('does no harm with its stack at the end of a segment, or nowhere', async () => {
    const pc = await hostilePc();
    for (const rsp of [0n, 1n, 2n, 0xffffn, 0xffff_fffen]) {
      pc.prepare(0x12);
      pc.vm.memory.write(0x1000, Uint8Array.of(0xe6, 0xe4, 0xfa, 0xf4));
      pc.vm.vcpu.setRegisters({ rsp });
      expect(await pc.run()).toBe('halted');
    }
    expect(pc.vm.counters().devices.bios.metrics.failures).toBe(0);
  });

  it('names the port of the BIOS as a serial port: no service calls a service', async () => {
    const pc = await hostilePc();
    const { metrics } = pc.vm.counters().devices.bios;
    let { calls } = metrics;
    for (let port = 0xdd; port <= 0xe4; port++) {
      pc.vm.memory.writeU16(0x400, port);
      for (const ax of [0x0000, 0x0100, 0x0200, 0x0300]) {
        await pc.call(0x14, { ax, dx: 0 });
        expect(pc.vm.counters().devices.bios.metrics).toMatchObject({ calls: ++calls, failures: 0 });
      }
    }
  });

  it('calls before the BIOS is connected, and after the VM has gone, for nothing', async () => {
    const pc = await hostilePc();
    pc.bios.dispose();
    expect((await pc.call(0x12, { ax: 0x1234 })).ax).toBe(0x1234);
  });

  it('makes up the token of a transfer: it gets its own sectors, and no others', async () => {
    const pc = await hostilePc();
    pc.prepare(0x13, { ax: 0x0201, cx: 1, dx: 0 });
    // push 0, 7F13h / out: a call that claims to wait already
    pc.vm.memory.write(0x1000, Uint8Array.of(0x68, 0x13, 0x7f, 0xe6, 0xe4, 0xfa, 0xf4));
    await pc.run();
    expect(pc.word(0x2000 + 510)).toBe(0xaa55);
  });
});

describe('a program in protected mode', () => {
  it('that writes to the port has its stack read by its own segments, and is none the worse', async () => {
    const pc = await hostilePc();
    pc.prepare(0x12);
    const special = pc.vm.vcpu.getSpecialRegisters();
    pc.vm.vcpu.setSpecialRegisters({
      cr0: special.cr0 | 1n,
      ss: { ...special.ss, base: 0xf000_0000n, db: 1, limit: 0xffff_ffff, g: 1 },
    });
    pc.vm.memory.write(0x1000, Uint8Array.of(0xe6, 0xe4, 0xfa, 0xf4));
    expect(await pc.run()).toBe('halted');
  });
});
