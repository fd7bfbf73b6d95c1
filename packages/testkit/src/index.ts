export { type AcceleratorTestOptions, acceleratorCases, testAccelerator } from './accelerator/test-accelerator.ts';
export { testDevice } from './device/test-device.ts';
export type {
  AnyDeviceFactory,
  DeviceTestOptions,
  InterruptHooks,
  NeededOptions,
  OptionsOf,
} from './device/test-options.ts';
export { FakeClock } from './fakes/fake-clock.ts';
export { type ClaimedRange, FakeMachine, type FakeMachineOptions, type LogEntry } from './fakes/fake-machine.ts';
export type { RecordedAccess } from './fakes/recorded-access.ts';
export { type LevelChange, RecordingIrqLine } from './fakes/recording-irq-line.ts';
export { type ScriptedGuestOptions, scriptedGuest } from './fakes/scripted-guest.ts';
export type { GuestProgram, ScriptedVcpu } from './fakes/scripted-vcpu.ts';
export type { ExpectedExit, Guest, Pattern } from './guest/guest.ts';
export { GuestError } from './guest/guest-error.ts';
export type { ExpectedRegisters, RegisterName } from './guest/register-values.ts';
export { watchGuest } from './guest/watch-guest.ts';
export type { WaitOptions, WatchOptions } from './guest/watch-options.ts';
export { Random } from './random.ts';
export type { TestFunction, TestRunContext } from './runner.ts';
