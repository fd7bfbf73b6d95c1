import { RFLAGS } from '@picovm/core/x86';
import type { Cpu } from '../cpu/cpu.ts';
import { FAULT, raise, VECTOR } from '../cpu/fault.ts';
import { overflow, readFlags } from '../cpu/flags.ts';
import { currentIp, nextIp } from '../cpu/ip.ts';
import { MODEL } from '../cpu/models.ts';
import { loadSegment, selectorOf } from '../cpu/segment.ts';
import { probeWrite, readLinear } from '../cpu/slow-memory.ts';
import { SLOT, SS } from '../cpu/state-layout.ts';
import { type Flow, type Handler, JUMP, NEXT } from './handler.ts';
import { immediate } from './operand.ts';
import { push16, stackOffset } from './stack.ts';

const CS_NUMBER = 1;
/** What an interrupt clears. */
const CLEARED = RFLAGS.IF | RFLAGS.TF | RFLAGS.RF | RFLAGS.AC;

/**
 * Enters the handler of a vector, as real mode does (Intel SDM volume 3B, section 21.1.4): FLAGS, CS and IP are pushed,
 * and CS:IP come from the vector table. A fault leaves everything as it was.
 * @param ip where the handler returns to
 */
function interrupt(cpu: Cpu, vector: number, ip: number): Flow {
  const { state } = cpu;
  if (vector * 4 + 3 > cpu.u32[SLOT.IDT_LIMIT]) raise(cpu, VECTOR.GP);
  for (let n = 1; n <= 3; n++) probeWrite(cpu, SS, stackOffset(cpu, -2 * n), 2);
  const entry = (state[SLOT.IDT_BASE] + vector * 4) | 0;
  const offset = readLinear(cpu, entry, 2);
  const selector = readLinear(cpu, (entry + 2) | 0, 2);
  push16(cpu, readFlags(cpu));
  push16(cpu, selectorOf(cpu, CS_NUMBER));
  push16(cpu, ip);
  state[SLOT.FLAGS] &= ~CLEARED;
  loadSegment(cpu, CS_NUMBER, selector);
  state[SLOT.RIP] = offset;
  cpu.delivered = true;
  return JUMP;
}

/**
 * Delivers an exception; one that happens meanwhile becomes a double fault, and a third shuts the CPU down (Intel SDM
 * volume 3A, section 6.15).
 */
export function deliverException(cpu: Cpu, vector: number, ip: number): void {
  let next = vector;
  for (let depth = 0; depth < 3; depth++) {
    try {
      interrupt(cpu, next, ip);
      return;
    } catch (fault) {
      if (fault !== FAULT) throw fault;
      next = VECTOR.DF;
    }
  }
  cpu.shutdown = true;
}

const int: Handler = (cpu, rec) => interrupt(cpu, immediate(cpu, rec), nextIp(cpu, rec));
const int3: Handler = (cpu, rec) => interrupt(cpu, VECTOR.BP, nextIp(cpu, rec));
const int1: Handler = (cpu, rec) => interrupt(cpu, VECTOR.DB, nextIp(cpu, rec));
const into: Handler = (cpu, rec) => (overflow(cpu) !== 0 ? interrupt(cpu, VECTOR.OF, nextIp(cpu, rec)) : NEXT);

/** Opcodes that are not defined. The 8086 does something for each; here they do nothing on it. */
export const undefinedOpcode: Handler = (cpu) => (cpu.model === MODEL.I8086 ? NEXT : raise(cpu, VECTOR.UD));

/** The IP that a fault reports: that of the instruction, but the 8086 has moved on when it finds a bad division. */
export function faultIp(cpu: Cpu, rec: number): number {
  return cpu.model === MODEL.I8086 && cpu.faultVector === VECTOR.DE ? nextIp(cpu, rec) : currentIp(cpu);
}

/** Software interrupts. */
export const INTERRUPTS: Record<string, Handler> = {
  'INT I': int,
  INT3: int3,
  INT1: int1,
  INTO: into,
  UD2: undefinedOpcode,
};
