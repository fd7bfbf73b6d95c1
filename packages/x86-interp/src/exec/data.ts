import type { Cpu } from '../cpu/cpu.ts';
import { raise, VECTOR } from '../cpu/fault.ts';
import { condition } from '../cpu/flags.ts';
import { read8 } from '../cpu/memory.ts';
import { MODEL } from '../cpu/models.ts';
import { selectorOf } from '../cpu/segment.ts';
import { REG } from '../cpu/state-layout.ts';
import { AUX, RECORD } from '../decode/record.ts';
import { done, type Handler, NEXT } from './handler.ts';
import {
  effectiveAddress,
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
  segmentOf,
  setReg8,
  setReg16,
  setReg32,
  store8,
  store16,
  store32,
} from './operand.ts';
import { loadSegmentRegister } from './push-pop.ts';
import { swap32 } from './swapped-move.ts';

type Sizes = readonly [Handler, Handler, Handler];

function all(handler: Handler): Sizes {
  return [handler, handler, handler];
}

// XCHG: the register gets what the other operand was, as the last step, because a write may fault.
function replace(cpu: Cpu, a: number, b: number): number {
  cpu.temp = a;
  return b;
}

const exchange: Sizes = [
  (cpu, rec) => {
    modify8(cpu, rec, replace, reg8(cpu, rec));
    setReg8(cpu, rec, cpu.temp);
    return NEXT;
  },
  (cpu, rec) => {
    modify16(cpu, rec, replace, reg16(cpu, rec));
    setReg16(cpu, rec, cpu.temp);
    return NEXT;
  },
  (cpu, rec) => {
    modify32(cpu, rec, replace, reg32(cpu, rec));
    setReg32(cpu, rec, cpu.temp);
    return NEXT;
  },
];

const moveFromSegment: Handler = (cpu, rec) => {
  store16(cpu, rec, selectorOf(cpu, cpu.cache.code[rec + RECORD.REG]));
  return NEXT;
};
// Memory gets 16 bits in any case, a 32-bit register all.
const moveFromSegment32: Handler = (cpu, rec) => {
  const selector = selectorOf(cpu, cpu.cache.code[rec + RECORD.REG]);
  if (cpu.cache.code[rec + RECORD.RM] >= 0) store32(cpu, rec, selector);
  else store16(cpu, rec, selector);
  return NEXT;
};

const moveToSegment: Handler = (cpu, rec) => {
  const number = cpu.cache.code[rec + RECORD.REG];
  if (number === 1 && cpu.model !== MODEL.I8086) raise(cpu, VECTOR.UD);
  return loadSegmentRegister(cpu, rec, number, load16(cpu, rec));
};

const lea: Handler = (cpu, rec) => done(setReg16(cpu, rec, effectiveAddress(cpu, rec)));
const lea32: Handler = (cpu, rec) => done(setReg32(cpu, rec, effectiveAddress(cpu, rec)));

const xlat: Handler = (cpu, rec) => {
  const wide = (cpu.cache.code[rec + RECORD.AUX] & AUX.ADDRESS32) !== 0;
  const offset = cpu.state[REG.BX * 2] + cpu.u8[0];
  cpu.u8[0] = read8(cpu, segmentOf(cpu, rec), wide ? offset | 0 : offset & 0xffff);
  return NEXT;
};

const cbw: Handler = (cpu) => {
  cpu.u16[0] = (cpu.u8[0] << 24) >> 24;
  return NEXT;
};
const cwde: Handler = (cpu) => {
  cpu.state[0] = (cpu.u16[0] << 16) >> 16;
  return NEXT;
};
const cwd: Handler = (cpu) => {
  cpu.u16[REG.DX * 4] = (cpu.u16[0] << 16) >> 31;
  return NEXT;
};
const cdq: Handler = (cpu) => {
  cpu.state[REG.DX * 2] = cpu.state[0] >> 31;
  return NEXT;
};

const setcc: Handler = (cpu, rec) => {
  store8(cpu, rec, condition(cpu, cpu.cache.code[rec + RECORD.AUX] & 15) ? 1 : 0);
  return NEXT;
};

const swap: Handler = (cpu, rec) => done(store32(cpu, rec, swap32(load32(cpu, rec))));
// Undefined for 16 bits; the processors give 0.
const swap16: Handler = (cpu, rec) => done(store16(cpu, rec, 0));

/** Moves and conversions. */
export const DATA: Record<string, Sizes> = {
  'MOV E,G': [
    (cpu, rec) => done(store8(cpu, rec, reg8(cpu, rec))),
    (cpu, rec) => done(store16(cpu, rec, reg16(cpu, rec))),
    (cpu, rec) => done(store32(cpu, rec, reg32(cpu, rec))),
  ],
  'MOV G,E': [
    (cpu, rec) => done(setReg8(cpu, rec, load8(cpu, rec))),
    (cpu, rec) => done(setReg16(cpu, rec, load16(cpu, rec))),
    (cpu, rec) => done(setReg32(cpu, rec, load32(cpu, rec))),
  ],
  'MOV E,I': [
    (cpu, rec) => done(store8(cpu, rec, immediate(cpu, rec))),
    (cpu, rec) => done(store16(cpu, rec, immediate(cpu, rec))),
    (cpu, rec) => done(store32(cpu, rec, immediate(cpu, rec))),
  ],
  'MOV E,S': [moveFromSegment, moveFromSegment, moveFromSegment32],
  'MOV S,E': all(moveToSegment),
  'XCHG E,G': exchange,
  'LEA G,M': [lea, lea, lea32],
  'LEA G,E': all(lea),
  XLAT: all(xlat),
  'MOVZX Gv,Eb': [
    (cpu, rec) => done(setReg16(cpu, rec, load8(cpu, rec))),
    (cpu, rec) => done(setReg16(cpu, rec, load8(cpu, rec))),
    (cpu, rec) => done(setReg32(cpu, rec, load8(cpu, rec))),
  ],
  'MOVZX Gv,Ew': [
    (cpu, rec) => done(setReg16(cpu, rec, load16(cpu, rec))),
    (cpu, rec) => done(setReg16(cpu, rec, load16(cpu, rec))),
    (cpu, rec) => done(setReg32(cpu, rec, load16(cpu, rec))),
  ],
  'MOVSX Gv,Eb': [
    (cpu, rec) => done(setReg16(cpu, rec, (load8(cpu, rec) << 24) >> 24)),
    (cpu, rec) => done(setReg16(cpu, rec, (load8(cpu, rec) << 24) >> 24)),
    (cpu, rec) => done(setReg32(cpu, rec, (load8(cpu, rec) << 24) >> 24)),
  ],
  'MOVSX Gv,Ew': [
    (cpu, rec) => done(setReg16(cpu, rec, load16(cpu, rec))),
    (cpu, rec) => done(setReg16(cpu, rec, load16(cpu, rec))),
    (cpu, rec) => done(setReg32(cpu, rec, (load16(cpu, rec) << 16) >> 16)),
  ],
  CBW: [cbw, cbw, cwde],
  CWD: [cwd, cwd, cdq],
  SETcc: all(setcc),
  BSWAP: [swap16, swap16, swap],
};
