import { type Device, decodeSnapshot, encodeSnapshot, Vm } from '@picovm/core';
import { Random, type ScriptedVcpu, scriptedGuest } from '@picovm/testkit';
import { describe, expect, it } from 'vitest';
import { hostCalls } from './index.ts';
import { BLOCK, Machine, PORT, ROM, S, settled, slow } from './machine.test-util.ts';

const EVENT = PORT + 5;
const ENABLE = PORT + 6;

describe('registers', () => {
  const { device, ports } = new Machine({ functions: {} });

  it('tell that the device is there, and its version', () => {
    expect(String.fromCharCode(...[8, 9, 10, 11].map((offset) => ports.read(PORT + offset, 1)))).toBe('PVHC');
    expect(ports.read(PORT + 8, 4)).toBe(0x4348_5650);
    expect(ports.read(PORT + 12, 4)).toBe(1);
    ports.write(PORT + 8, 4, 0);
    ports.write(PORT + 12, 4, 0xffff_ffff);
    expect([ports.read(PORT + 8, 4), ports.read(PORT + 12, 4)]).toEqual([0x4348_5650, 1]);
  });

  it('take the address in bytes, words or at once', () => {
    ports.write(PORT, 4, 0xf123_4567);
    expect(ports.read(PORT, 4)).toBe(0xf123_4567);
    device.restore(device.snapshot());
    expect(device.snapshot()).toMatchObject({ address: 0xf123_4567 });
    ports.write(PORT + 2, 2, 0x0009);
    ports.write(PORT, 2, 0xabcd);
    expect(ports.read(PORT, 4)).toBe(0x0009_abcd);
    ports.write(PORT + 3, 1, 0x80);
    expect([0, 1, 2, 3].map((offset) => ports.read(PORT + offset, 1))).toEqual([0xcd, 0xab, 0x09, 0x80]);
  });

  it('have only the bits that they have', () => {
    ports.write(ENABLE, 1, 0xff);
    expect(ports.read(ENABLE, 1)).toBe(1);
    expect(ports.read(EVENT, 1)).toBe(0);
    ports.write(PORT + 7, 1, 9);
    expect(ports.read(PORT + 7, 1)).toBe(0);
  });

  it('are 0 after a reset', () => {
    const m = new Machine({ functions: {} });
    const fresh = m.device.snapshot();
    m.call('nothing');
    m.ports.write(ENABLE, 1, 1);
    m.device.reset();
    expect(m.device.snapshot()).toEqual(fresh);
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((offset) => m.ports.read(PORT + offset, 1))).toEqual(Array(8).fill(0));
  });
});

