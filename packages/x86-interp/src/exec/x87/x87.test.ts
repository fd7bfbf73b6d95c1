import { describe, expect, test } from 'vitest';
import { CODE, HANDLERS, machine, type TestMachine } from '../../machine.test-util.ts';

const CR0_NE = 0x30n;
const DATA = 0x2000;
const ONE_HALF = 0x3fe0000000000000n;

function code(m: TestMachine, bytes: readonly number[], steps: number): void {
  m.load(bytes);
  m.run(steps);
}

function setCr0(m: TestMachine, cr0: bigint): void {
  m.vcpu.setSpecialRegisters({ cr0 });
}

/** MOV and FLDCW of a control word with these masks, behind FNINIT; FLD1; FLDZ; FDIVP: a division by zero. */
function divideByZero(masks: number): number[] {
  return [0xc7, 0x06, 0x00, 0x21, masks, 0x03, 0xdb, 0xe3, 0xd9, 0x2e, 0x00, 0x21, 0xd9, 0xe8, 0xd9, 0xee, 0xde, 0xf9];
}
const STEPS = 6;
const STATUS = [0xdf, 0xe0];

describe('errors of the x87', () => {
  test('with CR0.NE an unmasked one is #MF at the next waiting instruction, whose memory is not touched', () => {
    const m = machine();
    setCr0(m, CR0_NE);
    code(m, [...divideByZero(0x3b), ...STATUS, 0xd9, 0x06, 0, 0x30], STEPS + 1);
    expect(m.get('rax') & 0xb884).toBe(0xb084); // ES, B, ZE; both operands are still there
    const at = m.get('rip');
    m.run(1);
    expect(m.get('rip')).toBe(HANDLERS + 16);
    expect(m.memory.readU16(0x8000 - 6)).toBe(at);
  });

  test('WAIT reports it, FNCLEX forgets it', () => {
    for (const [instruction, ip] of [
      [[0x9b], HANDLERS + 16],
      [[0xdb, 0xe2, 0x9b], -3],
    ] as const) {
      const m = machine();
      setCr0(m, CR0_NE);
      const bytes = [...divideByZero(0x3b), ...instruction];
      code(m, bytes, STEPS + (instruction.length === 1 ? 1 : 2));
      expect(m.get('rip')).toBe(ip < 0 ? CODE + bytes.length : ip);
    }
  });

  test('a masked one gives its result', () => {
    const m = machine();
    code(m, [...divideByZero(0x3f), 0xdd, 0x1e, 0, 0x20, ...STATUS], STEPS + 2);
    expect(m.memory.read(DATA, 8)).toEqual(Uint8Array.from([0, 0, 0, 0, 0, 0, 0xf0, 0x7f]));
    expect(m.get('rax') & 0x80ff).toBe(4);
  });

  test('without CR0.NE FERR# is driven, and the CPU halts at the next one until it is cleared', () => {
    const m = machine();
    const levels: boolean[] = [];
    m.vcpu.ferr = (active) => levels.push(active);
    code(m, [...divideByZero(0x3b), 0xd9, 0xe8, 0xf4], STEPS);
    expect(levels).toEqual([true]);
    const at = m.get('rip');
    expect(m.run(1)).toBe('halt');
    expect(m.get('rip')).toBe(at);
    // IRQ 13: the handler clears the error, and FLD1 goes on.
    m.memory.write(HANDLERS + 0x75, Uint8Array.from([0xdb, 0xe2, 0xcf]));
    m.vcpu.injectInterrupt(0x75);
    m.run(2);
    expect(levels).toEqual([true, false]);
    expect(m.get('rip')).toBe(at);
    expect(m.run(2)).toBe('halt');
    expect(m.get('rip')).toBe(at + 3);
  });

  test('IGNNE# lets instructions go on, and so does a machine that listens to no FERR#', () => {
    for (const listens of [true, false]) {
      const m = machine();
      if (listens) m.vcpu.ferr = () => {};
      m.vcpu.ignne = listens;
      const bytes = [...divideByZero(0x3b), 0xd9, 0xe8, 0x9b];
      code(m, bytes, STEPS + 2);
      expect(m.get('rip')).toBe(CODE + bytes.length);
    }
  });

  test('a store with an unmasked overflow stores nothing and does not pop', () => {
    const m = machine();
    m.memory.writeU32(DATA, 0xdeadbeef);
    m.memory.write(0x2010, Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0x80, 0, 0x70]));
    m.memory.writeU16(0x2100, 0x337);
    code(m, [0xdb, 0xe3, 0xd9, 0x2e, 0, 0x21, 0xdb, 0x2e, 0x10, 0x20, 0xd9, 0x1e, 0, 0x20, ...STATUS], 5);
    expect(m.memory.readU32(DATA)).toBe(0xdeadbeef);
    expect(m.get('rax')).toBe(0xb888);
  });
});

