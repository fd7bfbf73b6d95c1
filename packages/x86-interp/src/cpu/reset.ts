import { realModeSegment, resetFpu, resetRegisters, resetSpecialRegisters } from '@picovm/core/x86';
import type { Cpu } from './cpu.ts';
import { setFpu } from './fpu-state.ts';
import { addressMask, MODEL } from './models.ts';
import { resetMsrs } from './msrs.ts';
import { setRegisters, setSpecialRegisters } from './registers.ts';
import { SLOT } from './state-layout.ts';
import { setTimeStamp } from './time-stamp.ts';
import { flushTlb, watchesChanged } from './tlb.ts';

/** Bits 31 to 4 of DR6, and DR7, after RESET (Intel SDM volume 3A, table 10-1). */
const DR6 = 0xffff0ff0 | 0;
const DR7 = 0x400;

/** The state after the RESET pin. The instruction counter goes on. */
export function resetCpu(cpu: Cpu): void {
  const { state } = cpu;
  setRegisters(cpu, { ...resetRegisters(), rdx: BigInt(cpu.processor.cpuid.signature) });
  const special = resetSpecialRegisters();
  if (cpu.model < MODEL.I80386) {
    special.cr0 = 0n;
    special.apicBase = 0n;
  }
  if (cpu.model < MODEL.I80286) {
    // FFFF:0000 is the same address as F000:FFF0.
    special.cs = { ...realModeSegment(0xffff), type: 11 };
    setRegisters(cpu, { rip: 0n });
  }
  setSpecialRegisters(cpu, special);
  state.fill(0, SLOT.DR, SLOT.DR + 16);
  state[SLOT.DR + 12] = DR6;
  state[SLOT.DR + 14] = DR7;
  setFpu(cpu, resetFpu());
  state.fill(0, SLOT.TEST, SLOT.TEST + 8);
  setTimeStamp(cpu, 0, 0);
  resetMsrs(cpu);
  cpu.addressMask = addressMask(cpu.model);
  cpu.shadowAt = -1;
  cpu.pendingExit = undefined;
  cpu.breakpoints?.forget();
  cpu.ignne = false;
  cpu.shutdown = false;
  cpu.nmiPending = false;
  cpu.nmiMasked = false;
  cpu.faultAtRip = false;
  cpu.monitored = -1;
  cpu.debugTrap = 0;
  watchesChanged(cpu);
  cpu.pendingException = null;
  cpu.pendingInterrupt = null;
  flushTlb(cpu);
}