describe('state', () => {
  function busy(): { m: Machine; later: ReturnType<typeof slow> } {
    const later = slow();
    const m = new Machine({ functions: { later: later.call } });
    m.ports.write(ENABLE, 1, 1);
    m.call('later');
    m.prepare('later', '', {}, 0x300);
    m.ring(0x300);
    return { m, later };
  }

  it('is the same after snapshot, change and restore', () => {
    const { m } = busy();
    const saved = m.device.snapshot();
    expect(saved).toEqual({
      version: 1,
      address: 0x300,
      result: S.PENDING,
      event: 0,
      enabled: 1,
      pending: [BLOCK, 0x300],
    });
    m.device.reset();
    m.device.restore(structuredClone(saved));
    expect(m.device.snapshot()).toEqual(saved);
    expect(m.ports.read(PORT + 7, 1)).toBe(2);
  });

  it('ends calls that were pending as INTERRUPTED, once the machine runs on', async () => {
    const { m, later } = busy();
    const fresh = new Machine({ functions: { later: later.call } });
    fresh.device.restore(m.device.snapshot());
    // The memory may come after the devices.
    fresh.memory.write(0, m.memory.read(0, 0x1000));
    expect(fresh.levels).toEqual([]);
    fresh.clock.advance(0);
    expect([fresh.ended(), fresh.ended(0x300)]).toMatchObject([
      { status: S.INTERRUPTED, length: 0 },
      { status: S.INTERRUPTED, length: 0 },
    ]);
    expect(fresh.levels).toEqual([[10, true]]);
    expect(fresh.ports.read(PORT + 7, 1)).toBe(0);
    expect(fresh.metrics).toMatchObject({ failures: 2, pending: 0 });
    await later.finish('for the old machine');
    expect(m.ended().text).toBe('for the old machine');
    expect(fresh.ended().status).toBe(S.INTERRUPTED);
  });

  it('ends them as INTERRUPTED in the same machine, too, unless nothing can have happened since', async () => {
    const { m, later } = busy();
    const saved = m.device.snapshot();
    m.device.restore(saved);
    await later.finish('goes on');
    expect(m.ended().text).toBe('goes on');
    await later.finish('');
    m.prepare('later', '', {}, 0x300);
    m.ring(0x300);
    const other = { ...m.device.snapshot(), pending: [BLOCK] };
    m.device.restore(other);
    m.clock.advance(0);
    expect(m.ended().status).toBe(S.INTERRUPTED);
    m.call('later');
    const older = m.device.snapshot();
    await settled();
    m.device.restore(older);
    await later.finish('dropped');
    await later.finish('too late');
    m.clock.advance(0);
    expect(m.ended().status).toBe(S.INTERRUPTED);
  });

  it('does not go on with a call that ended meanwhile', async () => {
    const { m, later } = busy();
    await later.finish('');
    // It ends behind the snapshot and before the restore, all in the same turn.
    const ended = later.finish('done');
    queueMicrotask(() => m.device.restore(saved));
    const saved = m.device.snapshot();
    expect(saved).toMatchObject({ pending: [0x300] });
    await ended;
    m.clock.advance(0);
    expect(m.ended(0x300).status).toBe(S.INTERRUPTED);
    expect(m.ports.read(PORT + 7, 1)).toBe(0);
  });

  it('counts them as pending until then', () => {
    const { m } = busy();
    const fresh = new Machine({ functions: { now: () => '' }, maxPending: 2 });
    fresh.device.restore(m.device.snapshot());
    expect(fresh.call('now').status).toBe(S.BUSY);
    fresh.clock.advance(0);
    expect(fresh.call('now').status).toBe(S.OK);
  });

  it.each<[string, (m: Machine) => void]>([
    ['reset', ({ device }) => device.reset()],
    ['dispose', ({ device }) => device.dispose()],
  ])('leaves no alarm behind after %s', (_what, end) => {
    const fresh = new Machine({ functions: {} });
    fresh.device.restore(busy().m.device.snapshot());
    end(fresh);
    expect(fresh.clock.nextAlarm()).toBe(Number.POSITIVE_INFINITY);
  });

  it('raises a pending interrupt on a machine that it is restored to', async () => {
    const { m, later } = busy();
    await later.finish('');
    await later.finish('');
    const fresh = new Machine({ functions: {} });
    fresh.device.restore(m.device.snapshot());
    expect(fresh.levels).toEqual([[10, true]]);
  });

  it('is refused with ERR_DEVICE_STATE if a snapshot cannot have written it, and nothing changes', () => {
    const { m } = busy();
    const good = m.device.snapshot();
    for (const wrong of [
      { version: 2 },
      { address: 2 ** 32 },
      { result: 11 },
      { event: 2 },
      { enabled: 2 },
      { pending: Array(17).fill(0) },
      { pending: [-1] },
      { pending: 1 },
    ]) {
      expect(() => m.device.restore({ ...good, ...wrong } as never)).toThrow(
        expect.objectContaining({ code: 'ERR_DEVICE_STATE' }),
      );
    }
    expect(m.device.snapshot()).toEqual(good);
  });

  it('cannot make the device write where no guest could', () => {
    const fresh = new Machine({ functions: {} });
    fresh.device.restore({ version: 1, address: 0, result: 0, event: 0, enabled: 0, pending: [ROM, 0xffff_ffff] });
    fresh.clock.advance(0);
    expect(fresh.memory.readU32(ROM + 0x1c)).toBe(0);
    expect(fresh.ports.read(EVENT, 1)).toBe(1);
  });
});

