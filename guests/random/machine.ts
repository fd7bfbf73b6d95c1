import { type Accelerator, type AcceleratorVm, Arena, type ControlExit, GuestMemory } from '@picovm/core';
import {
  enterRealMode,
  realModeSegment,
  X86_SEGMENTS,
  type X86Registers,
  type X86SpecialRegisters,
  type X86Vcpu,
} from '@picovm/core/x86';
import type { BusAccess } from '../harness/bus-access.ts';
import { RandomBus } from './bus.ts';
import { type Program, RAM_BYTES } from './layout.ts';

const SLICE_NS = 10e6;
const TIMEOUT_MS = 1000;

/** Where a machine stands, with all that a guest can tell. */
export interface State {
  /** The reason of the exit, with what belongs to it. */
  readonly exit: string;
  readonly registers: X86Registers;
  readonly special: X86SpecialRegisters;
  readonly memory: Uint8Array;
  readonly trace: readonly BusAccess[];
}

/** A vCPU with memory and a bus, and no devices: what random programs run on. */
export class Machine<V extends X86Vcpu = X86Vcpu> implements Disposable {
  readonly memory: GuestMemory;
  readonly bus: RandomBus = new RandomBus();
  readonly vcpu: V;
  readonly #vm: AcceleratorVm<V>;

  constructor(accelerator: Accelerator<V>) {
    const arena = new Arena(RAM_BYTES + accelerator.arenaBytes + 0x10000);
    this.memory = new GuestMemory(arena, [{ base: 0, size: RAM_BYTES }]);
    this.#vm = accelerator.createVm({ arena, memory: this.memory });
    for (const region of this.memory.regions) this.#vm.mapMemory(region);
    this.vcpu = this.#vm.createVcpu(0, this.bus);
  }

  /** Puts a program into memory, and the vCPU to its start. */
  load(image: Uint8Array, { patches, registers, selectors }: Omit<Program, 'steps' | 'seed'>): void {
    this.memory.write(0, image);
    for (const [address, byte] of patches) this.memory.writeU8(address, byte);
    enterRealMode(this.vcpu, { segment: selectors.cs, offset: Number(registers.rip) });
    this.vcpu.setRegisters(registers);
    const others = X86_SEGMENTS.filter((name) => name !== 'cs');
    this.vcpu.setSpecialRegisters(Object.fromEntries(others.map((name) => [name, realModeSegment(selectors[name])])));
    this.bus.clear();
  }

  /** Runs until something else happens than the end of a slice. */
  run(): State {
    const end = performance.now() + TIMEOUT_MS;
    for (;;) {
      const exit = this.vcpu.run({ nanoseconds: SLICE_NS, instructions: undefined });
      if (exit.reason !== 'slice-end' || performance.now() > end) return this.state(exit);
    }
  }

  /** Where it stands behind an exit. Memory is that of the machine, and no copy. */
  state(exit: ControlExit): State {
    return {
      exit: exitText(exit),
      registers: this.vcpu.getRegisters(),
      special: this.vcpu.getSpecialRegisters(),
      memory: this.memory.view(0, RAM_BYTES),
      trace: this.bus.trace,
    };
  }

  [Symbol.dispose](): void {
    this.vcpu.dispose();
    this.#vm.dispose();
  }
}

function exitText(exit: ControlExit): string {
  const { reason, ...rest } = exit;
  return [reason, ...Object.entries(rest).map(([name, value]) => `${name} ${value}`)].join(', ');
}
