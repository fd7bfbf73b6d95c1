import type { Cpu } from '../cpu/cpu.ts';
import { raise, VECTOR } from '../cpu/fault.ts';
import { loadSegment } from '../cpu/load-segment.ts';
import { read16, read32, write16, write32 } from '../cpu/memory.ts';
import { MODE } from '../cpu/mode.ts';
import { MODEL } from '../cpu/models.ts';
import { selectorOf } from '../cpu/segment.ts';
import { insideLimit } from '../cpu/segment-access.ts';
import { probeRead, probeWrite } from '../cpu/slow-memory.ts';
import { REG, SLOT, SS } from '../cpu/state-layout.ts';
import { AUX, RECORD } from '../decode/record.ts';
import { shadow } from './events.ts';
import { jumpToSegment } from './far.ts';
import { done, type Handler, NEXT } from './handler.ts';
import { immediate, load16, load32, store16, store32 } from './operand.ts';
import { moveStack, peek16, peek32, push16, push32, setStack, stackOffset } from './stack.ts';

type Sizes = readonly [Handler, Handler, Handler];

const ESP = REG.SP * 2;

const pushRm: Handler = (cpu, rec) => {
  // PUSH SP: the 8086 and 80186 push the new value.
  const isSp = cpu.model < MODEL.I80286 && cpu.cache.code[rec + RECORD.RM] === cpu.base + REG.SP * 8;
  push16(cpu, isSp ? stackOffset(cpu, -2) : load16(cpu, rec));
  return NEXT;
};
const pushRm32: Handler = (cpu, rec) => {
  push32(cpu, load32(cpu, rec));
  return NEXT;
};

// POP to memory: an address that uses ESP sees it incremented; a fault leaves it as it was, but for the 80286.
const popRm: Handler = (cpu, rec) => {
  const value = peek16(cpu, 0);
  const esp = cpu.state[ESP];
  moveStack(cpu, 2);
  storeOrUndo(cpu, rec, value, esp, store16);
  return NEXT;
};
const popRm32: Handler = (cpu, rec) => {
  const value = peek32(cpu, 0);
  const esp = cpu.state[ESP];
  moveStack(cpu, 4);
  storeOrUndo(cpu, rec, value, esp, store32);
  return NEXT;
};

function storeOrUndo(cpu: Cpu, rec: number, value: number, esp: number, store: typeof store16): void {
  try {
    store(cpu, rec, value);
  } catch (fault) {
    if (cpu.model !== MODEL.I80286) cpu.state[ESP] = esp;
    throw fault;
  }
}

const pushSegment: Handler = (cpu, rec) => {
  push16(cpu, selectorOf(cpu, cpu.cache.code[rec + RECORD.REG]));
  return NEXT;
};
// Of the 32 bits that are pushed, the processors write 16 and leave the others.
const pushSegment32: Handler = (cpu, rec) => {
  write16(cpu, SS, stackOffset(cpu, -4), selectorOf(cpu, cpu.cache.code[rec + RECORD.REG]));
  moveStack(cpu, -4);
  return NEXT;
};
const popSegment: Handler = (cpu, rec) => {
  return popSegmentSize(cpu, rec, 2);
};
const popSegment32: Handler = (cpu, rec) => {
  return popSegmentSize(cpu, rec, 4);
};

function popSegmentSize(cpu: Cpu, rec: number, size: number): 0 | 1 {
  const number = cpu.cache.code[rec + RECORD.REG];
  // POP SS moves the pointer of the stack that it leaves.
  const mask = cpu.state[SLOT.STACK_MASK];
  const flow = loadSegmentRegister(cpu, rec, number, peek16(cpu, 0));
  const esp = cpu.state[ESP];
  cpu.state[ESP] = (esp & ~mask) | ((esp + size) & mask);
  return flow;
}

/** MOV and POP to a segment register. POP CS and MOV CS exist on the 8086 alone, and are jumps. */
export function loadSegmentRegister(cpu: Cpu, rec: number, number: number, selector: number): 0 | 1 {
  if (number === 1) return jumpToSegment(cpu, rec, selector);
  loadSegment(cpu, number, selector);
  if (number === 2) shadow(cpu, true);
  // The 8086 lets no interrupt in after any of them.
  else if (cpu.model === MODEL.I8086) shadow(cpu, false);
  return NEXT;
}

const pusha: Handler = (cpu) => {
  const { u16 } = cpu;
  const sp = u16[REG.SP * 4];
  checkPushes(cpu, 2);
  for (let n = 0; n < 8; n++) {
    write16(cpu, SS, stackOffset(cpu, -2 * (n + 1)), n === REG.SP ? sp : u16[n * 4]);
  }
  moveStack(cpu, -16);
  return NEXT;
};
const pusha32: Handler = (cpu) => {
  checkPushes(cpu, 4);
  for (let n = 0; n < 8; n++) write32(cpu, SS, stackOffset(cpu, -4 * (n + 1)), cpu.state[n * 2]);
  moveStack(cpu, -32);
  return NEXT;
};