describe('#NM', () => {
  test.each([
    ['TS', 0x18n],
    ['EM', 0x14n],
  ])('comes with CR0.%s, before any other fault', (_name, cr0) => {
    for (const bytes of [
      [0xdb, 0xe3],
      [0xdf, 0xe0],
      [0xd9, 0x06, 0xff, 0xff],
      [0x0f, 0xae, 0x06, 1, 0],
    ]) {
      const m = machine();
      setCr0(m, cr0);
      code(m, bytes, 1);
      expect(m.get('rip')).toBe(HANDLERS + 7);
    }
  });

  test('WAIT heeds TS and MP together', () => {
    for (const [cr0, ip] of [
      [0x1an, HANDLERS + 7],
      [0x18n, CODE + 1],
      [0x16n, CODE + 1],
    ] as const) {
      const m = machine();
      setCr0(m, cr0);
      code(m, [0x9b], 1);
      expect(m.get('rip')).toBe(ip);
    }
  });
});

describe('faults of memory', () => {
  test.each([
    ['FLD m64', [0xdd, 0x06, 0xfc, 0xff]],
    ['FLD m80', [0xdb, 0x2e, 0xf8, 0xff]],
    ['FSTP m32', [0xd9, 0x1e, 0xfe, 0xff]],
    ['FSTP m64', [0xdd, 0x1e, 0xfc, 0xff]],
    ['FSTP m80', [0xdb, 0x3e, 0xf8, 0xff]],
    ['FISTP m16', [0xdf, 0x1e, 0xff, 0xff]],
    ['FBSTP', [0xdf, 0x36, 0xf8, 0xff]],
    ['FADD m32', [0xd8, 0x06, 0xfe, 0xff]],
    ['FCOMP m64', [0xdc, 0x1e, 0xfc, 0xff]],
    ['FNSTENV', [0xd9, 0x36, 0xf4, 0xff]],
    ['FNSAVE', [0xdd, 0x36, 0xa4, 0xff]],
    ['FRSTOR', [0xdd, 0x26, 0xa4, 0xff]],
    ['FLDENV', [0xd9, 0x26, 0xf4, 0xff]],
    ['FXSAVE', [0x0f, 0xae, 0x06, 0xf0, 0xff]],
    ['FXRSTOR', [0x0f, 0xae, 0x0e, 0xf0, 0xff]],
  ])('%s beyond the limit changes nothing', (_name, bytes) => {
    const m = machine();
    m.memory.writeU64(DATA, ONE_HALF);
    m.memory.write(0xff00, new Uint8Array(256).fill(0x55));
    code(m, [0xdb, 0xe3, 0xdd, 0x06, 0, 0x20, 0xd9, 0xeb], 3);
    const before = m.vcpu.snapshot().fpu;
    code(m, bytes, 1);
    expect(m.get('rip')).toBe(HANDLERS + 13);
    expect(m.vcpu.snapshot().fpu).toEqual(before);
    expect(m.memory.read(0xff00, 256)).toEqual(new Uint8Array(256).fill(0x55));
  });
});

