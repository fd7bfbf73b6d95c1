import { readFileSync } from 'node:fs';
import {
  type Accelerator,
  type DrivenClock,
  decodeSnapshot,
  encodeSnapshot,
  type RunResult,
  Vm,
  type VmSnapshot,
} from '@picovm/core';
import { enterRealMode, realModeSegment, type X86Vcpu } from '@picovm/core/x86';
import { accessesOf, type BusAccess } from './bus-access.ts';
import type { GuestCase, MemoryBytes } from './guest-case.ts';
import { readRegisters, setRegisters } from './registers.ts';
import { ScriptedBus } from './scripted-bus.ts';

/** Where images are loaded; their sources say `org` with the same number. */
export const LOAD_ADDRESS = 0x1000;
/** The stack grows down from here: the first word pushed lies below. */
export const STACK_TOP = 0x8000;
/** Every interrupt vector that a guest leaves alone leads into this page of HLTs, vector N to its N-th byte. */
export const TRAPS = { base: 0x400, length: 0x100 } as const;

const MEMORY = { base: 0, size: 0x10000 } as const;
const HLT = 0xf4;
/** No case takes longer, by far. */
export const TIMEOUT_MS = 10_000;

/** What was seen of a case. */
export interface Observed {
  readonly result: RunResult;
  readonly registers: ReturnType<typeof readRegisters>;
  /** Where the code segment begins. */
  readonly codeBase: number;
  /** The 64 KiB of memory. */
  readonly memory: Uint8Array;
  /** Number of bytes in the image. */
  readonly imageSize: number;
  /** All accesses as the exits showed them. */
  readonly bus: readonly BusAccess[];
  /** The accesses that reached the scripted device. */
  readonly scripted: readonly BusAccess[];
}

/** Runs a case on an accelerator. */
export async function runCase(guestCase: GuestCase, accelerator: Accelerator<X86Vcpu>): Promise<Observed> {
  using machine = new CaseMachine(guestCase, accelerator);
  machine.load();
  return machine.observe(await machine.vm.run({ timeoutMs: TIMEOUT_MS }));
}

/** The machine of a case. */
export class CaseMachine implements Disposable {
  readonly vm: Vm<X86Vcpu>;
  /** All accesses as the exits showed them. */
  readonly bus: BusAccess[] = [];
  readonly #case: GuestCase;
  readonly #script: ScriptedBus;
  #imageSize = 0;

  constructor(guestCase: GuestCase, accelerator: Accelerator<X86Vcpu>, clock?: DrivenClock) {
    const { machine = {}, expect } = guestCase;
    this.#case = guestCase;
    this.#script = new ScriptedBus(expect.bus ?? []);
    this.vm = new Vm({
      accelerator,
      memory: [MEMORY, ...(machine.memory ?? [])],
      devices: [this.#script, ...(machine.devices?.() ?? [])],
      clock,
    });
    machine.prepare?.(this.vm);
    this.vm.observe((exit) => this.bus.push(...accessesOf(exit)));
  }

  /** Puts the program into memory, and the CPU to its start. */
  load(): void {
    const { vm } = this;
    const { name, start = {} } = this.#case;
    const image = readFileSync(new URL(`../suite/${name}.bin`, import.meta.url));
    this.#imageSize = image.length;
    setTraps(vm);
    vm.memory.write(LOAD_ADDRESS, image);
    for (const [address, bytes] of start.memory ?? []) vm.memory.write(address, bytesOf(bytes));
    enterRealMode(vm.vcpu, start.entry ?? { segment: 0, offset: LOAD_ADDRESS });
    setRegisters(vm.vcpu, { sp: STACK_TOP, ...start.registers });
    const segments = Object.entries(start.segments ?? {});
    vm.vcpu.setSpecialRegisters(Object.fromEntries(segments.map(([name, value]) => [name, realModeSegment(value)])));
  }

  /** Goes on where another machine of the same case stands: by a snapshot of it, or by one that is made now. */
  continueFrom(other: CaseMachine, snapshot?: VmSnapshot): void {
    this.vm.restore(snapshot ?? decodeSnapshot(encodeSnapshot(other.vm.snapshot())));
    this.bus.push(...other.bus);
    this.#imageSize = other.#imageSize;
  }

  /** What is to be seen after the run that gave `result`. */
  observe(result: RunResult): Observed {
    return {
      result,
      registers: readRegisters(this.vm.vcpu),
      codeBase: Number(this.vm.vcpu.getSpecialRegisters().cs.base),
      memory: this.vm.memory.read(MEMORY.base, MEMORY.size),
      imageSize: this.#imageSize,
      bus: this.bus,
      scripted: this.#script.seen,
    };
  }

  [Symbol.dispose](): void {
    this.vm.dispose();
  }
}

/** The bytes of an entry of `memory`. */
export function bytesOf(bytes: MemoryBytes[1]): Uint8Array {
  return typeof bytes === 'string' ? new TextEncoder().encode(bytes) : Uint8Array.from(bytes);
}

// A guest that runs into an exception which it does not expect stops at once, at an address that names the vector.
function setTraps(vm: Vm<X86Vcpu>): void {
  vm.memory.write(TRAPS.base, new Uint8Array(TRAPS.length).fill(HLT));
  for (let vector = 0; vector < 256; vector++) vm.memory.writeU32(vector * 4, TRAPS.base + vector);
}
