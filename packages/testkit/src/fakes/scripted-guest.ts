import {
  type Accelerator,
  type AcceleratorVm,
  EXIT_REASONS,
  type ExitReason,
  type InterruptController,
  type Supports,
} from '@picovm/core';
import { type GuestProgram, ScriptedVcpu } from './scripted-vcpu.ts';

/** What `scriptedGuest` takes beside the program. */
export interface ScriptedGuestOptions {
  /** Whether it counts instructions, as a `VirtualClock` needs. Default true. */
  readonly instructionCount?: boolean;
  /** An interrupt controller of its own. Default: none. */
  readonly irq?: InterruptController;
}

/**
 * An accelerator whose guest is a generator function: for tests of machines and devices that need no machine code.
 *
 * ```ts
 * const accelerator = scriptedGuest(function* (cpu) {
 *   cpu.out(0x3f8, 0x41);
 *   yield;
 *   yield cpu.halt();
 * });
 * const vm = new Vm({ accelerator, memory: [{ base: 0, size: 4096 }], devices: [uart16550()] });
 * ```
 */
export function scriptedGuest(program: GuestProgram, options: ScriptedGuestOptions = {}): Accelerator<ScriptedVcpu> {
  const supports: Supports = {
    arch: 'x86',
    modes: ['real'],
    instructionCount: options.instructionCount ?? true,
    maxVcpus: 1,
    readonlyMemory: true,
    exits: new Set(Object.keys(EXIT_REASONS) as ExitReason[]),
    hardware: false,
  };
  return {
    name: 'scripted',
    arenaBytes: 0,
    probe: async () => ({ available: true, supports }),
    createVm: ({ memory }): AcceleratorVm<ScriptedVcpu> => ({
      supports,
      irq: options.irq,
      mapMemory: () => ({ [Symbol.dispose]: () => {} }),
      createVcpu: (id, sink) => new ScriptedVcpu(id, sink, memory, program),
      dispose: () => {},
    }),
  };
}
