import { describe, expect, test } from 'vitest';
import { CODE, machine } from './machine.test-util.ts';

const NMI_HANDLER = 0x2000;
const COUNTER = 0x3000;

describe('an NMI while the handler of another one runs', () => {
  test('waits for its IRET, and comes before the next instruction, however long the run is', () => {
    const m = machine();
    m.memory.writeU32(2 * 4, NMI_HANDLER);
    // inc byte [COUNTER]; iret
    m.memory.write(NMI_HANDLER, Uint8Array.from([0xfe, 0x06, 0x00, 0x30, 0xcf]));
    m.load([0x90, ...new Array<number>(20).fill(0x40), 0xf4]); // nop; inc ax...; hlt
    m.vcpu.nmi();
    m.run(1); // in the handler
    m.vcpu.nmi();
    m.run(3); // IRET; inc byte; IRET
    expect([m.memory.readU8(COUNTER), m.get('rip'), m.get('rax')]).toEqual([2, CODE, 0]);
    m.vcpu.nmi();
    m.run(1);
    m.vcpu.nmi();
    expect(m.run()).toBe('halt');
    expect([m.memory.readU8(COUNTER), m.get('rax')]).toEqual([4, 20]);
  });

  test('comes at the same instruction in one run as in single steps', () => {
    const ends = [1, 100].map((slice) => {
      const m = machine();
      m.memory.writeU32(2 * 4, NMI_HANDLER);
      // mov [COUNTER], ax; iret
      m.memory.write(NMI_HANDLER, Uint8Array.from([0xa3, 0x00, 0x30, 0xcf]));
      m.load([...new Array<number>(20).fill(0x40), 0xf4]);
      m.vcpu.nmi();
      m.run(1);
      m.vcpu.nmi();
      for (let left = 100; left > 0; left -= slice) if (m.run(slice) === 'halt') break;
      return [m.memory.readU16(COUNTER), m.get('rax')];
    });
    expect(ends[1]).toEqual(ends[0]);
    expect(ends[0]).toEqual([0, 20]);
  });
});
