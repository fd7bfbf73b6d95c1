import type { Cpu } from '../cpu/cpu.ts';
import { SLOT } from '../cpu/state-layout.ts';
import { RECORD } from '../decode/record.ts';
import * as alu from './alu.ts';
import { done, type Handler, NEXT } from './handler.ts';
import {
  immediate,
  load8,
  load16,
  load32,
  modify8,
  modify16,
  modify32,
  reg8,
  reg16,
  reg32,
  setReg8,
  setReg16,
  setReg32,
} from './operand.ts';

type Sizes<T> = readonly [T, T, T];
/** Handlers by name, for 8, 16 and 32 bits. */
type Group = Record<string, Sizes<Handler>>;

// dst op= src, for each shape of operands.
function binary(name: string, [f8, f16, f32]: Sizes<alu.Binary>): Group {
  return {
    [`${name} E,G`]: [
      (cpu, rec) => done(modify8(cpu, rec, f8, reg8(cpu, rec))),
      (cpu, rec) => done(modify16(cpu, rec, f16, reg16(cpu, rec))),
      (cpu, rec) => done(modify32(cpu, rec, f32, reg32(cpu, rec))),
    ],
    [`${name} E,I`]: [
      (cpu, rec) => done(modify8(cpu, rec, f8, immediate(cpu, rec))),
      (cpu, rec) => done(modify16(cpu, rec, f16, immediate(cpu, rec))),
      (cpu, rec) => done(modify32(cpu, rec, f32, immediate(cpu, rec))),
    ],
    [`${name} G,E`]: [
      (cpu, rec) => done(setReg8(cpu, rec, f8(cpu, reg8(cpu, rec), load8(cpu, rec)))),
      (cpu, rec) => done(setReg16(cpu, rec, f16(cpu, reg16(cpu, rec), load16(cpu, rec)))),
      (cpu, rec) => done(setReg32(cpu, rec, f32(cpu, reg32(cpu, rec), load32(cpu, rec)))),
    ],
  };
}

// Only the flags.
function compare(name: string, [f8, f16, f32]: Sizes<alu.Binary>): Group {
  return {
    [`${name} E,G`]: [
      (cpu, rec) => done(f8(cpu, load8(cpu, rec), reg8(cpu, rec))),
      (cpu, rec) => done(f16(cpu, load16(cpu, rec), reg16(cpu, rec))),
      (cpu, rec) => done(f32(cpu, load32(cpu, rec), reg32(cpu, rec))),
    ],
    [`${name} E,I`]: [
      (cpu, rec) => done(f8(cpu, load8(cpu, rec), immediate(cpu, rec))),
      (cpu, rec) => done(f16(cpu, load16(cpu, rec), immediate(cpu, rec))),
      (cpu, rec) => done(f32(cpu, load32(cpu, rec), immediate(cpu, rec))),
    ],
    [`${name} G,E`]: [
      (cpu, rec) => done(f8(cpu, reg8(cpu, rec), load8(cpu, rec))),
      (cpu, rec) => done(f16(cpu, reg16(cpu, rec), load16(cpu, rec))),
      (cpu, rec) => done(f32(cpu, reg32(cpu, rec), load32(cpu, rec))),
    ],
  };
}

function unary(name: string, [f8, f16, f32]: Sizes<alu.Unary>): Group {
  return {
    [`${name} E`]: [
      (cpu, rec) => done(modify8(cpu, rec, f8, 0)),
      (cpu, rec) => done(modify16(cpu, rec, f16, 0)),
      (cpu, rec) => done(modify32(cpu, rec, f32, 0)),
    ],
  };
}

// The old destination goes into the source register, unless they are one.
function exchangeAdd(sizes: Sizes<alu.Binary>): Sizes<Handler> {
  const [f8, f16, f32] = sizes.map((add) => (cpu: Cpu, a: number, b: number) => {
    cpu.temp = a;
    return add(cpu, a, b);
  });
  return [
    (cpu, rec) => {
      modify8(cpu, rec, f8, reg8(cpu, rec));
      if (!sameRegister(cpu, rec)) setReg8(cpu, rec, cpu.temp);
      return NEXT;
    },
    (cpu, rec) => {
      modify16(cpu, rec, f16, reg16(cpu, rec));
      if (!sameRegister(cpu, rec)) setReg16(cpu, rec, cpu.temp);
      return NEXT;
    },
    (cpu, rec) => {
      modify32(cpu, rec, f32, reg32(cpu, rec));
      if (!sameRegister(cpu, rec)) setReg32(cpu, rec, cpu.temp);
      return NEXT;
    },
  ];
}

function sameRegister(cpu: Cpu, rec: number): boolean {
  const { code } = cpu.cache;
  return code[rec + RECORD.RM] === code[rec + RECORD.REG];
}

// The destination is written in any case: with the source, or with what it was.
const compareExchange: Sizes<Handler> = [
  (cpu, rec) => {
    modify8(cpu, rec, exchangeIfEqual8, reg8(cpu, rec));
    if (!isZero(cpu)) cpu.u8[0] = cpu.temp;
    return NEXT;
  },
  (cpu, rec) => {
    modify16(cpu, rec, exchangeIfEqual16, reg16(cpu, rec));
    if (!isZero(cpu)) cpu.u16[0] = cpu.temp;
    return NEXT;
  },
  (cpu, rec) => {
    modify32(cpu, rec, exchangeIfEqual32, reg32(cpu, rec));
    if (!isZero(cpu)) cpu.state[0] = cpu.temp;
    return NEXT;
  },
];

function exchangeIfEqual8(cpu: Cpu, a: number, b: number): number {
  cpu.temp = a;
  return alu.sub8(cpu, cpu.u8[0], a) === 0 ? b : a;
}

function exchangeIfEqual16(cpu: Cpu, a: number, b: number): number {
  cpu.temp = a;
  return alu.sub16(cpu, cpu.u16[0], a) === 0 ? b : a;
}

function exchangeIfEqual32(cpu: Cpu, a: number, b: number): number {
  cpu.temp = a;
  return alu.sub32(cpu, cpu.state[0], a) === 0 ? b : a;
}

function isZero(cpu: Cpu): boolean {
  return cpu.state[SLOT.LF_ZERO] === 0;
}

/** Integer arithmetic and logic, except for shifts, multiplication and division. */
export const ARITHMETIC: Group = {
  ...binary('ADD', [alu.add8, alu.add16, alu.add32]),
  ...binary('OR', [alu.or8, alu.or16, alu.or32]),
  ...binary('ADC', [alu.adc8, alu.adc16, alu.adc32]),
  ...binary('SBB', [alu.sbb8, alu.sbb16, alu.sbb32]),
  ...binary('AND', [alu.and8, alu.and16, alu.and32]),
  ...binary('SUB', [alu.sub8, alu.sub16, alu.sub32]),
  ...binary('XOR', [alu.xor8, alu.xor16, alu.xor32]),
  ...compare('CMP', [alu.sub8, alu.sub16, alu.sub32]),
  ...compare('TEST', [alu.and8, alu.and16, alu.and32]),
  ...unary('INC', [alu.inc8, alu.inc16, alu.inc32]),
  ...unary('DEC', [alu.dec8, alu.dec16, alu.dec32]),
  ...unary('NEG', [alu.neg8, alu.neg16, alu.neg32]),
  ...unary('NOT', [(_, a) => ~a & 0xff, (_, a) => ~a & 0xffff, (_, a) => ~a]),
  XADD: exchangeAdd([alu.add8, alu.add16, alu.add32]),
  CMPXCHG: compareExchange,
};
