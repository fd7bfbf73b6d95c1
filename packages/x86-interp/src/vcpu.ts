import type { ControlExit, RunBudget, VcpuDump } from '@picovm/core';
import {
  dumpX86,
  isSelfJump,
  RFLAGS,
  type X86Registers,
  type X86SpecialRegisters,
  type X86Vcpu,
} from '@picovm/core/x86';
import type { Cpu } from './cpu/cpu.ts';
import { addressMask, CPU_MODELS, type CpuModel } from './cpu/models.ts';
import { getRegisters, getSpecialRegisters, setRegisters, setSpecialRegisters } from './cpu/registers.ts';
import { resetCpu } from './cpu/reset.ts';
import { lookAtEvents } from './cpu/slow-memory.ts';
import { ATTR, CS, SEG, SLOT } from './cpu/state-layout.ts';
import { flushTlb } from './cpu/tlb.ts';
import { arenaOffset, translate } from './cpu/translate.ts';
import { instructionsOf } from './exec/events.ts';
import { deliverException } from './exec/interrupt.ts';
import { run } from './exec/run.ts';

/** Bytes of code that tell a jump to itself. */
const SELF_JUMP_BYTES = 7;
const A20 = 0x100000;

/** A vCPU of the interpreter: what every x86 vCPU does, and what only an interpreter can. */
export class InterpVcpu implements X86Vcpu {
  readonly id: number;
  /** The processor that it is. */
  readonly cpuModel: CpuModel;
  readonly #cpu: Cpu;
  readonly #onDispose: () => void;

  /** Made by `createVcpu` of the accelerator's VM. */
  constructor(id: number, cpu: Cpu, onDispose: () => void) {
    this.id = id;
    this.cpuModel = CPU_MODELS[cpu.model];
    this.#cpu = cpu;
    this.#onDispose = onDispose;
    this.sinkChanged();
    this.reset();
  }

  /**
   * Instructions executed since the vCPU was made. Exact inside the calls of the sink too, where the current instruction
   * is not among them. An instruction that ends in a fault counts; a REP instruction counts once, when it is over.
   */
  get instructions(): number {
    return instructionsOf(this.#cpu);
  }

  /**
   * Whether address line A20 is driven. If not, bit 20 of physical addresses is 0, as on an IBM PC whose keyboard
   * controller says so. Always false for models with 20 address lines; true for others until it is set.
   */
  get a20(): boolean {
    return (this.#cpu.addressMask & A20) !== 0;
  }

  set a20(enabled: boolean) {
    const lines = addressMask(this.#cpu.model);
    this.#cpu.addressMask = enabled ? lines : lines & ~A20;
    flushTlb(this.#cpu);
    this.#look();
  }

  run(budget: RunBudget): ControlExit {
    return run(this.#cpu, budget);
  }

  /** Executes one instruction, or delivers one fault. */
  step(): ControlExit {
    return run(this.#cpu, { instructions: 1, nanoseconds: Number.POSITIVE_INFINITY });
  }

  kick(): void {
    this.#cpu.kicked = true;
    this.#look();
  }

  requestInterruptWindow(wanted: boolean): void {
    this.#cpu.windowWanted = wanted;
    if (wanted) this.#look();
  }

  injectInterrupt(vector: number): void {
    const cpu = this.#cpu;
    deliverException(cpu, vector & 0xff, cpu.state[SLOT.RIP]);
  }

  reset(): void {
    resetCpu(this.#cpu);
    this.#look();
  }

  isStuck(interruptsPossible: boolean): boolean {
    const { state } = this.#cpu;
    if (interruptsPossible && (state[SLOT.FLAGS] & RFLAGS.IF) !== 0) return false;
    if ((state[SLOT.FLAGS] & RFLAGS.TF) !== 0) return false;
    const wide = (state[CS + SEG.ATTRIBUTES] & ATTR.DB) !== 0;
    return isSelfJump(this.#codeBytes(), wide ? 32 : 16);
  }

  dump(): VcpuDump {
    return dumpX86(this.getRegisters(), this.getSpecialRegisters());
  }

  getRegisters(): X86Registers {
    return getRegisters(this.#cpu);
  }

  setRegisters(registers: Partial<X86Registers>): void {
    setRegisters(this.#cpu, registers);
    this.#look();
  }

  getSpecialRegisters(): X86SpecialRegisters {
    return getSpecialRegisters(this.#cpu);
  }

  setSpecialRegisters(registers: Partial<X86SpecialRegisters>): void {
    setSpecialRegisters(this.#cpu, registers);
    this.#look();
  }

  sinkChanged(): void {
    this.#cpu.asksCpuid = this.#cpu.sink.answersCpuid;
  }

  dispose(): void {
    this.#onDispose();
  }

  // A change from outside counts from the next instruction on.
  #look(): void {
    lookAtEvents(this.#cpu);
  }

  // The bytes at CS:IP as far as they are memory, with no side effect.
  #codeBytes(): Uint8Array {
    const cpu = this.#cpu;
    const bytes = new Uint8Array(SELF_JUMP_BYTES);
    for (let i = 0; i < bytes.length; i++) {
      const ip = (cpu.state[SLOT.RIP] + i) | 0;
      if (ip >>> 0 > cpu.u32[CS + SEG.LIMIT]) return bytes.subarray(0, i);
      const at = arenaOffset(cpu, translate(cpu, (cpu.state[CS + SEG.BASE] + ip) | 0));
      if (at < 0) return bytes.subarray(0, i);
      bytes[i] = cpu.mem[at];
    }
    return bytes;
  }
}
