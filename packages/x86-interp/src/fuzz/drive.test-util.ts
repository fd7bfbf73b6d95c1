import type { ControlExit } from '@picovm/core';
import type { Event } from './events.test-util.ts';
import { happen } from './events.test-util.ts';
import type { Guest } from './guest.test-util.ts';

/** How a guest is run. */
export interface Drive {
  /** Instructions in all. */
  readonly end: number;
  readonly events: readonly Event[];
  /** Instructions of one call of `run`. */
  readonly slice: number;
  /** Called before each call of `run`. */
  readonly before?: (guest: Guest) => void;
}

/** How it ended. */
export type Ending = 'done' | 'slow';

/** Calls of `run` in a row in which no instruction ends: exits that the driver answers by going on, and REP. */
const MAX_IDLE = 64;
const MAX_TURNS = 4;
/** Host time of one call of `run`: its budget, and what it may take beyond that, in milliseconds of this process. */
const CALL_MS = 50;
const GRACE_MS = 400;
const ASK_EVERY_MS = 50;
const NS_PER_MS = 1e6;

/**
 * Runs a guest to a number of instructions, and lets the events happen on the way.
 * @returns `slow` if a single instruction (REP with a large count) took all of the time
 * @throws Error if it hangs, or does what no guest can be allowed to do
 */
export function drive(guest: Guest, { end, events, slice, before }: Drive): Ending {
  const { vcpu } = guest;
  const first = vcpu.instructions;
  let next = events.findIndex(({ at }) => at >= first);
  if (next < 0) next = events.length;
  for (let idle = 0; vcpu.instructions < end; ) {
    const now = vcpu.instructions;
    while (next < events.length && events[next].at <= now) happen(guest, events[next++]);
    const to = Math.min(end, events[next]?.at ?? end, now + slice);
    before?.(guest);
    const exit = timedRun(guest, to - now);
    if (vcpu.instructions > to) throw new Error(`it ran ${vcpu.instructions - to} instructions beyond its budget`);
    idle = vcpu.instructions === now ? idle + 1 : 0;
    if (exit.reason === 'slice-end' && idle >= MAX_TURNS) return 'slow';
    if (idle > MAX_IDLE) throw new Error(`it stands at instruction ${now} with ${exit.reason}`);
    answer(guest, exit);
  }
  return 'done';
}

// Time is that of this process: a machine with other work to do makes no guest slow. It takes long to ask for, so that it is
// asked for now and then, and when a call took long by the clock.
let asked = { clock: 0, cpu: process.cpuUsage() };

function timedRun({ vcpu }: Guest, instructions: number): ControlExit {
  const began = performance.now();
  if (began - asked.clock > ASK_EVERY_MS) asked = { clock: began, cpu: process.cpuUsage() };
  const exit = vcpu.run({ instructions, nanoseconds: CALL_MS * NS_PER_MS }) as ControlExit;
  if (performance.now() - began > CALL_MS + GRACE_MS) {
    const { user, system } = process.cpuUsage(asked.cpu);
    const milliseconds = (user + system) / 1000 - ASK_EVERY_MS;
    if (milliseconds > CALL_MS + GRACE_MS) throw new Error(`a call of run took ${milliseconds} ms`);
  }
  return exit;
}

// What an exit is answered with depends on the guest alone.
function answer(guest: Guest, exit: ControlExit): void {
  const { vcpu } = guest;
  if (exit.reason !== 'slice-end' && exit.reason !== 'kicked') guest.answers++;
  const chance = Math.imul(guest.answers, 0x9e3779b1) >>> 8;
  switch (exit.reason) {
    case 'halt':
      if (exit.interruptsEnabled && chance % 4 !== 0) vcpu.injectInterrupt(chance % 256);
      else vcpu.nmi();
      return;
    case 'irq-window':
      vcpu.injectInterrupt(chance % 256);
      guest.wantWindow(chance % 3 === 0);
      return;
    case 'shutdown':
      guest.restart(chance);
      return;
    case 'internal-error':
      throw new Error('it ended in an internal error');
  }
}
