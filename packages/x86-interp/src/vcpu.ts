import { type RunBudget, type SnapshotDifference, snapshotMismatch, type VcpuState, VmError } from '@picovm/core';
import {
  dumpX86,
  isSelfJump,
  RFLAGS,
  readX86VcpuState,
  type X86Dump,
  type X86Registers,
  type X86SpecialRegisters,
  type X86VcpuState,
} from '@picovm/core/x86';
import type { Breakpoints, InterpExit } from './breakpoint.ts';
import { countersOf, type InterpCounters } from './counters.ts';
import type { Cpu } from './cpu/cpu.ts';
import { HostBreakpoints } from './cpu/host-breakpoints.ts';
import { lookAtEvents } from './cpu/pace.ts';
import { arenaOffset } from './cpu/physical.ts';
import { getRegisters, getSpecialRegisters, setRegisters, setSpecialRegisters } from './cpu/registers.ts';
import { resetCpu } from './cpu/reset.ts';
import { hasA20, maskOf, restoreCpu, snapshotCpu } from './cpu/snapshot.ts';
import { differencesOf } from './cpu/snapshot-differences.ts';
import { ATTR, CS, SEG, SLOT } from './cpu/state-layout.ts';
import { flushTlb } from './cpu/tlb.ts';
import { peekTranslate } from './cpu/translate.ts';
import type { CpuEvents } from './cpu-events.ts';
import { instructionsOf } from './exec/events.ts';
import { deliverInterrupt } from './exec/interrupt.ts';
import { run } from './exec/run.ts';
import { guarded } from './guarded.ts';
import { Hooks } from './hooks.ts';
import type { InterpVcpu } from './interp-vcpu.ts';

/** Bytes of code that tell a jump to itself. */
const SELF_JUMP_BYTES = 7;
const STEP: RunBudget = { instructions: 1, nanoseconds: 1e8 };

/** The vCPU: a shell around the CPU's state and its functions. */
export class X86Interpreter implements InterpVcpu {
  readonly id: number;
  readonly cpuModel: string;
  readonly #cpu: Cpu;
  readonly #onDispose: () => void;
  readonly #hooks: Hooks;
  #ferr: ((active: boolean) => void) | undefined;

  constructor(id: number, cpu: Cpu, onDispose: () => void) {
    this.id = id;
    this.cpuModel = cpu.processor.name;
    this.#cpu = cpu;
    this.#onDispose = onDispose;
    this.#hooks = new Hooks(cpu);
    this.sinkChanged();
    resetCpu(cpu);
  }

  get instructions(): number {
    return instructionsOf(this.#cpu);
  }

  get a20(): boolean {
    return hasA20(this.#cpu);
  }

  set a20(enabled: boolean) {
    this.#cpu.addressMask = maskOf(this.#cpu, enabled);
    flushTlb(this.#cpu);
    this.#look();
  }

  get ferr(): ((active: boolean) => void) | undefined {
    return this.#ferr;
  }

  set ferr(callback: ((active: boolean) => void) | undefined) {
    const cpu = this.#cpu;
    this.#ferr = callback;
    cpu.ferr = callback && ((active) => guarded(cpu, 'the callback of FERR#', () => callback(active)));
  }

  get ignne(): boolean {
    return this.#cpu.ignne;
  }

  set ignne(active: boolean) {
    this.#cpu.ignne = active;
  }

  run(budget: RunBudget): InterpExit {
    this.checkStopped('run');
    return run(this.#cpu, budget);
  }

  step(): InterpExit {
    this.checkStopped('step');
    this.#cpu.breakpoints?.pass();
    return run(this.#cpu, STEP);
  }

  on<E extends keyof CpuEvents>(event: E, hook: (event: CpuEvents[E]) => void): Disposable {
    return this.#hooks.on(event, hook);
  }

  get breakpoints(): Breakpoints {
    this.#cpu.breakpoints ??= new HostBreakpoints(this.#cpu);
    return this.#cpu.breakpoints;
  }

  counters(): InterpCounters {
    return countersOf(this.#cpu);
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
    deliverInterrupt(cpu, vector & 0xff, cpu.state[SLOT.RIP]);
  }

  nmi(): void {
    this.#cpu.nmiPending = true;
    this.#look();
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

  dump(): X86Dump {
    const dump = dumpX86(this.getRegisters(), this.getSpecialRegisters());
    // Where the code is with paging, as far as anything is there.
    const at = peekTranslate(this.#cpu, this.#linear(Number(BigInt.asIntN(32, dump.registers.rip))));
    return { ...dump, codeAddress: at < 0 ? undefined : at };
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

  snapshot(): X86VcpuState {
    this.checkStopped('snapshot');
    return snapshotCpu(this.#cpu);
  }

  differences(state: VcpuState): readonly SnapshotDifference[] {
    return differencesOf(this.#cpu, readX86VcpuState(state));
  }

  restore(state: VcpuState): void {
    this.checkStopped('restore');
    const wanted = readX86VcpuState(state);
    const differences = differencesOf(this.#cpu, wanted);
    if (differences.length > 0) throw snapshotMismatch(differences);
    restoreCpu(this.#cpu, wanted);
  }

  sinkChanged(): void {
    this.#cpu.asksCpuid = this.#cpu.sink.answersCpuid;
  }

  dispose(): void {
    this.#onDispose();
  }

  /** @throws VmError `ERR_VM_RUNNING` inside of `run` */
  protected checkStopped(what: string): void {
    if (this.#cpu.inRun) throw new VmError('ERR_VM_RUNNING', `${what}() was called while the vCPU runs`);
  }

  // A change from outside counts from the next instruction on.
  #look(): void {
    lookAtEvents(this.#cpu);
  }

  #linear(ip: number): number {
    return (this.#cpu.state[CS + SEG.BASE] + ip) | 0;
  }

  // The bytes at CS:IP as far as they are memory, with no side effect.
  #codeBytes(): Uint8Array {
    const cpu = this.#cpu;
    const bytes = new Uint8Array(SELF_JUMP_BYTES);
    for (let i = 0; i < bytes.length; i++) {
      const ip = (cpu.state[SLOT.RIP] + i) | 0;
      if (ip >>> 0 > cpu.u32[CS + SEG.LIMIT]) return bytes.subarray(0, i);
      const at = arenaOffset(cpu, peekTranslate(cpu, this.#linear(ip)));
      if (at < 0) return bytes.subarray(0, i);
      bytes[i] = cpu.mem[at];
    }
    return bytes;
  }
}
