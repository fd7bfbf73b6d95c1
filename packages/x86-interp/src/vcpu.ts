import type { ControlExit, RunBudget, VcpuDump } from '@picovm/core';
import { dumpX86, isSelfJump, RFLAGS, type X86Registers, type X86SpecialRegisters } from '@picovm/core/x86';
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
import type { InterpVcpu } from './interp-vcpu.ts';

/** Bytes of code that tell a jump to itself. */
const SELF_JUMP_BYTES = 7;
const A20 = 0x100000;
const STEP: RunBudget = { instructions: 1, nanoseconds: 1e8 };

/** The vCPU: a shell around the CPU's state and its functions. */
export class X86Interpreter implements InterpVcpu {
  readonly id: number;
  readonly cpuModel: CpuModel;
  readonly #cpu: Cpu;
  readonly #onDispose: () => void;

  constructor(id: number, cpu: Cpu, onDispose: () => void) {
    this.id = id;
    this.cpuModel = CPU_MODELS[cpu.model];
    this.#cpu = cpu;
    this.#onDispose = onDispose;
    this.sinkChanged();
    this.reset();
  }

  get instructions(): number {
    return instructionsOf(this.#cpu);
  }

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

  step(): ControlExit {
    return run(this.#cpu, STEP);
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
