export { type InterpOptions, interp } from './accelerator.ts';
export type {
  Breakpoint,
  BreakpointAccess,
  BreakpointExit,
  BreakpointHit,
  BreakpointKind,
  BreakpointSpec,
  Breakpoints,
  InterpExit,
} from './breakpoint.ts';
export type { InterpCounters } from './counters.ts';
export { CPU_FEATURES, type CpuFeature } from './cpu/features.ts';
export { parseCpuModel } from './cpu/model-name.ts';
export type { CpuidLeaf, CpuModelAlias, CpuModelTable } from './cpu/model-table.ts';
export { CPU_MODELS, type CpuModel } from './cpu/models.ts';
export type { CpuBus } from './cpu-bus.ts';
export type {
  ControlRegister,
  ControlWriteEvent,
  CpuEvents,
  ExceptionEvent,
  InterruptEvent,
  InterruptSource,
} from './cpu-events.ts';
export type { CpuMemory, CpuMemoryRegion } from './cpu-memory.ts';
export type { CpuState } from './cpu-state.ts';
export { type CpuOptions, createCpu } from './create-cpu.ts';
export {
  type DecodedInstruction,
  type DecodeOptions,
  decodeInstruction,
  type InvalidInstruction,
} from './decode/decode-instruction.ts';
export type { DecodedOperand, DecodedSegment } from './decode/decoded-operand.ts';
export type { InterpVcpu } from './interp-vcpu.ts';
export type { FlagEffects } from './isa/flag-effects.ts';
export { type InstructionForm, opcodes } from './isa/opcodes.ts';
export type { CpuBudget, X86Cpu } from './standalone-cpu.ts';
