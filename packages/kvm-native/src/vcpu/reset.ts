import { noEvents, resetDebugRegisters, resetFpu, resetRegisters, resetSpecialRegisters } from '@picovm/core/x86';
import type { NativeVcpu } from '../native/addon.ts';
import type { RegsBuffer, SregsBuffer } from './registers.ts';
import { debugBytes, eventsBytes, xsaveBytes } from './structures.ts';

/**
 * Puts a vCPU into the state after RESET (Intel SDM volume 3A, table 10-1): registers, FPU, debug registers, and no
 * event on its way. Model-specific registers but EFER and the APIC base keep their values.
 */
export function resetVcpu(native: NativeVcpu, regs: RegsBuffer, sregs: SregsBuffer): void {
  native.setVcpuEvents(eventsBytes(noEvents()));
  sregs.bytes.fill(0);
  sregs.write(resetSpecialRegisters());
  native.setSregs(sregs.bytes);
  regs.write(resetRegisters());
  native.setRegs(regs.bytes);
  native.setXsave(xsaveBytes(resetFpu()));
  native.setDebugregs(debugBytes(resetDebugRegisters()));
}
