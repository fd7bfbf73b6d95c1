import {
  type Accelerator,
  type AcceleratorVm,
  Arena,
  type ControlExit,
  GuestMemory,
  type MemoryRegionSpec,
  PAGE_SIZE,
  type RunBudget,
} from '@picovm/core';
import type { X86Registers, X86Vcpu } from '@picovm/core/x86';
import { checkEqual } from '../check.ts';
import { RAM, setUpGuest } from './guest-setup.ts';
import type { Program } from './programs.ts';
import { RecordingSink } from './recording-sink.ts';

/** Long enough for every program of the cases, on any accelerator. */
const LONG: RunBudget = { nanoseconds: 4e9, instructions: undefined };

/** One VM of the accelerator that is tested, with nothing of core's `Vm` around it: a vCPU, memory, and a sink. */
export class Bench implements Disposable {
  /** What the guest asked, and what it is answered. */
  readonly sink: RecordingSink = new RecordingSink();
  /** 64 KiB at 0, and what the case asked for. */
  readonly memory: GuestMemory;
  /** The accelerator's VM. */
  readonly vm: AcceleratorVm<X86Vcpu>;
  /** What keeps the regions visible, in the order of the regions. */
  readonly mappings: readonly Disposable[];
  /** The vCPU. */
  readonly vcpu: X86Vcpu;

  /** Makes the VM, and puts its vCPU before `program`, if one is given; else it is as the accelerator made it. */
  constructor(accelerator: Accelerator<X86Vcpu>, program?: Program, regions: readonly MemoryRegionSpec[] = []) {
    const specs = [RAM, ...regions];
    const ram = specs.reduce((sum, { size }) => sum + size, 0);
    const arena = new Arena(ram + accelerator.arenaBytes + PAGE_SIZE);
    this.memory = new GuestMemory(arena, specs);
    this.vm = accelerator.createVm({ arena, memory: this.memory });
    this.mappings = this.memory.regions.map((region) => this.vm.mapMemory(region));
    this.vcpu = this.vm.createVcpu(0, this.sink);
    if (program !== undefined) setUpGuest(this.vcpu, this.memory, program);
  }

  /** Enters the guest once. Fails if it leaves with an exit that the accelerator says it does not have. */
  run(budget: Partial<RunBudget> = {}): ControlExit {
    const exit = this.vcpu.run({ ...LONG, ...budget });
    checkEqual(
      this.vm.supports.exits.has(exit.reason),
      true,
      `supports.exits has '${exit.reason}', with which run returned`,
    );
    return exit;
  }

  /** Enters the guest, and fails if it leaves for another reason than a HLT. */
  runToHalt(): void {
    checkEqual(this.run().reason, 'halt', 'the exit');
  }

  /** Fails unless the registers named hold these values, of 32 bits each. */
  expectRegisters(expected: Readonly<Partial<Record<keyof X86Registers, number>>>): void {
    const registers = this.vcpu.getRegisters();
    for (const [name, value] of Object.entries(expected)) {
      const actual = Number(registers[name as keyof X86Registers] & 0xffffffffn);
      checkEqual(actual, value, name.replace(/^r/, 'e'));
    }
  }

  /** Fails unless exactly this moved between the guest and the outside. */
  expectTrace(...expected: readonly string[]): void {
    checkEqual(this.sink.trace, expected, 'what the sink saw');
  }

  [Symbol.dispose](): void {
    this.vcpu.dispose();
    for (const mapping of this.mappings) mapping[Symbol.dispose]();
    this.vm.dispose();
  }
}
