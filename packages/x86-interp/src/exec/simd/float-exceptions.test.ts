import { describe, expect, test } from 'vitest';
import { CODE } from '../../machine.test-util.ts';
import {
  CR4,
  DE,
  double,
  doubles,
  execute,
  FTZ,
  floatMachine,
  GP,
  hex,
  IE,
  mask,
  NM,
  OE,
  OPERAND,
  PE,
  RESET,
  ROUNDING,
  SS,
  single,
  singles,
  UD,
  UE,
  withMemory,
  withRegisters,
  XM,
  ZE,
} from './float.test-util.ts';

const ADDPS = withRegisters('ADDPS', 'V,W', 0, 1);
const DIVPS = withRegisters('DIVPS', 'V,W', 0, 1);
const MULPS = withRegisters('MULPS', 'V,W', 0, 1);
const MULSD = withRegisters('MULSD', 'V,W', 0, 1);
const SNAN = 0x7f800001;
const QNAN = 0x7fc00000;
const DENORMAL = 1;
const HUGE = single(2 ** 127);
const TINY = single(2 ** -126);
const ONE = single(1);
const THIRD = single(1 / 3);

describe('an exception that is not masked', () => {
  test.each([
    ['IE', IE, ADDPS, SNAN, ONE, IE],
    ['IE of an operation', IE, DIVPS, 0, 0, IE],
    ['DE', DE, ADDPS, DENORMAL, ONE, DE],
    ['ZE', ZE, DIVPS, ONE, 0, ZE],
    ['OE', OE, MULPS, HUGE, HUGE, OE],
    ['OE of a result that is rounded', OE, MULPS, single(1e30), single(1e30), OE | PE],
    ['UE', UE, MULPS, TINY, TINY, UE],
    ['UE of a result that is rounded', UE, MULPS, THIRD, TINY, UE],
    ['UE of an exact denormal', UE, MULPS, TINY, single(0.5), UE],
    ['UE, which FTZ does not hide', UE, MULPS, TINY, single(0.5), UE, FTZ],
    ['PE', PE, MULPS, THIRD, THIRD, PE],
  ])('is #XM: %s. The flag is set, and the destination stays', (_, flag, code, a, b, flags, control = 0) => {
    const m = floatMachine();
    const mxcsr = (RESET & ~mask(flag)) | control;
    const xmm = [singles(ONE, a, ONE, ONE), singles(ONE, b, ONE, ONE)];
    const after = execute(m, code, { mxcsr, xmm });
    expect(after).toMatchObject({ fault: [XM, -1], mxcsr: mxcsr | flags, xmm0: hex(xmm[0]) });
    expect(m.stack(1)[0]).toBe(CODE);
    // The instruction can be repeated when the exception is masked.
    expect(execute(m, code, { mxcsr: RESET | control, xmm }).fault).toBeUndefined();
  });

  test('is #UD, if the system does not handle #XM', () => {
    const m = floatMachine();
    m.vcpu.setSpecialRegisters({ cr4: CR4.OSFXSR });
    const xmm = [singles(SNAN), singles(ONE)];
    const mxcsr = RESET & ~mask(IE);
    expect(execute(m, ADDPS, { mxcsr, xmm })).toMatchObject({ fault: [UD, -1], mxcsr: mxcsr | IE, xmm0: hex(xmm[0]) });
  });

  test('is raised by what sets its flag, not by the flag', () => {
    const m = floatMachine();
    const after = execute(m, ADDPS, { mxcsr: IE | DE | ZE | OE | UE | PE, xmm: [singles(ONE), singles(ONE)] });
    expect(after).toMatchObject({ fault: undefined, mxcsr: 0x3f });
  });

  test('of an operand lets the results of other elements report nothing', () => {
    const m = floatMachine();
    const xmm = [singles(SNAN, HUGE, THIRD, DENORMAL), singles(ONE, HUGE, THIRD, ONE)];
    const all = IE | DE | OE | PE;
    const report = (mxcsr: number): number => execute(m, MULPS, { mxcsr, xmm }).mxcsr & 0x3f;
    expect(report(RESET)).toBe(all);
    expect(report(RESET & ~mask(IE))).toBe(IE | DE);
    expect(report(RESET & ~mask(DE))).toBe(IE | DE);
    // One of a result hides nothing.
    expect(report(RESET & ~mask(OE))).toBe(all);
    expect(report(RESET & ~mask(PE))).toBe(all);
  });

  test('does not come from the upper elements of a scalar operation', () => {
    const m = floatMachine();
    const xmm = [singles(ONE, SNAN, SNAN, SNAN), singles(ONE, SNAN, DENORMAL, 0)];
    const after = execute(m, withRegisters('DIVSS', 'V,W', 0, 1), { mxcsr: 0, xmm });
    expect(after).toMatchObject({ fault: undefined, mxcsr: 0, xmm0: hex(xmm[0]) });
  });

  test('of a conversion or comparison leaves its destination, in registers and flags', () => {
    const m = floatMachine();
    const nan = { mxcsr: RESET & ~mask(IE), xmm: [singles(QNAN), singles(QNAN)] };
    m.set({ rax: 0x1234, rflags: 0x8d7 });
    for (const code of [
      withRegisters('CVTSS2SI', 'G,W', 0, 0),
      withRegisters('CVTTSS2SI', 'G,W', 0, 0),
      withRegisters('COMISS', 'V,W', 0, 1),
      withRegisters('CMPPS', 'V,W,I', 0, 1, 1),
      withRegisters('CVTPS2DQ', 'V,W', 0, 1),
      withRegisters('MINPS', 'V,W', 0, 1),
    ]) {
      const after = execute(m, code, nan);
      expect(after).toMatchObject({ fault: [XM, -1], xmm0: hex(nan.xmm[0]), mxcsr: nan.mxcsr | IE });
    }
    expect(m.get('rax')).toBe(0x1234);
    expect(m.stack(3)[2] & 0x8d5).toBe(0x8d5);
  });
});

