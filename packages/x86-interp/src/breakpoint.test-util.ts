import type { BreakpointExit, BreakpointKind, InterpExit } from './index.ts';
import { machine, type TestMachine } from './machine.test-util.ts';

const NS = 1e9;

/** A machine in real mode with code, and a breakpoint. */
export function broken(code: readonly number[], kind: BreakpointKind, address: number, length?: number): TestMachine {
  const m = machine();
  m.load(code);
  m.vcpu.breakpoints.add({ kind, address, length });
  return m;
}

export function go(m: TestMachine, instructions?: number): InterpExit {
  return m.vcpu.run({ instructions, nanoseconds: NS });
}

/** Runs to the next breakpoint. */
export function hit(m: TestMachine): BreakpointExit {
  const exit = go(m);
  if (exit.reason !== 'debug') throw new Error(`it came to ${exit.reason}`);
  return exit;
}
