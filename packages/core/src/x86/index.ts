/// <reference lib="esnext.disposable" preserve="true" />
export { checkX86Registers, checkX86SpecialRegisters } from './check-registers.ts';
export { dumpX86, type X86Dump, type X86DumpRegister } from './dump.ts';
export { type FarPointer, formatFarPointer } from './far-pointer.ts';
export { CR0, CR4, EFER, formatFlags, RFLAGS } from './flags.ts';
export { buildPageTables, type PageMapping, type PageTables } from './paging/build-page-tables.ts';
export { type ListOptions, listMappings, type MappedRange, type MappedRanges } from './paging/list-mappings.ts';
export type { AccessRights, PageRights } from './paging/page-rights.ts';
export { type PagingMode, type PagingRegisters, pagingMode } from './paging/paging-mode.ts';
export {
  type PageFlag,
  type PageTableEntry,
  type PageWalk,
  type PageWalkFault,
  type WalkOptions,
  walkPageTables,
} from './paging/walk-page-tables.ts';
export { enterLongMode, enterProtectedMode, type FlatStart, writeFlatGdt } from './protected-mode.ts';
export { readX86VcpuState } from './read-vcpu-state.ts';
export { enterRealMode } from './real-mode.ts';
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
