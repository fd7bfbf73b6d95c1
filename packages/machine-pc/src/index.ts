export { pc } from './pc.ts';
export { pcMemory } from './pc-memory.ts';
export type { BootDrive, Pc, PcOptions } from './pc-types.ts';
