/// <reference lib="esnext.disposable" preserve="true" />
export {
  type BuildMachine,
  defineMachine,
  type MachineDefinition,
  type MachineLink,
  type ScreenSource,
} from './define-machine.ts';
export { inThread } from './in-thread.ts';
export { type InWorkerSettings, inWorker } from './in-worker.ts';
export type { Machine } from './machine.ts';
export { serveMachine } from './serve-machine.ts';
export type { WorkerLike } from './transport/worker-port.ts';
