import type { ControlExit, IrqWindowExit, KickedExit, RunBudget, ShutdownExit, SliceEndExit } from '@picovm/core';
import { CR0, RFLAGS } from '@picovm/core/x86';
import type { Cpu } from '../cpu/cpu.ts';
import { FAULT, VECTOR } from '../cpu/fault.ts';
import { currentIp } from '../cpu/ip.ts';
import { MODEL } from '../cpu/models.ts';
import { SLOT } from '../cpu/state-layout.ts';
import { SCRATCH } from '../decode/code-cache.ts';
import { instructionsOf } from './events.ts';
import { execute } from './execute.ts';
import { deliverException, faultIp } from './interrupt.ts';
import { protectedModeExit } from './system.ts';

const SLICE_END: SliceEndExit = Object.freeze({ reason: 'slice-end' });
const KICKED: KickedExit = Object.freeze({ reason: 'kicked' });
const IRQ_WINDOW: IrqWindowExit = Object.freeze({ reason: 'irq-window' });
const SHUTDOWN: ShutdownExit = Object.freeze({ reason: 'shutdown' });

/** Instructions between two looks at the clock: 20 to 60 µs. */
const CHUNK = 4096;
/** DR6.BS: a single-step trap. */
const DR6_BS = 0x4000;

/** Runs the CPU until there is an exit, or the budget is used up. */
export function run(cpu: Cpu, budget: RunBudget): ControlExit {
  if ((cpu.state[SLOT.CR0] & CR0.PE) !== 0) return protectedModeExit();
  const end = budget.instructions === undefined ? Number.POSITIVE_INFINITY : instructionsOf(cpu) + budget.instructions;
  const timed = budget.nanoseconds !== Number.POSITIVE_INFINITY;
  const deadline = timed ? performance.now() + budget.nanoseconds / 1e6 : 0;
  cpu.cache.prepare();
  for (let first = true; ; first = false) {
    const exit = event(cpu);
    if (exit !== undefined) return exit;
    const left = end - instructionsOf(cpu);
    if (left <= 0 || (!first && timed && performance.now() >= deadline)) return SLICE_END;
    runChunk(cpu, Math.min(CHUNK, left));
  }
}

// What is due between two instructions.
function event(cpu: Cpu): ControlExit | undefined {
  if (cpu.pendingExit !== undefined) {
    const exit = cpu.pendingExit;
    cpu.pendingExit = undefined;
    return exit;
  }
  if (cpu.pendingException !== null || cpu.pendingInterrupt !== null) deliverPending(cpu);
  if (cpu.shutdown) return SHUTDOWN;
  if (cpu.kicked) {
    cpu.kicked = false;
    return KICKED;
  }
  if (cpu.windowWanted && (cpu.state[SLOT.FLAGS] & RFLAGS.IF) !== 0 && !inShadow(cpu)) return IRQ_WINDOW;
  return undefined;
}

function deliverPending(cpu: Cpu): void {
  const { pendingException, pendingInterrupt, state } = cpu;
  cpu.pendingException = null;
  cpu.pendingInterrupt = null;
  if (pendingException !== null) deliverException(cpu, pendingException.vector, state[SLOT.RIP]);
  if (pendingInterrupt !== null && !cpu.shutdown) deliverException(cpu, pendingInterrupt, state[SLOT.RIP]);
}

function inShadow(cpu: Cpu): boolean {
  return cpu.shadowAt === instructionsOf(cpu);
}

function runChunk(cpu: Cpu, count: number): void {
  const { state } = cpu;
  const stepping = (state[SLOT.FLAGS] & RFLAGS.TF) !== 0;
  const shadowed = inShadow(cpu);
  const chunk = stepping || (shadowed && cpu.windowWanted) ? 1 : count;
  cpu.target = instructionsOf(cpu) + chunk;
  state[SLOT.LEFT] = chunk;
  cpu.delivered = false;
  cpu.trapInside = false;
  const before = instructionsOf(cpu);
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
  if (stepping && !cpu.delivered) afterStep(cpu, before);
}

// A faulting instruction counts as one, so that a guest whose fault handler faults cannot run for ever.
function deliverFault(cpu: Cpu): void {
  const { state } = cpu;
  const pc = state[SLOT.PC];
  // Where the CPU is found if it shuts down.
  state[SLOT.RIP] = currentIp(cpu);
  const rec = cpu.cache.code[pc] !== 0 ? pc : SCRATCH;
  deliverException(cpu, cpu.faultVector, faultIp(cpu, rec));
  state[SLOT.LEFT]--;
}

// The single-step trap comes after an instruction that began with TF set, or after a round of REP; not behind MOV SS.
function afterStep(cpu: Cpu, before: number): void {
  const { state } = cpu;
  const ended = instructionsOf(cpu) !== before || cpu.trapInside;
  if (!ended || (inShadow(cpu) && cpu.shadowSs) || cpu.shutdown) return;
  if (cpu.pendingExit?.reason === 'halt') cpu.pendingExit = undefined;
  if (cpu.model >= MODEL.I80386) state[SLOT.DR + 12] |= DR6_BS;
  deliverException(cpu, VECTOR.DB, state[SLOT.RIP]);
}
