import type { Cpu } from '../cpu/cpu.ts';
import { raise, VECTOR } from '../cpu/fault.ts';
import { overflow } from '../cpu/flags.ts';
import { currentIp, nextIp } from '../cpu/ip.ts';
import { MODE } from '../cpu/mode.ts';
import { MODEL } from '../cpu/models.ts';
import { type Flow, type Handler, JUMP, NEXT } from './handler.ts';
import { debugInterrupt, interruptDue, softwareException, softwareInterrupt } from './interrupt.ts';
import { immediate } from './operand.ts';
import { iopl } from './privilege.ts';
import { interruptVirtual, isRedirected } from './virtual-if.ts';

function enterException(cpu: Cpu, vector: number, next: number): Flow {
  softwareException(cpu, vector, next);
  return JUMP;
}

// INT n alone heeds IOPL in virtual-8086 mode.
const int: Handler = (cpu, rec) => {
  const vector = immediate(cpu, rec);
  const next = nextIp(cpu, rec);
  if (cpu.mode === MODE.V86) {
    if (isRedirected(cpu, vector)) {
      interruptDue(cpu, vector, next, 'software');
      return interruptVirtual(cpu, vector, next);
    }
    if (iopl(cpu) < 3) raise(cpu, VECTOR.GP);
  }
  softwareInterrupt(cpu, vector, next);
  return JUMP;
};
const int3: Handler = (cpu, rec) => enterException(cpu, VECTOR.BP, nextIp(cpu, rec));
const into: Handler = (cpu, rec) => (overflow(cpu) !== 0 ? enterException(cpu, VECTOR.OF, nextIp(cpu, rec)) : NEXT);

const int1: Handler = (cpu, rec) => {
  debugInterrupt(cpu, nextIp(cpu, rec));
  return JUMP;
};

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
  UD0: undefinedOpcode,
  UD1: undefinedOpcode,
  UD2: undefinedOpcode,
  // There is no system management mode to return from.
  RSM: undefinedOpcode,
};
