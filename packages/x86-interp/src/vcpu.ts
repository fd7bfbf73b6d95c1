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
import { checkBudget } from './budget.ts';
import { checkBoolean, checkInteger, wrong } from './check-argument.ts';
import { countersOf, type InterpCounters } from './counters.ts';
import { checkAlive } from './cpu/alive.ts';
import { checkRegisters, checkSpecialRegisters } from './cpu/check-registers.ts';
import type { Cpu } from './cpu/cpu.ts';
import { HostBreakpoints } from './cpu/host-breakpoints.ts';
import { lookAtEvents } from './cpu/pace.ts';
import { arenaOffset } from './cpu/physical.ts';
import { getRegisters, getSpecialRegisters, setRegisters, setSpecialRegisters } from './cpu/registers.ts';
import { resetCpu } from './cpu/reset.ts';
import { hasA20, maskOf, restoreCpu, snapshotCpu } from './cpu/snapshot.ts';
import { differencesOf } from './cpu/snapshot-differences.ts';
import { ATTR, CS, SEG, SLOT } from './cpu/state-layout.ts';
import { setTimeStampTo, timeStampOf } from './cpu/time-stamp.ts';
import { flushTlb } from './cpu/tlb.ts';
import { peekTranslate } from './cpu/translate.ts';
import type { CpuEvents } from './cpu-events.ts';
import { instructionsOf } from './exec/events.ts';
import { deliverInterrupt } from './exec/interrupt.ts';
import { run } from './exec/run.ts';
import { guarded } from './guarded.ts';
import { Hooks } from './hooks.ts';
import type { InterpVcpu } from './interp-vcpu.ts';
import { wholeTicks } from './whole-ticks.ts';

/** Bytes of code that tell a jump to itself. */
const SELF_JUMP_BYTES = 7;
const LAST_VECTOR = 255;
const LAST_LINEAR = 2 ** 32 - 1;
/** Long enough for any machine that has other work to do. */
const STEP: RunBudget = { instructions: 1, nanoseconds: 1e9 };