describe('the state', () => {
  test('FNSTENV in the formats of real mode: linear addresses and the opcode', () => {
    const m = machine({ model: 'pentium3' });
    m.vcpu.setSpecialRegisters({ ds: { ...m.vcpu.getSpecialRegisters().ds, base: 0x12340n, selector: 0x1234 } });
    // FNINIT; FLD m64; FNSTENV; FNSTENV with 32 bits
    code(m, [0xdb, 0xe3, 0xdd, 0x06, 0x78, 0x56, 0xd9, 0x36, 0, 0x20, 0x66, 0xd9, 0x36, 0x20, 0x20], 4);
    const words = Array.from({ length: 7 }, (_, i) => m.memory.readU16(0x12340 + DATA + i * 2));
    // The empty registers have tag 3; zero is tag 1.
    expect(words).toEqual([0x37f, 0x3800, 0x7fff, CODE + 2, 0x506, 0x79b8, 0x1000]);
    const wide = Array.from({ length: 7 }, (_, i) => m.memory.readU32(0x12340 + 0x2020 + i * 4));
    expect(wide.slice(0, 3)).toEqual([0xffff037f, 0xffff3800, 0xffff7fff]);
    expect(wide[4]).toBe(0x506);
    expect(wide[5] & 0xffff).toBe(0x79b8);
    expect(wide[6]).toBe(0x1000);
  });

  test('FNSTENV in the formats of protected mode: selectors', () => {
    const m = machine({ model: 'pentium' });
    const { ds } = m.vcpu.getSpecialRegisters();
    m.vcpu.setSpecialRegisters({ cr0: 0x31n, ds: { ...ds, base: 0x12340n, selector: 0x18 } });
    code(m, [0xdb, 0xe3, 0xdd, 0x06, 0x78, 0x56, 0xd9, 0x36, 0, 0x20, 0x66, 0xd9, 0x36, 0x20, 0x20], 4);
    const words = Array.from({ length: 7 }, (_, i) => m.memory.readU16(0x12340 + DATA + i * 2));
    expect(words).toEqual([0x37f, 0x3800, 0x7fff, CODE + 2, 0, 0x5678, 0x18]);
    const wide = Array.from({ length: 7 }, (_, i) => m.memory.readU32(0x12340 + 0x2020 + i * 4));
    expect(wide.slice(3)).toEqual([CODE + 2, 0x5060000, 0x5678, 0xffff0018]);
  });

  test('the opcode of the Pentium 4 is that of the last instruction that failed, unless it is asked for all', () => {
    const opcodeAfter = (miscEnable: number): number => {
      const m = machine();
      m.set({ rcx: 0x1a0, rax: miscEnable, rdx: 0 });
      // WRMSR; FNINIT; FLDZ; FNSTENV with 32 bits
      code(m, [0x0f, 0x30, 0xdb, 0xe3, 0xd9, 0xee, 0x66, 0xd9, 0x36, 0, 0x20], 4);
      return m.memory.readU32(DATA + 16) & 0x7ff;
    };
    expect([opcodeAfter(1), opcodeAfter(5)]).toEqual([0, 0x1ee]);
  });

  test('FNSAVE and FRSTOR, FXSAVE and FXRSTOR bring all of it back', () => {
    for (const [save, load] of [
      [
        [0xdd, 0x36],
        [0xdd, 0x26],
      ],
      [
        [0x0f, 0xae, 0x06],
        [0x0f, 0xae, 0x0e],
      ],
    ]) {
      const m = machine();
      m.memory.write(DATA, new Uint8Array(512).fill(0xcc));
      const fill = [0xdb, 0xe3, 0xd9, 0xeb, 0xd9, 0xe8, 0xd9, 0xee, 0xd9, 0xfc, 0xdd, 0xc1, 0xd9, 0xe0];
      code(m, [...fill, ...save, 0, 0x20], 8);
      const after = m.vcpu.snapshot().fpu;
      code(m, [...fill.slice(0, 12), 0xdb, 0xe3, 0xd9, 0xea, 0xdb, 0xe3, ...load, 0, 0x20], 10);
      const { st, fcw, fsw, ftw } = m.vcpu.snapshot().fpu;
      expect([fcw, fsw, ftw]).toEqual([0x37f, 0x2800, 0xa0]);
      expect(Buffer.from(st.subarray(0, 10)).toString('hex')).toBe('00000000000000000080');
      expect(Buffer.from(st.subarray(32, 42)).toString('hex')).toBe('35c26821a2da0fc90040');
      // FNSAVE initializes, FXSAVE does not, and leaves what is behind the registers.
      expect(after.ftw).toBe(save[0] === 0xdd ? 0 : 0xa0);
      expect(m.memory.readU8(DATA + 511)).toBe(0xcc);
    }
  });

  test('FXSAVE wants its area aligned', () => {
    const m = machine();
    code(m, [0x0f, 0xae, 0x06, 8, 0x20], 1);
    expect(m.get('rip')).toBe(HANDLERS + 13);
  });

  test('a snapshot has it, and goes on with it', () => {
    const a = machine({ model: 'pentium2' });
    a.memory.writeU64(DATA, ONE_HALF);
    code(a, [0xdb, 0xe3, 0xd9, 0xeb, 0xdd, 0x06, 0, 0x20, 0xde, 0xc9, 0xdd, 0x1e, 8, 0x20, 0xf4], 3);
    const b = machine({ model: 'pentium2' });
    b.memory.write(0, a.memory.read(0, 0x10000));
    const state = a.vcpu.snapshot();
    expect(state.fpu).toMatchObject({
      fcw: 0x37f,
      fsw: 0x3000,
      ftw: 0xc0,
      fop: 0x506,
      fip: BigInt(CODE + 4),
      fdp: 0x2000n,
    });
    b.vcpu.restore(state);
    expect(b.vcpu.snapshot()).toEqual(state);
    b.run();
    a.run();
    expect(b.memory.readU64(0x2008)).toBe(0x3ff921fb54442d18n);
    expect(a.memory.readU64(0x2008)).toBe(0x3ff921fb54442d18n);
  });

  test('RESET leaves zeros that are in use, FNINIT empties', () => {
    const m = machine();
    expect(m.vcpu.snapshot().fpu).toMatchObject({ fcw: 0x40, fsw: 0, ftw: 0xff });
    code(m, [0xdb, 0xe3], 1);
    expect(m.vcpu.snapshot().fpu).toMatchObject({ fcw: 0x37f, fsw: 0, ftw: 0 });
  });
});

