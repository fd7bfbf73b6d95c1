import type { IrqWindowExit, KickedExit, RunBudget, ShutdownExit, SliceEndExit } from '@picovm/core';
import { RFLAGS } from '@picovm/core/x86';
import type { BreakpointExit, InterpExit } from '../breakpoint.ts';
import type { Cpu } from '../cpu/cpu.ts';
import { DR6_BITS, reportDebug } from '../cpu/debug-registers.ts';
import { FAULT, NO_FAULT, VECTOR } from '../cpu/fault.ts';
import { currentIp } from '../cpu/ip.ts';
import { MODEL } from '../cpu/models.ts';
import { SLOT } from '../cpu/state-layout.ts';
import { SCRATCH } from '../decode/code-cache.ts';
import { instructionsOf } from './events.ts';
import { execute } from './execute.ts';
import { deliverException, deliverInterrupt } from './interrupt.ts';
import { faultIp } from './software-interrupt.ts';
import { trainWhenDue } from './training.ts';
import { mustServeInterrupt } from './virtual-if.ts';

const SLICE_END: SliceEndExit = Object.freeze({ reason: 'slice-end' });
const KICKED: KickedExit = Object.freeze({ reason: 'kicked' });
const IRQ_WINDOW: IrqWindowExit = Object.freeze({ reason: 'irq-window' });
const SHUTDOWN: ShutdownExit = Object.freeze({ reason: 'shutdown' });

/** Instructions between two looks at the clock: 20 to 60 µs. */
const CHUNK = 4096;

/**
 * Runs the CPU until there is an exit, or the budget is used up.
 * @throws VmError `ERR_DEVICE` if a function of the user threw, between two instructions
 */
export function run(cpu: Cpu, budget: RunBudget): InterpExit {
  const end = budget.instructions === undefined ? Number.POSITIVE_INFINITY : instructionsOf(cpu) + budget.instructions;
  const timed = budget.nanoseconds !== Number.POSITIVE_INFINITY;
  const deadline = timed ? performance.now() + budget.nanoseconds / 1e6 : 0;
  cpu.cache.prepare();
  cpu.inRun = true;
  try {
    for (let first = true; ; first = false) {
      const exit = event(cpu);
      if (exit !== undefined) return exit;
      const before = instructionsOf(cpu);
      const left = end - before;
      if (left <= 0 || (!first && timed && performance.now() >= deadline)) return SLICE_END;
      runChunk(cpu, Math.min(CHUNK, left));
      trainWhenDue(cpu, instructionsOf(cpu) - before);
    }
  } finally {
    cpu.inRun = cpu.inOut = false;
  }
}

// What is due between two instructions.
function event(cpu: Cpu): InterpExit | undefined {
  const hit = hostEvent(cpu);
  if (hit !== undefined) return hit;
  if (cpu.pendingExit !== undefined) {
    const exit = cpu.pendingExit;
    cpu.pendingExit = undefined;
    return exit;
  }
  if (cpu.pendingException !== null || cpu.pendingInterrupt !== null) deliverPending(cpu);
  if (cpu.debugTrap !== 0) deliverTraps(cpu, 0);
  if (cpu.nmiPending && !cpu.nmiMasked && !inShadow(cpu) && !cpu.shutdown) deliverNmi(cpu);
  const delivering = hostEvent(cpu);
  if (delivering !== undefined) return delivering;
  if (cpu.shutdown) return SHUTDOWN;
  if (cpu.kicked) {
    cpu.kicked = false;
    return KICKED;
  }
  if (cpu.windowWanted && (cpu.state[SLOT.FLAGS] & RFLAGS.IF) !== 0 && !inShadow(cpu)) return IRQ_WINDOW;
  return undefined;
}

// What the host asked to be told.
function hostEvent(cpu: Cpu): BreakpointExit | undefined {
  const { failure } = cpu;
  if (failure !== undefined) {
    cpu.failure = undefined;
    throw failure;
  }
  return cpu.breakpoints?.takeExit();
}

function deliverPending(cpu: Cpu): void {
  const { pendingException, pendingInterrupt, state } = cpu;
  cpu.pendingException = null;
  cpu.pendingInterrupt = null;
  if (pendingException !== null) {
    deliverException(cpu, pendingException.vector, state[SLOT.RIP], pendingException.errorCode ?? -1);
  }
  if (pendingInterrupt !== null && !cpu.shutdown) deliverInterrupt(cpu, pendingInterrupt, state[SLOT.RIP]);
}

