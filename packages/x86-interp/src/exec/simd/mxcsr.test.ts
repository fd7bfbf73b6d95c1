import { resetFpu } from '@picovm/core/x86';
import { describe, expect, test } from 'vitest';
import { machine } from '../../machine.test-util.ts';
import { bytes32, CR4, DAZ, execute, floatMachine, GP, OPERAND, RESET, withMemory } from './float.test-util.ts';

const LDMXCSR = withMemory('LDMXCSR', 'M', 2, OPERAND);
const STMXCSR = withMemory('STMXCSR', 'M', 3, OPERAND);
const FXSAVE = [0x0f, 0xae, 0x05, ...bytes32(OPERAND)];
const FXRSTOR = [0x0f, 0xae, 0x0d, ...bytes32(OPERAND)];

describe('MXCSR', () => {
  test('is 1F80 after RESET', () => {
    const m = floatMachine();
    execute(m, [0x90], { mxcsr: 0x9fff });
    m.vcpu.reset();
    expect(m.vcpu.snapshot().fpu.mxcsr).toBe(RESET);
  });

  test('is loaded and stored', () => {
    const m = floatMachine();
    m.memory.writeU32(OPERAND, 0xffff);
    expect(execute(m, LDMXCSR)).toMatchObject({ fault: undefined, mxcsr: 0xffff });
    m.memory.write(OPERAND, new Uint8Array(8).fill(0x11));
    expect(execute(m, STMXCSR, { mxcsr: 0x9fa5 }).fault).toBeUndefined();
    expect([m.memory.readU32(OPERAND), m.memory.readU32(OPERAND + 4)]).toEqual([0x9fa5, 0x11111111]);
  });

  test.each([
    ['pentium4', 0x10000],
    ['pentium4', 0x80000000],
    ['pentium3', DAZ],
    ['pentium3', 0x10000],
  ] as const)('has on the model %s no bits %i: #GP', (model, bits) => {
    const m = floatMachine({ model });
    m.memory.writeU32(OPERAND, (RESET | bits) >>> 0);
    expect(execute(m, LDMXCSR, { mxcsr: 0x1f00 })).toMatchObject({ fault: [GP, 0], mxcsr: 0x1f00 });
    m.memory.writeU32(OPERAND, (0xffff & ~bits & ~(model === 'pentium3' ? DAZ : 0)) >>> 0);
    expect(execute(m, LDMXCSR).fault).toBeUndefined();
  });

  test.each([
    ['pentium4', 0xffff],
    ['pentium3', 0xffbf],
  ] as const)('of the model %s: FXSAVE tells its bits, %i, and FXRSTOR wants no others', (model, bits) => {
    const m = floatMachine({ model });
    expect(execute(m, FXSAVE, { mxcsr: 0x9f21 }).fault).toBeUndefined();
    expect([m.memory.readU32(OPERAND + 24), m.memory.readU32(OPERAND + 28)]).toEqual([0x9f21, bits]);
    m.memory.writeU32(OPERAND + 24, 0xe000);
    expect(execute(m, FXRSTOR)).toMatchObject({ fault: undefined, mxcsr: 0xe000 });
    m.memory.writeU32(OPERAND + 24, bits + 1 + (bits & 1 ? 0 : 0x40));
    m.memory.writeU16(OPERAND, 0x27f);
    const before = execute(m, [0x90]).fpu;
    // Nothing is loaded.
    expect(execute(m, FXRSTOR)).toMatchObject({ fault: [GP, 0], mxcsr: RESET, fpu: { fcw: before.fcw } });
  });

  test('is not for FXRSTOR to load, nor for FXSAVE to tell, where there is no SSE', () => {
    const m = floatMachine({ model: 'pentium2' });
    m.memory.write(OPERAND, new Uint8Array(512).fill(0xff));
    execute(m, FXSAVE);
    expect([m.memory.readU32(OPERAND + 24), m.memory.readU32(OPERAND + 28)]).toEqual([0, 0]);
    m.memory.writeU32(OPERAND + 24, 0xffffffff);
    expect(execute(m, FXRSTOR)).toMatchObject({ fault: undefined, mxcsr: RESET });
  });

  test('stays as it is with FXRSTOR, if the system does not save the XMM registers', () => {
    const m = floatMachine();
    m.vcpu.setSpecialRegisters({ cr4: CR4.OSXMMEXCPT });
    m.memory.write(OPERAND, new Uint8Array(512));
    expect(execute(m, FXRSTOR, { mxcsr: 0x1f20 })).toMatchObject({ fault: undefined, mxcsr: 0x1f20 });
  });

  test('is in snapshots, which have no bits that there are not', () => {
    const m = machine({ model: 'pentium3' });
    const state = m.vcpu.snapshot();
    const fpu = { ...resetFpu(), mxcsr: 0x9f3f };
    m.vcpu.restore({ ...state, fpu });
    expect(m.vcpu.snapshot().fpu).toEqual(fpu);
    for (const mxcsr of [RESET | DAZ, 0x10000, 0xffffffff]) {
      const other = { ...state, fpu: { ...fpu, mxcsr } };
      const what = expect.objectContaining({ what: 'the register MXCSR' });
      expect(m.vcpu.differences?.(other)).toEqual([what]);
      expect(() => m.vcpu.restore(other)).toThrow(expect.objectContaining({ code: 'ERR_SNAPSHOT_MISMATCH' }));
    }
    expect(m.vcpu.snapshot().fpu).toEqual(fpu);
  });
});