test('LOCK is undefined, and so is what is no instruction', () => {
  for (const bytes of [
    [0xf0, 0xd8, 0x06, 0, 0x20],
    [0xd9, 0xd1],
    [0xd9, 0x0e, 0, 0x20],
    [0xde, 0xd8],
    [0xdb, 0x26, 0, 0],
  ]) {
    const m = machine();
    code(m, bytes, 1);
    expect(m.get('rip'), bytes.toString()).toBe(HANDLERS + 6);
  }
});

describe('rounding', () => {
  const tbyte = (m: TestMachine, at: number, high: number, significand: bigint): void => {
    m.memory.write(at, new Uint8Array(new BigUint64Array([significand]).buffer));
    m.memory.writeU16(at + 8, high);
  };
  const ONE = 1n << 63n;

  test('up to infinity, by an overflow, sets C1', () => {
    for (const [control, status, high] of [
      [0x37f, 0x228, 0x7fff],
      [0xf7f, 0x028, 0x7ffe],
    ] as const) {
      const m = machine();
      tbyte(m, DATA, 0x7ffe, 2n ** 64n - 1n);
      m.memory.writeU16(DATA + 0x10, control);
      // fninit; fldcw; fld tbyte; fadd st, st; fnstsw ax; fstp tbyte
      code(m, [0xdb, 0xe3, 0xd9, 0x2e, 0x10, 0x20, 0xdb, 0x2e, 0, 0x20, 0xd8, 0xc0, ...STATUS, 0xdb, 0x3e, 0, 0x20], 6);
      expect(m.get('rax') & 0x2ff).toBe(status);
      expect(m.memory.readU16(DATA + 8)).toBe(high);
    }
  });

  test('heeds the last bit of an operand that lies 65 to 95 places lower', () => {
    // 1 - 2^-65 lies just between two values, and goes to the even one; the others lie below it.
    for (const [low, high, significand] of [
      [0x80000000_00000000n, 0x3fff, ONE],
      [0x80000001_00000000n, 0x3ffe, 2n ** 64n - 1n],
      [0x80000000_00000001n, 0x3ffe, 2n ** 64n - 1n],
    ] as const) {
      const m = machine();
      tbyte(m, DATA, 0x3fff - 65, low);
      // fninit; fld1; fld tbyte; fsubp; fstp tbyte
      code(m, [0xdb, 0xe3, 0xd9, 0xe8, 0xdb, 0x2e, 0, 0x20, 0xde, 0xe9, 0xdb, 0x3e, 0, 0x20], 5);
      expect(m.memory.readU16(DATA + 8)).toBe(high);
      expect(m.memory.view(DATA, 8)).toEqual(new Uint8Array(new BigUint64Array([significand]).buffer));
    }
  });

  test('is not told of a store that does not happen: an unmasked overflow or underflow', () => {
    for (const [exponent, masks, flag] of [
      [0x3fff + 2000, 0x37, 8],
      [0x3fff - 2000, 0x2f, 16],
    ] as const) {
      const m = machine();
      tbyte(m, DATA, exponent, ONE | 1n);
      m.memory.writeU16(DATA + 0x10, 0x300 | masks);
      m.memory.writeU32(DATA + 0x20, 0x12345678);
      // fninit; fldcw; fld tbyte; fst qword; fnstsw ax
      code(m, [0xdb, 0xe3, 0xd9, 0x2e, 0x10, 0x20, 0xdb, 0x2e, 0, 0x20, 0xdd, 0x16, 0x20, 0x20, ...STATUS], 5);
      expect(m.get('rax') & 0x82ff).toBe(0x8080 | flag);
      expect(m.memory.readU32(DATA + 0x20)).toBe(0x12345678);
    }
  });
});
