/// <reference lib="esnext.disposable" preserve="true" />
export {
  type BuildMachine,
  defineMachine,
  type MachineDefinition,
  type MachineLink,
  type OptionsOf,
  type ScreenSource,
} from './define-machine.ts';
export { inThread } from './in-thread.ts';
export { inWorker } from './in-worker.ts';
export type { Machine } from './machine.ts';
export { serveMachine } from './serve-machine.ts';
export type { StartArguments, StartSettings } from './start-settings.ts';
export type { WorkerLike } from './transport/worker-port.ts';
