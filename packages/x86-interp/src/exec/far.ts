import type { Cpu } from '../cpu/cpu.ts';
import { raise, VECTOR } from '../cpu/fault.ts';
import { nextIp } from '../cpu/ip.ts';
import { loadSegment } from '../cpu/load-segment.ts';
import { read16, read32 } from '../cpu/memory.ts';
import { MODE } from '../cpu/mode.ts';
import { loadRealSegment } from '../cpu/segment.ts';
import { SLOT } from '../cpu/state-layout.ts';
import { AUX, RECORD } from '../decode/record.ts';
import { checkTarget } from './control.ts';
import { callFarProtected, jumpFarProtected } from './far-protected.ts';
import { probePushes, pushReturn } from './far-pushes.ts';
import { type Flow, type Handler, JUMP, NEXT } from './handler.ts';
import { effectiveAddress, immediate, partAddress, segmentOf, setReg16, setReg32 } from './operand.ts';
import { peekSize, returnFarProtected } from './return-protected.ts';
import { moveStack } from './stack.ts';

type Sizes = readonly [Handler, Handler, Handler];

const CS_NUMBER = 1;

function go(cpu: Cpu, selector: number, target: number): Flow {
  loadRealSegment(cpu, CS_NUMBER, selector);
  cpu.state[SLOT.RIP] = target;
  return JUMP;
}

/** MOV CS and POP CS of the 8086: execution goes on behind the instruction, in the new segment. */
export function jumpToSegment(cpu: Cpu, rec: number, selector: number): 1 {
  const ip = nextIp(cpu, rec) & 0xffff;
  loadRealSegment(cpu, CS_NUMBER, selector);
  cpu.state[SLOT.RIP] = ip;
  return JUMP;
}

function jumpFar(cpu: Cpu, rec: number, selector: number, target: number): Flow {
  if (cpu.mode === MODE.PROTECTED) return jumpFarProtected(cpu, selector, target, nextIp(cpu, rec));
  checkTarget(cpu, target);
  return go(cpu, selector, target);
}

function callFar(cpu: Cpu, rec: number, selector: number, target: number): Flow {
  const next = nextIp(cpu, rec);
  const size = (cpu.cache.code[rec + RECORD.AUX] & AUX.OPERAND32) !== 0 ? 4 : 2;
  if (cpu.mode === MODE.PROTECTED) return callFarProtected(cpu, selector, target, next, size);
  checkTarget(cpu, target);
  probePushes(cpu, 2, size);
  pushReturn(cpu, next, size);
  return go(cpu, selector, target);
}

function pointerSelector(cpu: Cpu, rec: number): number {
  return cpu.cache.code[rec + RECORD.AUX] & AUX.IMM2;
}

// A far pointer in memory: the offset, then the selector.
function memoryOffset(cpu: Cpu, rec: number): number {
  const wide = (cpu.cache.code[rec + RECORD.AUX] & AUX.OPERAND32) !== 0;
  const offset = effectiveAddress(cpu, rec);
  return wide ? read32(cpu, segmentOf(cpu, rec), offset) : read16(cpu, segmentOf(cpu, rec), offset);
}

function memorySelector(cpu: Cpu, rec: number): number {
  const size = (cpu.cache.code[rec + RECORD.AUX] & AUX.OPERAND32) !== 0 ? 4 : 2;
  return read16(cpu, segmentOf(cpu, rec), partAddress(cpu, rec, size));
}

const jumpFarMemory: Handler = (cpu, rec) => {
  const target = memoryOffset(cpu, rec);
  return jumpFar(cpu, rec, memorySelector(cpu, rec), target);
};
const callFarMemory: Handler = (cpu, rec) => {
  const target = memoryOffset(cpu, rec);
  return callFar(cpu, rec, memorySelector(cpu, rec), target);
};

function returnFar(cpu: Cpu, rec: number, size: number): Flow {
  if (cpu.mode === MODE.PROTECTED) return returnFarProtected(cpu, size, immediate(cpu, rec));
  const target = peekSize(cpu, size, 0);
  const selector = peekSize(cpu, size, 1) & 0xffff;
  checkTarget(cpu, target);
  moveStack(cpu, 2 * size + immediate(cpu, rec));
  return go(cpu, selector, target);
}

const retf: Handler = (cpu, rec) => returnFar(cpu, rec, 2);
const retf32: Handler = (cpu, rec) => returnFar(cpu, rec, 4);

// LES and its like load a segment register and a general one, or fault before both.
function loadPointer(number: number): Sizes {
  const load: Handler = (cpu, rec) => {
    const offset = memoryOffset(cpu, rec);
    loadSegment(cpu, number, memorySelector(cpu, rec));
    setReg16(cpu, rec, offset);
    return NEXT;
  };
  const load32: Handler = (cpu, rec) => {
    const offset = memoryOffset(cpu, rec);
    loadSegment(cpu, number, memorySelector(cpu, rec));
    setReg32(cpu, rec, offset);
    return NEXT;
  };
  return [load, load, load32];
}

const jumpFarImmediate: Handler = (cpu, rec) => jumpFar(cpu, rec, pointerSelector(cpu, rec), immediate(cpu, rec));
const callFarImmediate: Handler = (cpu, rec) => callFar(cpu, rec, pointerSelector(cpu, rec), immediate(cpu, rec));

const bound: Handler = (cpu, rec) => {
  const index = (cpu.view.getUint16(cpu.cache.code[rec + RECORD.REG], true) << 16) >> 16;
  const lower = (memoryOffset(cpu, rec) << 16) >> 16;
  const upper = (memorySelector(cpu, rec) << 16) >> 16;
  if (index < lower || index > upper) raise(cpu, VECTOR.BR);
  return NEXT;
};
const bound32: Handler = (cpu, rec) => {
  const index = cpu.view.getInt32(cpu.cache.code[rec + RECORD.REG], true);
  const lower = read32(cpu, segmentOf(cpu, rec), effectiveAddress(cpu, rec));
  const upper = read32(cpu, segmentOf(cpu, rec), partAddress(cpu, rec, 4));
  if (index < lower || index > upper) raise(cpu, VECTOR.BR);
  return NEXT;
};

function all(handler: Handler): Sizes {
  return [handler, handler, handler];
}

/** Far transfers of control, and what else uses far pointers in memory. */
export const FAR: Record<string, Sizes> = {
  'JMPF A': all(jumpFarImmediate),
  'JMPF M': all(jumpFarMemory),
  'CALLF A': all(callFarImmediate),
  'CALLF M': all(callFarMemory),
  RETF: [retf, retf, retf32],
  LES: loadPointer(0),
  LDS: loadPointer(3),
  LSS: loadPointer(2),
  LFS: loadPointer(4),
  LGS: loadPointer(5),
  'BOUND G,M': [bound, bound, bound32],
};
