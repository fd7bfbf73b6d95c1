export { type InterpOptions, interp } from './accelerator.ts';
export { CPU_MODELS, type CpuModel } from './cpu/models.ts';
export type { FlagEffects } from './isa/flag-effects.ts';
export { type InstructionForm, OPCODES } from './isa/opcodes.ts';
export { InterpVcpu } from './vcpu.ts';
