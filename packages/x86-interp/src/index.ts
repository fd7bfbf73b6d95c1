export { type InterpOptions, interp } from './accelerator.ts';
export { CPU_MODELS, type CpuModel } from './cpu/models.ts';
export type { InterpVcpu } from './interp-vcpu.ts';
export type { FlagEffects } from './isa/flag-effects.ts';
export { type InstructionForm, opcodes } from './isa/opcodes.ts';