// Further ones wait for the IRET of its handler. If that is a task, it may begin with a trap.
function deliverNmi(cpu: Cpu): void {
  cpu.nmiPending = false;
  cpu.nmiMasked = true;
  deliverInterrupt(cpu, VECTOR.NMI, cpu.state[SLOT.RIP], 'nmi');
  if (cpu.debugTrap !== 0) deliverTraps(cpu, 0);
}

function inShadow(cpu: Cpu): boolean {
  return cpu.shadowAt === instructionsOf(cpu);
}

function runChunk(cpu: Cpu, count: number): void {
  const { state } = cpu;
  const stepping = (state[SLOT.FLAGS] & RFLAGS.TF) !== 0;
  const shadowed = inShadow(cpu);
  const waiting = shadowed && (cpu.windowWanted || cpu.nmiPending);
  const chunk = stepping || cpu.debugTrap !== 0 || waiting ? 1 : count;
  const before = instructionsOf(cpu);
  cpu.target = before + chunk;
  state[SLOT.LEFT] = chunk;
  cpu.delivered = false;
  cpu.trapInside = false;
  if (mustServeInterrupt(cpu)) {
    deliverException(cpu, VECTOR.GP, state[SLOT.RIP], 0);
    state[SLOT.LEFT]--;
    return;
  }
  // The instruction finds RF cleared (Intel SDM volume 3B, section 17.3.1.1).
  const resuming = (state[SLOT.FLAGS] & RFLAGS.RF) !== 0;
  cpu.resumedAt = resuming ? before : -1;
  if (resuming) state[SLOT.FLAGS] &= ~RFLAGS.RF;
  cpu.running = true;
  try {
    execute(cpu);
  } catch (fault) {
    if (fault !== FAULT) throw fault;
    deliverFault(cpu);
  } finally {
    cpu.running = false;
  }
  if (cpu.model < MODEL.I80386) state[SLOT.RIP] &= 0xffff;
  if (cpu.redirect !== undefined) {
    state[SLOT.RIP] = cpu.redirect;
    cpu.redirect = undefined;
  }
  // It has not begun, or is one that goes on.
  if (resuming && instructionsOf(cpu) === before) state[SLOT.FLAGS] |= RFLAGS.RF;
  const ended = instructionsOf(cpu) !== before || cpu.trapInside;
  const stepped = stepping && ended && !cpu.delivered;
  if (stepped || cpu.debugTrap !== 0) deliverTraps(cpu, stepped ? DR6_BITS.BS : 0);
}

// A faulting instruction counts as one, so that a guest whose fault handler faults cannot run for ever.
function deliverFault(cpu: Cpu): void {
  const { state } = cpu;
  if (cpu.faultVector === NO_FAULT) {
    state[SLOT.RIP] = currentIp(cpu);
    return;
  }
  const pc = state[SLOT.PC];
  const rec = cpu.cache.code[pc] !== 0 ? pc : SCRATCH;
  let ip = state[SLOT.RIP];
  if (!cpu.faultAtRip) {
    // Where the CPU is found if it shuts down.
    state[SLOT.RIP] = currentIp(cpu);
    ip = faultIp(cpu, rec);
  }
  cpu.debugTrap = 0;
  deliverException(cpu, cpu.faultVector, ip, cpu.faultCode);
  state[SLOT.LEFT]--;
}

// The single-step trap comes after an instruction that began with TF set, or after a round of REP. It, and those of
// breakpoints on data, wait for the instruction behind MOV SS. That of a task comes before its first instruction.
function deliverTraps(cpu: Cpu, step: number): void {
  const { state } = cpu;
  if ((inShadow(cpu) && cpu.shadowSs) || cpu.shutdown) return;
  const reasons = cpu.debugTrap | step;
  cpu.debugTrap = 0;
  if (cpu.pendingExit?.reason === 'halt') cpu.pendingExit = undefined;
  if (cpu.model >= MODEL.I80386) reportDebug(cpu, reasons);
  deliverException(cpu, VECTOR.DB, state[SLOT.RIP], -1);
}