/** The vCPU: a shell around the CPU's state and its functions. */
export class X86Interpreter implements InterpVcpu {
  readonly id: number;
  readonly cpuModel: string;
  readonly #cpu: Cpu;
  readonly #onDispose: () => void;
  readonly #hooks: Hooks;
  #released = false;
  /** How many instructions there were when the CPU was given back. */
  #lastCount = 0;
  #ferr: ((active: boolean) => void) | undefined;
  #ticks: (() => number) | undefined;
  #apicBase: ((value: bigint) => void) | undefined;

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
    return this.#released ? this.#lastCount : instructionsOf(this.#cpu);
  }

  get a20(): boolean {
    return hasA20(this.#cpu);
  }

  set a20(enabled: boolean) {
    this.checkAlive('a20');
    checkBoolean('a20', enabled);
    this.#cpu.addressMask = maskOf(this.#cpu, enabled);
    flushTlb(this.#cpu);
    this.#look();
  }

  get ferr(): ((active: boolean) => void) | undefined {
    return this.#ferr;
  }

  set ferr(callback: ((active: boolean) => void) | undefined) {
    this.checkAlive('ferr');
    if (callback !== undefined && typeof callback !== 'function')
      throw wrong('ferr', 'a function or undefined', callback);
    const cpu = this.#cpu;
    this.#ferr = callback;
    cpu.ferr = callback && ((active) => guarded(cpu, 'the callback of FERR#', () => callback(active)));
  }

  get timeStampTicks(): (() => number) | undefined {
    return this.#ticks;
  }

  set timeStampTicks(callback: (() => number) | undefined) {
    this.checkAlive('timeStampTicks');
    if (callback !== undefined && typeof callback !== 'function')
      throw wrong('timeStampTicks', 'a function or undefined', callback);
    const cpu = this.#cpu;
    const value = timeStampOf(cpu);
    this.#ticks = callback;
    cpu.ticks = callback && (() => wholeTicks(cpu, callback));
    setTimeStampTo(cpu, value);
  }

  get apicBase(): ((value: bigint) => void) | undefined {
    return this.#apicBase;
  }

  set apicBase(callback: ((value: bigint) => void) | undefined) {
    this.checkAlive('apicBase');
    if (callback !== undefined && typeof callback !== 'function')
      throw wrong('apicBase', 'a function or undefined', callback);
    const cpu = this.#cpu;
    this.#apicBase = callback;
    cpu.apicBase = callback && ((value) => guarded(cpu, 'the callback of IA32_APIC_BASE', () => callback(value)));
  }

  get ignne(): boolean {
    return this.#cpu.ignne;
  }

  set ignne(active: boolean) {
    this.checkAlive('ignne');
    checkBoolean('ignne', active);
    this.#cpu.ignne = active;
  }

  run(budget: RunBudget): InterpExit {
    this.checkStopped('run');
    checkBudget(budget, ['instructions', 'nanoseconds']);
    if (budget.nanoseconds === undefined) throw wrong('run(): nanoseconds', 'given', undefined);
    return this.enter(budget);
  }

  step(): InterpExit {
    this.checkStopped('step');
    this.#cpu.breakpoints?.pass();
    return this.enter(STEP);
  }

  /** Runs, and gives the CPU back behind that if it was disposed meanwhile. */
  protected enter(budget: RunBudget): InterpExit {
    try {
      return run(this.#cpu, budget);
    } finally {
      if (this.#cpu.disposed) this.#release();
    }
  }

  on<E extends keyof CpuEvents>(event: E, hook: (event: CpuEvents[E]) => void): Disposable {
    this.checkAlive('on');
    return this.#hooks.on(event, hook);
  }

  get breakpoints(): Breakpoints {
    this.#cpu.breakpoints ??= new HostBreakpoints(this.#cpu);
    return this.#cpu.breakpoints;
  }

  counters(): InterpCounters {
    this.checkAlive('counters');
    return countersOf(this.#cpu);
  }

  kick(): void {
    this.checkAlive('kick');
    this.#cpu.kicked = true;
    this.#look();
  }

  requestInterruptWindow(wanted: boolean): void {
    this.checkAlive('requestInterruptWindow');
    checkBoolean('requestInterruptWindow(): wanted', wanted);
    this.#cpu.windowWanted = wanted;
    if (wanted) this.#look();
  }

  injectInterrupt(vector: number): void {
    this.checkStopped('injectInterrupt');
    checkInteger('injectInterrupt(): vector', vector, LAST_VECTOR);
    const cpu = this.#cpu;
    deliverInterrupt(cpu, vector, cpu.state[SLOT.RIP]);
  }

  nmi(): void {
    this.checkAlive('nmi');
    this.#cpu.nmiPending = true;
    this.#look();
  }

  reset(): void {
    this.checkStopped('reset');
    resetCpu(this.#cpu);
    this.#look();
  }

  isStuck(interruptsPossible: boolean): boolean {
    this.checkAlive('isStuck');
    const { state } = this.#cpu;
    if (interruptsPossible && (state[SLOT.FLAGS] & RFLAGS.IF) !== 0) return false;
    if ((state[SLOT.FLAGS] & RFLAGS.TF) !== 0) return false;
    const wide = (state[CS + SEG.ATTRIBUTES] & ATTR.DB) !== 0;
    return isSelfJump(this.#codeBytes(), wide ? 32 : 16);
  }

  dump(): X86Dump {
    this.checkAlive('dump');
    const dump = dumpX86(this.getRegisters(), this.getSpecialRegisters());
    // Where the code is with paging, as far as anything is there.
    const codeAddress = this.#physical(this.#linear(Number(BigInt.asIntN(32, dump.registers.rip))));
    return { ...dump, codeAddress };
  }

  translate(address: number | bigint): number | undefined {
    this.checkAlive('translate');
    const linear = typeof address === 'bigint' ? Number(address) : address;
    checkInteger('translate(): address', linear, LAST_LINEAR);
    return this.#physical(linear | 0);
  }

  #physical(linear: number): number | undefined {
    const at = peekTranslate(this.#cpu, linear);
    return at < 0 ? undefined : at;
  }

  getRegisters(): X86Registers {
    this.checkAlive('getRegisters');
    return getRegisters(this.#cpu);
  }

  setRegisters(registers: Partial<X86Registers>): void {
    this.#checkChangeable('setRegisters');
    setRegisters(this.#cpu, checkRegisters(this.#cpu.processor, registers));
    this.#look();
  }

  getSpecialRegisters(): X86SpecialRegisters {
    this.checkAlive('getSpecialRegisters');
    return getSpecialRegisters(this.#cpu);
  }

  setSpecialRegisters(registers: Partial<X86SpecialRegisters>): void {
    this.#checkChangeable('setSpecialRegisters');
    setSpecialRegisters(this.#cpu, checkSpecialRegisters(this.#cpu.processor, registers));
    this.#look();
  }

  snapshot(): X86VcpuState {
    this.checkStopped('snapshot');
    return snapshotCpu(this.#cpu);
  }

  differences(state: VcpuState): readonly SnapshotDifference[] {
    this.checkAlive('differences');
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
    const cpu = this.#cpu;
    if (cpu.disposed) return;
    cpu.disposed = true;
    if (cpu.inRun) {
      cpu.kicked = true;
      this.#look();
    } else this.#release();
  }

  #release(): void {
    if (this.#released) return;
    this.#lastCount = this.instructions;
    this.#released = true;
    this.#onDispose();
  }

  /** Whether it was given back, or will be when the run that is under way ends. */
  protected get disposed(): boolean {
    return this.#cpu.disposed;
  }

  /** @throws VmError `ERR_VM_DISPOSED` */
  protected checkAlive(what: string): void {
    checkAlive(this.#cpu, what);
  }

  /** @throws VmError `ERR_VM_RUNNING` inside of `run`, `ERR_VM_DISPOSED` */
  protected checkStopped(what: string): void {
    this.checkAlive(what);
    if (!this.#cpu.inRun) return;
    throw new VmError(
      'ERR_VM_RUNNING',
      `${what}() was called while the vCPU runs: kick() ends the run, and then it can be called`,
    );
  }

  // Of all that is called from inside an instruction, only the answer to OUT comes when nothing of it is left to do.
  #checkChangeable(what: string): void {
    const { inOut, hooksInside } = this.#cpu;
    if (inOut && hooksInside === 0) this.checkAlive(what);
    else this.checkStopped(what);
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
