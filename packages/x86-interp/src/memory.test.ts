import { PAGE_SIZE } from '@picovm/core';
import { describe, expect, test } from 'vitest';
import { CODE, machine } from './machine.test-util.ts';

/** RAM below 64 KiB only: B800:0 and the rest are devices. */
const SMALL = { regions: [{ base: 0, size: 0x10000 }] };

function withData(base: number, options = SMALL): ReturnType<typeof machine> {
  const m = machine(options);
  const { ds } = m.vcpu.getSpecialRegisters();
  m.vcpu.setSpecialRegisters({ ds: { ...ds, base: BigInt(base) } });
  return m;
}

describe('accesses to devices', () => {
  test('have the size of the instruction', () => {
    const m = withData(0xb8000);
    m.set({ rax: 0x12345678, rbx: 1 });
    m.load([0x88, 0x07, 0x89, 0x07, 0x66, 0x89, 0x07, 0x8a, 0x07, 0x8b, 0x07, 0x66, 0x8b, 0x07, 0xf4]);
    m.sink.values.set(0xb8001, 0xa1b2c3d4);
    m.run();
    expect(m.sink.trace).toEqual([
      'write b8001/1=78',
      'write b8001/2=5678',
      'write b8001/4=12345678',
      'read b8001/1',
      'read b8001/2',
      'read b8001/4',
    ]);
    expect(m.get('rax')).toBe(0xa1b2c3d4);
  });

  test('that begin in RAM are split at the page', () => {
    for (const [offset, trace, ram] of [
      [0xfffd, ['write 10000/1=12'], [0x78, 0x56, 0x34]],
      [0xfffe, ['write 10000/2=1234'], [0x78, 0x56]],
      [0xffff, ['write 10000/2=3456', 'write 10002/1=12'], [0x78]],
    ] as const) {
      const m = withData(offset);
      m.set({ rax: 0x12345678 });
      m.load([0x66, 0xa3, 0, 0]);
      m.run(1);
      expect(m.sink.trace).toEqual(trace);
      expect([...m.memory.read(offset, ram.length)]).toEqual(ram);
      m.sink.values.set(0x10000, offset === 0xfffd ? 0xaa : 0xbbaa).set(0x10002, 0xcc);
      m.load([0x66, 0xa1, 0, 0]);
      m.run(1);
      expect(m.get('rax')).toBe({ 65533: 0xaa345678, 65534: 0xbbaa5678, 65535: 0xccbbaa78 }[offset]);
    }
  });

  test('that end in RAM are split at the page', () => {
    const m = withData(0x1fffd, {
      regions: [
        { base: 0, size: 0x10000 },
        { base: 0x20000, size: 0x1000 },
      ],
    });
    m.set({ rax: 0x12345678 });
    m.load([0x66, 0xa3, 0, 0]);
    m.run(1);
    expect(m.sink.trace).toEqual(['write 1fffd/1=78', 'write 1fffe/2=3456']);
    expect(m.memory.readU8(0x20000)).toBe(0x12);
  });

  test('of read-modify-write instructions are a read and a write', () => {
    const m = withData(0xb8000);
    m.sink.values.set(0xb8000, 0x7fff);
    m.load([0xff, 0x06, 0, 0]);
    m.run(1);
    expect(m.sink.trace).toEqual(['read b8000/2', 'write b8000/2=8000']);
    expect(m.get('rflags') & 0x880).toBe(0x880);
  });

  test('on ports have the size of the instruction', () => {
    const m = machine();
    m.set({ rax: 0xcafe1234, rdx: 0x3f8 });
    m.load([0xe6, 0x80, 0xe7, 0x81, 0x66, 0xef, 0xec, 0xe5, 0x60, 0x66, 0xed, 0xf4]);
    m.sink.values.set(0x3f8, 0x99887766).set(0x60, 0x5544);
    m.run();
    expect(m.sink.trace).toEqual([
      'out 80/1=34',
      'out 81/2=1234',
      'out 3f8/4=cafe1234',
      'in 3f8/1',
      'in 60/2',
      'in 3f8/4',
    ]);
    expect(m.get('rax')).toBe(0x99887766);
  });
});

describe('memory', () => {
  test('that is read-only drops writes', () => {
    const m = withData(0xf000, {
      regions: [{ base: 0, size: 0xf000 }, { base: 0xf000, size: PAGE_SIZE, readonly: true } as never],
    });
    m.memory.writeU16(0xf000, 0x1234);
    m.load([0xff, 0x06, 0, 0, 0xa1, 0, 0, 0xf4]);
    m.run();
    expect(m.get('rax')).toBe(0x1234);
    expect(m.memory.readU16(0xf000)).toBe(0x1234);
    expect(m.sink.trace).toEqual([]);
  });

  test('above 1 MiB depends on A20', () => {
    const m = withData(0xffff0, { regions: [{ base: 0, size: 0x200000 }] });
    m.memory.writeU16(0x100010, 0x1111);
    m.memory.writeU16(0x10, 0x2222);
    const read = (): number => {
      m.load([0xa1, 0x20, 0]);
      m.run(1);
      return m.get('rax');
    };
    expect(m.vcpu.a20).toBe(true);
    expect(read()).toBe(0x1111);
    m.vcpu.a20 = false;
    expect(read()).toBe(0x2222);
    m.vcpu.a20 = true;
    expect(read()).toBe(0x1111);
    m.vcpu.a20 = false;
    m.vcpu.reset();
    expect(m.vcpu.a20).toBe(true);
    expect(machine({ model: '80186' }).vcpu.a20).toBe(false);
  });

  test('that the guest or the host wrote is in the dirty log', () => {
    const m = machine();
    m.load([0xa2, 0x00, 0x30, 0xf4]);
    m.run();
    const log = m.memory.dirtyLog;
    log.start();
    expect(log.take()).toEqual([]);
    m.set({ rip: CODE });
    m.run();
    expect(log.take()).toEqual([0x3000]);
    expect(log.take()).toEqual([]);
    // Again, although the page is known: a plain store, a string, a push, a block from a port.
    m.set({ rip: CODE });
    m.run();
    expect(log.take()).toEqual([0x3000]);
    m.set({ rdi: 0x4ff0, rcx: 0x20, rdx: 0x10 });
    m.load([0xf3, 0xaa, 0x50, 0xb9, 0x10, 0, 0xbf, 0, 0x60, 0xf3, 0x6c, 0xf4]);
    m.run();
    expect(log.take()).toEqual([CODE, 0x4000, 0x5000, 0x6000, 0x7000]);
    log.stop();
  });
});