describe('in a machine', () => {
  it('wakes a guest that waits for the interrupt of a call', async () => {
    // The smallest interrupt controller: its one input goes straight to the CPU.
    const controller: Device = {
      id: 'pic',
      type: 'pic',
      attach: (context) => {
        const intr = context.claimInterrupts({ setLine: (_line, level) => intr.set(level), acknowledge: () => 0x20 });
      },
    };
    const functions = {
      later: async (request: Uint8Array): Promise<string> => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return new TextDecoder().decode(request).toUpperCase();
      },
    };
    const accelerator = scriptedGuest(function* (cpu) {
      const [name, request, response, block] = [0x200, 0x210, 0x300, 0x100];
      [...'later'].forEach((c, i) => {
        cpu.store(name + i, c.charCodeAt(0), 1);
      });
      [...'please'].forEach((c, i) => {
        cpu.store(request + i, c.charCodeAt(0), 1);
      });
      [name, 5, request, 6, response, 16].forEach((word, i) => {
        cpu.store(block + 4 * i, word);
      });
      cpu.out(ENABLE, 1);
      cpu.out(PORT, block & 0xffff, 2);
      cpu.out(PORT + 2, block >> 16, 2);
      cpu.out(PORT + 4, 0);
      cpu.registers.status = BigInt(cpu.load(block + 0x1c));
      cpu.interruptsEnabled = true;
      while (cpu.interrupts.length === 0) yield cpu.halt();
      cpu.out(EVENT, cpu.in(EVENT));
      cpu.registers.ended = BigInt(cpu.load(block + 0x1c));
    });
    const devices = [controller, hostCalls({ functions })];
    using vm = new Vm({ accelerator, memory: [{ base: 0, size: 4096 }], devices });
    const { cpu } = await vm.run({ timeoutMs: 10_000 });
    expect(cpu.registers).toMatchObject({ status: BigInt(S.PENDING), ended: BigInt(S.OK) });
    expect(vm.vcpu.interrupts).toEqual([0x20]);
    expect(new TextDecoder().decode(vm.memory.read(0x300, 6))).toBe('PLEASE');
    expect(vm.counters().devices.hostcall.metrics).toMatchObject({ calls: 1, failures: 0, bytesIn: 6, bytesOut: 6 });
  });

  it('tells the guest of a restored machine that its call was interrupted', async () => {
    const machine = (): Vm<ScriptedVcpu> => {
      const accelerator = scriptedGuest(function* (cpu) {
        cpu.store(0x200, 0x66, 1);
        cpu.store(0x100, 0x200);
        cpu.store(0x104, 1);
        cpu.out(PORT, 0x100, 4);
        cpu.out(PORT + 4, 0);
        yield cpu.halt();
        yield undefined;
        cpu.registers.status = BigInt(cpu.load(0x11c));
        yield cpu.halt();
      });
      const devices = [hostCalls({ functions: { f: () => new Promise(() => {}) } })];
      return new Vm({ accelerator, memory: [{ base: 0, size: 4096 }], devices });
    };
    using before = machine();
    await before.run({ timeoutMs: 10_000 });
    expect(before.memory.readU32(0x11c)).toBe(S.PENDING);
    using after = machine();
    after.restore(decodeSnapshot(encodeSnapshot(before.snapshot())));
    expect(after.counters().devices.hostcall.metrics).toMatchObject({ calls: 1, pending: 1 });
    const { cpu, counters } = await after.run({ timeoutMs: 10_000 });
    expect(cpu.registers.status).toBe(BigInt(S.INTERRUPTED));
    expect(counters.devices.hostcall.metrics).toMatchObject({ calls: 1, failures: 1, pending: 0 });
  });

  it.each([['before'], ['behind']])(
    'goes on with its calls after a restore that a device %s it refuses',
    async (where) => {
      const fussy: Device = {
        id: 'fussy',
        type: 'fussy',
        attach() {},
        snapshot: () => ({ version: 1, bad: false }),
        restore: ({ bad }) => {
          if (bad === true) throw new Error('not that');
        },
      };
      const later = slow();
      const accelerator = scriptedGuest(function* (cpu) {
        cpu.store(0x200, 0x66, 1);
        [0x200, 1, 0, 0, 0x300, 16].forEach((word, i) => {
          cpu.store(0x100 + 4 * i, word);
        });
        cpu.out(PORT, 0x100, 4);
        cpu.out(PORT + 4, 0);
        yield cpu.halt();
        yield undefined;
        yield cpu.halt();
      });
      const host = hostCalls({ functions: { f: later.call } });
      const devices = where === 'before' ? [fussy, host] : [host, fussy];
      using vm = new Vm({ accelerator, memory: [{ base: 0, size: 4096 }], devices });
      const fresh = vm.snapshot();
      await vm.run({ timeoutMs: 10_000 });
      const pending = vm.snapshot();
      const bad = { fussy: { version: 1, bad: true } };
      for (const snapshot of [fresh, pending]) {
        expect(() => vm.restore({ ...snapshot, devices: { ...snapshot.devices, ...bad } })).toThrow('not that');
        expect(vm.counters().devices.hostcall.metrics).toMatchObject({ calls: 1, failures: 0, pending: 1 });
      }
      await later.finish('answer');
      await vm.run({ timeoutMs: 10_000 });
      expect(vm.memory.readU32(0x11c)).toBe(S.OK);
      expect(new TextDecoder().decode(vm.memory.read(0x300, 6))).toBe('answer');
      expect(vm.counters().devices.hostcall.metrics).toMatchObject({ calls: 1, failures: 0, pending: 0 });
    },
  );

  it('fails the run for nothing that a function does', async () => {
    const broken = (): never => {
      throw new Error('broken');
    };
    const accelerator = scriptedGuest(function* (cpu) {
      cpu.store(0x200, 0x62, 1);
      cpu.store(0x100, 0x200);
      cpu.store(0x104, 1);
      cpu.out(PORT, 0x100, 4);
      cpu.out(PORT + 4, 0);
      cpu.registers.result = BigInt(cpu.in(PORT + 4));
      yield cpu.halt();
    });
    const devices = [hostCalls({ functions: { b: broken } })];
    using vm = new Vm({ accelerator, memory: [{ base: 0, size: 4096 }], devices });
    const { outcome, cpu } = await vm.run({ timeoutMs: 10_000 });
    expect(outcome).toBe('halted');
    expect(cpu.registers.result).toBe(BigInt(S.FAILED));
  });
});