describe('an exception that is masked', () => {
  test('sets its flag, and the instruction goes on', () => {
    const m = floatMachine();
    const run = (code: readonly number[], a: number, b: number, mxcsr = RESET): [string, number] => {
      const after = execute(m, code, { mxcsr, xmm: [singles(a), singles(b)] });
      expect(after.fault).toBeUndefined();
      return [after.xmm0.slice(-8), after.mxcsr & 0x3f];
    };
    const scalar = (name: string): number[] => withRegisters(name, 'V,W', 0, 1);
    expect(run(scalar('ADDSS'), SNAN, ONE)).toEqual(['7fc00001', IE]);
    expect(run(scalar('SUBSS'), 0x7f800000, 0x7f800000)).toEqual(['ffc00000', IE]);
    expect(run(scalar('DIVSS'), 0xbf800000, 0)).toEqual(['ff800000', ZE]);
    expect(run(scalar('ADDSS'), DENORMAL, ONE)).toEqual(['3f800000', DE | PE]);
    expect(run(scalar('MULSS'), HUGE, HUGE)).toEqual(['7f800000', OE | PE]);
    expect(run(scalar('MULSS'), HUGE, HUGE, RESET | ROUNDING.zero)).toEqual(['7f7fffff', OE | PE]);
    expect(run(scalar('MULSS'), TINY, THIRD)).toEqual(['002aaaab', UE | PE]);
    expect(run(scalar('MULSS'), TINY, THIRD, RESET | FTZ)).toEqual(['00000000', UE | PE]);
    expect(run(scalar('MULSS'), TINY, single(-0.5))).toEqual(['80400000', 0]);
    expect(run(scalar('MULSS'), TINY, single(-0.5), RESET | FTZ)).toEqual(['80000000', UE | PE]);
  });

  test('is reported once: PE stays set', () => {
    const m = floatMachine();
    const exact = [doubles(double(3)), doubles(double(5))];
    const inexact = [doubles(double(0.1)), doubles(double(0.1))];
    expect(execute(m, MULSD, { xmm: exact }).mxcsr).toBe(RESET);
    expect(execute(m, MULSD, { xmm: inexact }).mxcsr).toBe(RESET | PE);
    expect(execute(m, MULSD, { xmm: exact, mxcsr: RESET | PE }).mxcsr).toBe(RESET | PE);
  });
});

