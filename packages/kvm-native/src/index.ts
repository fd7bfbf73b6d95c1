export type { KvmHost, KvmIrqchipOption, KvmOptions } from './host/options.ts';
export type { KvmProbeCode } from './host/unavailable.ts';
export { kvm } from './kvm.ts';
