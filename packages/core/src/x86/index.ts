/// <reference lib="esnext.disposable" preserve="true" />
export { dumpX86 } from './dump.ts';
export { CR0, formatFlags, RFLAGS } from './flags.ts';
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
export { realModeSegment, resetRegisters, resetSpecialRegisters } from './reset-state.ts';
export { isSelfJump } from './self-jump.ts';
export type { X86Vcpu } from './vcpu.ts';