// In real mode the manual has #GP here, where a single push has #SS.
function checkPushes(cpu: Cpu, size: number): void {
  if (cpu.model < MODEL.I80286) return;
  for (let n = 1; n <= 8; n++) {
    const offset = stackOffset(cpu, -size * n);
    if (cpu.mode === MODE.REAL && !insideLimit(cpu, SS, offset, size)) raise(cpu, VECTOR.GP);
    probeWrite(cpu, SS, offset, size);
  }
}

function checkPops(cpu: Cpu, size: number): void {
  if (cpu.model < MODEL.I80286) return;
  for (let n = 0; n < 8; n++) probeRead(cpu, SS, stackOffset(cpu, size * n), size);
}

const popa: Handler = (cpu) => {
  checkPops(cpu, 2);
  for (let n = 7; n >= 0; n--) {
    const value = read16(cpu, SS, stackOffset(cpu, 2 * (7 - n)));
    if (n !== REG.SP) cpu.u16[n * 4] = value;
  }
  moveStack(cpu, 16);
  return NEXT;
};
const popa32: Handler = (cpu) => {
  checkPops(cpu, 4);
  for (let n = 7; n >= 0; n--) {
    const value = read32(cpu, SS, stackOffset(cpu, 4 * (7 - n)));
    if (n !== REG.SP) cpu.state[n * 2] = value;
  }
  moveStack(cpu, 32);
  return NEXT;
};

const MAX_LEVEL = 31;

const enter: Handler = (cpu, rec) => {
  const wide = (cpu.cache.code[rec + RECORD.AUX] & AUX.OPERAND32) !== 0;
  const size = wide ? 4 : 2;
  const level = cpu.cache.code[rec + RECORD.AUX] & MAX_LEVEL;
  const { state } = cpu;
  const bp = state[REG.BP * 2];
  const mask = state[SLOT.STACK_MASK];
  const frame = stackOffset(cpu, -size);
  const write = wide ? write32 : write16;
  // All that can fault comes before the registers change, in its order: the pushes, of which most copy from the frame before,
  // and a write to where the stack will end.
  for (let n = 0; n <= level; n++) {
    if (n > 0 && n < level) probeRead(cpu, SS, (bp - size * n) & mask, size);
    probeWrite(cpu, SS, stackOffset(cpu, -size * (n + 1)), size);
  }
  const pushes = level === 0 ? 1 : level + 1;
  const end = stackOffset(cpu, -size * pushes - immediate(cpu, rec));
  if (cpu.model >= MODEL.I80386) probeWrite(cpu, SS, end, size);
  write(cpu, SS, frame, bp);
  for (let n = 1; n < level; n++) {
    const from = (bp - size * n) & mask;
    write(cpu, SS, stackOffset(cpu, -size * (n + 1)), wide ? read32(cpu, SS, from) : read16(cpu, SS, from));
  }
  // What is pushed is ESP as it is then, whatever part of it the stack uses.
  if (level > 0) write(cpu, SS, stackOffset(cpu, -size * (level + 1)), (state[ESP] & ~mask) | frame);
  if (wide) state[REG.BP * 2] = (state[REG.BP * 2] & ~mask) | frame;
  else cpu.u16[REG.BP * 4] = frame;
  setStack(cpu, end);
  return NEXT;
};

const leave: Handler = (cpu) => {
  const frame = cpu.state[REG.BP * 2] & cpu.state[SLOT.STACK_MASK];
  cpu.u16[REG.BP * 4] = read16(cpu, SS, frame);
  setStack(cpu, frame + 2);
  return NEXT;
};
const leave32: Handler = (cpu) => {
  const frame = cpu.state[REG.BP * 2] & cpu.state[SLOT.STACK_MASK];
  cpu.state[REG.BP * 2] = read32(cpu, SS, frame);
  setStack(cpu, frame + 4);
  return NEXT;
};

const pushImmediate: Sizes = [
  (cpu, rec) => done(push16(cpu, immediate(cpu, rec))),
  (cpu, rec) => done(push16(cpu, immediate(cpu, rec))),
  (cpu, rec) => done(push32(cpu, immediate(cpu, rec))),
];

/** The stack, except for calls and returns. */
export const PUSH_POP: Record<string, Sizes> = {
  'PUSH E': [pushRm, pushRm, pushRm32],
  'POP E': [popRm, popRm, popRm32],
  'PUSH I': pushImmediate,
  'PUSH S': [pushSegment, pushSegment, pushSegment32],
  'POP S': [popSegment, popSegment, popSegment32],
  PUSHA: [pusha, pusha, pusha32],
  POPA: [popa, popa, popa32],
  ENTER: [enter, enter, enter],
  LEAVE: [leave, leave, leave32],
};
