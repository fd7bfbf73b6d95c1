import { RFLAGS } from '@picovm/core/x86';
import type { Cpu } from '../cpu/cpu.ts';
import { isTss, readDescriptor, rplOf, selectorCode } from '../cpu/descriptor.ts';
import { raise, raiseCode, VECTOR } from '../cpu/fault.ts';
import { nextIp } from '../cpu/ip.ts';
import { MODE } from '../cpu/mode.ts';
import { lookAtEvents } from '../cpu/pace.ts';
import { loadRealSegment } from '../cpu/segment.ts';
import { REG, SEG, SLOT, TR } from '../cpu/state-layout.ts';
import { updateMode } from '../cpu/switch-mode.ts';
import { readSystem16 } from '../cpu/system-memory.ts';
import { requirePresent } from './code-segment.ts';
import { checkTarget } from './control.ts';
import { type Flow, type Handler, JUMP } from './handler.ts';
import { changeableFlags, loadFlags } from './load-flags.ts';
import { iopl } from './privilege.ts';
import { checkReturn, peekSize, returnOuter, returnSame } from './return-protected.ts';
import { moveStack } from './stack.ts';
import { switchTask, TASK_BY } from './task.ts';
import { canUseVif, iretVirtual } from './virtual-if.ts';

const CS_NUMBER = 1;
const LOW16 = 0xffff;
/** Bits of RFLAGS that an IRET outside protected mode leaves alone. */
const REAL_KEEPS = RFLAGS.VM | RFLAGS.VIF | RFLAGS.VIP;
const TABLE_INDICATOR = 4;

/** IRET (Intel SDM volume 2A). @param size of what it pops: 2 or 4 */
function interruptReturn(cpu: Cpu, rec: number, size: number): Flow {
  // Whatever becomes of it, a further NMI may come.
  cpu.nmiMasked = false;
  if (cpu.nmiPending) lookAtEvents(cpu);
  if (cpu.mode === MODE.REAL) return returnReal(cpu, size, ~REAL_KEEPS);
  if (cpu.mode === MODE.V86) {
    if (iopl(cpu) === 3) return returnReal(cpu, size, ~(REAL_KEEPS | RFLAGS.IOPL));
    if (size === 4 || !canUseVif(cpu)) raise(cpu, VECTOR.GP);
    return iretVirtual(cpu);
  }
  return (cpu.state[SLOT.FLAGS] & RFLAGS.NT) !== 0 ? returnToTask(cpu, nextIp(cpu, rec)) : returnProtected(cpu, size);
}

function returnReal(cpu: Cpu, size: number, mask: number): Flow {
  const target = peekSize(cpu, size, 0);
  const selector = peekSize(cpu, size, 1) & LOW16;
  const flags = peekSize(cpu, size, 2);
  checkTarget(cpu, target);
  moveStack(cpu, 3 * size);
  loadFlags(cpu, flags, size === 4 ? mask : mask & LOW16);
  loadRealSegment(cpu, CS_NUMBER, selector);
  cpu.state[SLOT.RIP] = target;
  return JUMP;
}

function returnProtected(cpu: Cpu, size: number): Flow {
  const offset = peekSize(cpu, size, 0);
  const selector = peekSize(cpu, size, 1) & LOW16;
  const flags = peekSize(cpu, size, 2);
  if (size === 4 && (flags & RFLAGS.VM) !== 0 && cpu.cpl === 0) return returnToV86(cpu, offset, selector, flags);
  const mask = changeableFlags(cpu) & (size === 4 ? -1 : LOW16);
  const target = checkReturn(cpu, selector);
  if (rplOf(selector) === cpu.cpl) {
    const flow = returnSame(cpu, target, offset, 3 * size);
    loadFlags(cpu, flags, mask);
    return flow;
  }
  const pointer = peekSize(cpu, size, 3);
  const stackSelector = peekSize(cpu, size, 4) & LOW16;
  return returnOuter(cpu, target, offset, stackSelector, pointer, () => loadFlags(cpu, flags, mask));
}

/** ES, DS, FS and GS, in the order in which they lie on the stack behind SS. */
const V86_SEGMENTS = [0, 3, 4, 5];
const SS_NUMBER = 2;

// To virtual-8086 mode: ESP, SS and the data segments follow on the stack (Intel SDM volume 3B, section 21.2.5).
function returnToV86(cpu: Cpu, offset: number, selector: number, flags: number): Flow {
  const esp = peekSize(cpu, 4, 3);
  const stack = peekSize(cpu, 4, 4) & LOW16;
  const data = V86_SEGMENTS.map((_, n) => peekSize(cpu, 4, 5 + n) & LOW16);
  if (offset >>> 0 > LOW16) raise(cpu, VECTOR.GP);
  loadFlags(cpu, flags, -1);
  updateMode(cpu);
  loadRealSegment(cpu, CS_NUMBER, selector);
  loadRealSegment(cpu, SS_NUMBER, stack);
  V86_SEGMENTS.forEach((number, n) => {
    loadRealSegment(cpu, number, data[n]);
  });
  cpu.state[REG.SP * 2] = esp;
  cpu.state[SLOT.RIP] = offset;
  return JUMP;
}

// NT is set: back to the task whose selector the TSS has.
function returnToTask(cpu: Cpu, next: number): Flow {
  const selector = readSystem16(cpu, cpu.state[TR + SEG.BASE]);
  const code = selectorCode(selector, 0);
  if ((selector & TABLE_INDICATOR) !== 0) raiseCode(cpu, VECTOR.TS, code);
  const tss = readDescriptor(cpu, selector, VECTOR.TS, 0);
  if (!isTss(cpu, tss, true)) raiseCode(cpu, VECTOR.TS, code);
  requirePresent(cpu, tss, 0);
  return switchTask(cpu, tss, TASK_BY.IRET, next, 0);
}

const iret: Handler = (cpu, rec) => interruptReturn(cpu, rec, 2);
const iret32: Handler = (cpu, rec) => interruptReturn(cpu, rec, 4);

/** Returns from interrupts. */
export const RETURNS: Record<string, readonly [Handler, Handler, Handler]> = { IRET: [iret, iret, iret32] };
