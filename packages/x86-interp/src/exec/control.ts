import type { Cpu } from '../cpu/cpu.ts';
import { raise, VECTOR } from '../cpu/fault.ts';
import { condition } from '../cpu/flags.ts';
import { currentIp, nextIp } from '../cpu/ip.ts';
import { MODEL } from '../cpu/models.ts';
import { CS, REG, SEG, SLOT } from '../cpu/state-layout.ts';
import { AUX, RECORD } from '../decode/record.ts';
import { type Flow, type Handler, JUMP, NEXT } from './handler.ts';
import { immediate, load16, load32 } from './operand.ts';
import { moveStack, peek16, peek32, push16, push32 } from './stack.ts';

type Sizes = readonly [Handler, Handler, Handler];

/** Goes to `ip`, after the check against the limit of the code segment. @param ip an int32 */
function jumpTo(cpu: Cpu, ip: number): Flow {
  checkTarget(cpu, ip);
  cpu.state[SLOT.RIP] = ip;
  return JUMP;
}

/** Raises #GP if `ip` is beyond the limit of the code segment. */
export function checkTarget(cpu: Cpu, ip: number): void {
  if (ip >>> 0 > cpu.u32[CS + SEG.LIMIT] && cpu.model >= MODEL.I80286) raise(cpu, VECTOR.GP);
}

// The target of a relative jump, cut to the operand size.
function target16(cpu: Cpu, rec: number): number {
  return (currentIp(cpu) + immediate(cpu, rec)) & 0xffff;
}

function target32(cpu: Cpu, rec: number): number {
  return (currentIp(cpu) + immediate(cpu, rec)) | 0;
}

const jump: Handler = (cpu, rec) => jumpTo(cpu, target16(cpu, rec));
const jump32: Handler = (cpu, rec) => jumpTo(cpu, target32(cpu, rec));
const jumpRm: Handler = (cpu, rec) => jumpTo(cpu, load16(cpu, rec));
const jumpRm32: Handler = (cpu, rec) => jumpTo(cpu, load32(cpu, rec));

function conditionOf(cpu: Cpu, rec: number): boolean {
  return condition(cpu, cpu.cache.code[rec + RECORD.AUX] & 15);
}

const jcc: Handler = (cpu, rec) => (conditionOf(cpu, rec) ? jump(cpu, rec) : NEXT);
const jcc32: Handler = (cpu, rec) => (conditionOf(cpu, rec) ? jump32(cpu, rec) : NEXT);

function call16(cpu: Cpu, rec: number, target: number): Flow {
  checkTarget(cpu, target);
  push16(cpu, nextIp(cpu, rec));
  cpu.state[SLOT.RIP] = target;
  return JUMP;
}

function call32(cpu: Cpu, rec: number, target: number): Flow {
  checkTarget(cpu, target);
  push32(cpu, nextIp(cpu, rec));
  cpu.state[SLOT.RIP] = target;
  return JUMP;
}

const call: Handler = (cpu, rec) => call16(cpu, rec, target16(cpu, rec));
const callWide: Handler = (cpu, rec) => call32(cpu, rec, target32(cpu, rec));
const callRm: Handler = (cpu, rec) => call16(cpu, rec, load16(cpu, rec));
const callRm32: Handler = (cpu, rec) => call32(cpu, rec, load32(cpu, rec));

const ret: Handler = (cpu, rec) => {
  const target = peek16(cpu, 0);
  checkTarget(cpu, target);
  moveStack(cpu, 2 + immediate(cpu, rec));
  cpu.state[SLOT.RIP] = target;
  return JUMP;
};
const ret32: Handler = (cpu, rec) => {
  const target = peek32(cpu, 0);
  checkTarget(cpu, target);
  moveStack(cpu, 4 + immediate(cpu, rec));
  cpu.state[SLOT.RIP] = target;
  return JUMP;
};

// The loops count in CX, or in ECX with 32-bit addresses.
function countDown(cpu: Cpu, rec: number): boolean {
  if ((cpu.cache.code[rec + RECORD.AUX] & AUX.ADDRESS32) !== 0) return cpu.state[REG.CX * 2] - 1 !== 0;
  return ((cpu.u16[REG.CX * 4] - 1) & 0xffff) !== 0;
}

function storeCount(cpu: Cpu, rec: number): void {
  if ((cpu.cache.code[rec + RECORD.AUX] & AUX.ADDRESS32) !== 0) cpu.state[REG.CX * 2] -= 1;
  else cpu.u16[REG.CX * 4] -= 1;
}

function loopIf(test: (cpu: Cpu) => boolean): Sizes {
  const loop = (to: Handler): Handler => {
    return (cpu, rec) => {
      // A jump beyond the limit leaves CX as it was.
      const flow = countDown(cpu, rec) && test(cpu) ? to(cpu, rec) : NEXT;
      storeCount(cpu, rec);
      return flow;
    };
  };
  return [loop(jump), loop(jump), loop(jump32)];
}

function isZero(cpu: Cpu): boolean {
  return cpu.state[SLOT.LF_ZERO] === 0;
}

function countIsZero(cpu: Cpu, rec: number): boolean {
  const wide = (cpu.cache.code[rec + RECORD.AUX] & AUX.ADDRESS32) !== 0;
  return (wide ? cpu.state[REG.CX * 2] : cpu.u16[REG.CX * 4]) === 0;
}

const jcxz: Handler = (cpu, rec) => (countIsZero(cpu, rec) ? jump(cpu, rec) : NEXT);
const jcxz32: Handler = (cpu, rec) => (countIsZero(cpu, rec) ? jump32(cpu, rec) : NEXT);

/** Near transfers of control. */
export const CONTROL: Record<string, Sizes> = {
  'JMP J': [jump, jump, jump32],
  'JMP E': [jumpRm, jumpRm, jumpRm32],
  'Jcc J': [jcc, jcc, jcc32],
  'CALL J': [call, call, callWide],
  'CALL E': [callRm, callRm, callRm32],
  RET: [ret, ret, ret32],
  LOOP: loopIf(() => true),
  LOOPE: loopIf(isZero),
  LOOPNE: loopIf((cpu) => !isZero(cpu)),
  JCXZ: [jcxz, jcxz, jcxz32],
};
