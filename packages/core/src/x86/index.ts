/// <reference lib="esnext.disposable" preserve="true" />
export { checkX86Registers, checkX86SpecialRegisters } from './check-registers.ts';
export { dumpX86, type X86Dump, type X86DumpRegister } from './dump.ts';
export { CR0, formatFlags, RFLAGS } from './flags.ts';
export { readX86VcpuState } from './read-vcpu-state.ts';
export { enterRealMode, type FarPointer, formatFarPointer } from './real-mode.ts';
export {
  X86_GPRS,
  X86_SEGMENTS,
  type X86DescriptorTable,
  type X86Registers,
  type X86Segment,
  type X86SegmentName,
  type X86SpecialRegisters,
} from './registers.ts';
export {
  noEvents,
  realModeSegment,
  resetDebugRegisters,
  resetFpu,
  resetRegisters,
  resetSpecialRegisters,
  resetXsave,
} from './reset-state.ts';
export { isSelfJump } from './self-jump.ts';
export type { X86Vcpu } from './vcpu.ts';
export {
  X86_DEBUG_REGISTERS,
  X86_STATE_VERSION,
  type X86DebugRegisters,
  type X86Events,
  type X86Exception,
  type X86FpuState,
  type X86Monitor,
  type X86Msr,
  type X86VcpuState,
  type X86XsaveComponent,
  type X86XsaveState,
} from './vcpu-state.ts';