describe('what comes before any of that', () => {
  const unmasked = { mxcsr: 0, xmm: [singles(SNAN), singles(SNAN)] };
  const all = [
    ADDPS,
    MULSD,
    withRegisters('RCPPS', 'V,W', 0, 1),
    withRegisters('COMISD', 'V,W', 0, 1),
    withRegisters('CVTSI2SD', 'V,E', 0, 1),
    withRegisters('CVTPI2PS', 'V,Q', 0, 1),
    withRegisters('CVTPD2PI', 'P,W', 0, 1),
    withMemory('LDMXCSR', 'M', 2, OPERAND),
    withMemory('STMXCSR', 'M', 3, OPERAND),
    // A form with an operand in memory that it may not read.
    withMemory('ADDPS', 'V,W', 0, OPERAND + 1),
  ];

  test.each(all.map((code) => [code]))('#UD and #NM: %j', (code) => {
    const m = floatMachine();
    const { cr0 } = m.vcpu.getSpecialRegisters();
    const nothing = { mxcsr: 0, xmm0: hex(unmasked.xmm[0]) };
    m.vcpu.setSpecialRegisters({ cr0: cr0 | 8n });
    expect(execute(m, code, unmasked)).toMatchObject({ fault: [NM, -1], ...nothing });
    m.vcpu.setSpecialRegisters({ cr0: cr0 | 0xcn });
    expect(execute(m, code, unmasked)).toMatchObject({ fault: [UD, -1], ...nothing });
    m.vcpu.setSpecialRegisters({ cr0: cr0 | 8n, cr4: CR4.OSXMMEXCPT });
    expect(execute(m, code, unmasked)).toMatchObject({ fault: [UD, -1], ...nothing });
  });

  test('#UD of instructions that a processor does not have', () => {
    const models = [
      ['pentium2', 'ADDPS', UD],
      ['pentium3', 'ADDPS', undefined],
      ['pentium3', 'ADDPD', UD],
      ['pentium3', 'CVTDQ2PS', UD],
      ['pentium4', 'ADDPD', undefined],
      ['pentium4', 'HADDPS', undefined],
    ] as const;
    for (const [model, name, fault] of models) {
      const m = floatMachine({ model });
      expect(execute(m, withRegisters(name, 'V,W', 0, 1)).fault?.[0], `${model} ${name}`).toBe(fault);
    }
  });

  test('#GP of a packed operand that is not aligned; scalar ones, and halves, need not be', () => {
    const m = floatMachine();
    const aligned = ['ADDPS', 'SQRTPD', 'RSQRTPS', 'CVTDQ2PS', 'CVTPD2PS', 'CVTTPD2DQ', 'HSUBPD', 'ADDSUBPS'];
    for (const name of aligned) {
      const code = withMemory(name, 'V,W', 0, OPERAND + 8);
      expect(execute(m, code, unmasked), name).toMatchObject({ fault: [GP, 0], mxcsr: 0 });
      expect(execute(m, withMemory(name, 'V,W', 0, OPERAND + 16)).fault, name).toBeUndefined();
    }
    for (const name of ['ADDSS', 'MULSD', 'RCPSS', 'CVTPS2PD', 'CVTDQ2PD', 'CVTSD2SS', 'UCOMISD']) {
      expect(execute(m, withMemory(name, 'V,W', 0, OPERAND + 3)).fault, name).toBeUndefined();
    }
    expect(execute(m, withMemory('CMPPD', 'V,W,I', 0, OPERAND + 8, 0)).fault).toEqual([GP, 0]);
    expect(execute(m, withMemory('CVTPD2PI', 'P,W', 0, OPERAND + 8)).fault).toEqual([GP, 0]);
    expect(execute(m, withMemory('CVTPS2PI', 'P,W', 0, OPERAND + 3)).fault).toBeUndefined();
  });

  test('a fault of the operand, so that MXCSR stays', () => {
    const m = floatMachine();
    const { ss } = m.vcpu.getSpecialRegisters();
    m.vcpu.setSpecialRegisters({ ss: { ...ss, limit: 0xfffff } });
    // addsd xmm0, ss:[ebx]
    m.set({ rbx: 0xffffc });
    const after = execute(m, [0x36, 0xf2, 0x0f, 0x58, 0x03], unmasked);
    expect(after).toMatchObject({ fault: [SS, 0], mxcsr: 0, xmm0: hex(unmasked.xmm[0]) });
  });
});