describe('whatever a guest does', () => {
  it('nothing throws, and nothing grows without bound', async () => {
    for (let seed = 1; seed <= 5; seed++) {
      const random = new Random(seed);
      const next = (): number => random.next();
      const m = new Machine({
        functions: { a: (request) => request, b: () => new Promise(() => {}), c: async () => 'c' },
        maxPending: 4,
      });
      const addresses = [0, 0x100, 0x300, 0xfff0, 0xffff, 0x20000, 0xffff_fff0];
      for (let i = 0; i < 3000; i++) {
        const size = ([1, 2, 4] as const)[next() % 3];
        const kind = next() % 4;
        if (kind === 0) m.ports.write(PORT + (next() % 16), size, next());
        else if (kind === 1) {
          const value = m.ports.read(PORT + (next() % 16), size);
          expect(Number.isInteger(value) && value >= 0 && value < 2 ** (8 * size)).toBe(true);
        } else if (kind === 2) m.memory.writeU32(next() % 0x2000, addresses[next() % addresses.length]);
        else {
          const name = 'abcd'[next() % 4];
          m.prepare(name, 'x'.repeat(next() % 9), { response: addresses[next() % 7], capacity: next() % 99 });
          m.ring(addresses[next() % addresses.length]);
        }
        if (i % 100 === 0) await Promise.resolve();
        expect(m.metrics.pending).toBeLessThanOrEqual(4);
      }
      expect(m.log.length).toBeLessThanOrEqual(4);
    }
  });
});

describe('the manifest', () => {
  it('says where the device is', () => {
    expect(hostCalls.manifest).toMatchObject({ type: 'hostcall', defaultId: 'hostcall', irqs: [{ option: 'irq' }] });
    expect(hostCalls.manifest.options.functions).toMatchObject({ type: 'object', required: true });
  });
});
