import { enterRealMode } from '@picovm/core/x86';
import { describe, expect, test } from 'vitest';
import { createCpu } from './index.ts';
import { paged } from './paging.test-util.ts';

describe('the physical address of a linear one', () => {
  test('is the same without paging, but for the lines that are not driven', () => {
    const cpu = createCpu({ memory: 0x10000 });
    expect(cpu.translate(0x12345)).toBe(0x12345);
    expect(cpu.translate(0xffff_fffen)).toBe(0xffff_fffe);
    cpu.a20 = false;
    expect(cpu.translate(0x10_0010)).toBe(0x10);
    expect(createCpu({ memory: 0x1000, cpuModel: '8086' }).translate(0x12_3456)).toBe(0x2_3456);
  });

  test.each([false, true])('is where the page tables say, with PAE: %s', (pae) => {
    const m = paged({ pae, user: true });
    const linear = 0x15_0123;
    // Present, and for the supervisor alone: whoever looks from outside may.
    m.map(linear, 0x18_0000 | 1);
    const before = [...m.memory.read(m.entryAt(linear), 8)];
    expect(m.vcpu.translate(linear)).toBe(0x18_0123);
    expect(m.vcpu.translate(BigInt(linear))).toBe(0x18_0123);
    expect([...m.memory.read(m.entryAt(linear), 8)], 'no accessed bit').toEqual(before);
    m.map(linear, 0x19_0000);
    expect(m.vcpu.translate(linear)).toBeUndefined();
    expect(m.vcpu.getSpecialRegisters().cr2).toBe(0n);
  });

  test('is for every page that there is what the code uses', () => {
    const m = paged();
    m.map(0x15_0000, 0x18_0000 | 3);
    m.go([0xa2, 0x42, 0, 0x15, 0, 0xf4]); // mov [150042h], al; hlt
    m.memory.writeU8(0x18_0042, 0);
    m.vcpu.setRegisters({ rax: 0x77n });
    m.go([0xa2, 0x42, 0, 0x15, 0, 0xf4]);
    expect(m.memory.readU8(m.vcpu.translate(0x15_0042) ?? -1)).toBe(0x77);
  });
});

describe('what comes to a bus and to hooks', () => {
  test('of 8 bytes: two of 4, the lower half first', () => {
    const seen: unknown[] = [];
    const cpu = createCpu({
      memory: 0x10000,
      bus: {
        readMemory: (address, size) => {
          seen.push(['read', address, size]);
          return address === 0xb0000 ? 0 : 0x40080000;
        },
        writeMemory: (address, size, value) => void seen.push(['write', address, size, value]),
      },
    });
    // mov ax, b000h; mov ds, ax; fninit; fld qword [0]; fstp qword [8]; hlt
    const code = [0xb8, 0, 0xb0, 0x8e, 0xd8, 0xdb, 0xe3, 0xdd, 0x06, 0, 0, 0xdd, 0x1e, 8, 0, 0xf4];
    cpu.memory.write(0x1000, Uint8Array.from(code));
    enterRealMode(cpu, { segment: 0, offset: 0x1000 });
    cpu.on('mmio', ({ direction, address, size, data }) => seen.push([`${direction} told`, address, size, data]));
    cpu.run();
    expect(seen).toEqual([
      ['read', 0xb0000, 4],
      ['read told', 0xb0000, 4, 0],
      ['read', 0xb0004, 4],
      ['read told', 0xb0004, 4, 0x40080000],
      ['write', 0xb0008, 4, 0],
      ['write told', 0xb0008, 4, 0],
      ['write', 0xb000c, 4, 0x40080000],
      ['write told', 0xb000c, 4, 0x40080000],
    ]);
  });
});
