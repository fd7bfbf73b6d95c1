/// <reference lib="esnext.disposable" preserve="true" />
export type {
  Accelerator,
  AcceleratorVm,
  AcceleratorVmOptions,
  Probe,
  RunBudget,
  Supports,
  Vcpu,
  VcpuDump,
  VcpuState,
  VcpuThreads,
} from './accelerator/accelerator.ts';
export {
  type AcceleratorSelection,
  type ProbedAccelerator,
  selectAccelerator,
} from './accelerator/select-accelerator.ts';
export { checkNames, didYouMean, isMisspelt, showValue } from './arguments.ts';
export { type AccessSize, allOnes, truncate } from './bus/access.ts';
export { formatAddressMap, type MapEntry } from './bus/address-map.ts';
export type { AccessWidths, MmioHandler, OnUnmapped, PortHandler, RangeSpec, UnmappedAccess } from './bus/handler.ts';
export { MmioBus } from './bus/mmio-bus.ts';
export { PortBus } from './bus/port-bus.ts';
export type { OwnedRange, OwnerAccessCounts } from './bus/range-entry.ts';
export { type BusOptions, SizedAccess, type UnmappedCounts } from './bus/sized-access.ts';
export { describeOption } from './device/check-device-options.ts';
export { type DeviceFactory, defineDevice, isDeviceFactory } from './device/define-device.ts';
export type { Device, DeviceContext, DeviceState } from './device/device.ts';
export type { DeviceDefinition, DeviceParts } from './device/device-definition.ts';
export {
  DEVICE_API_VERSION,
  type DeviceIrq,
  type DeviceManifest,
  type DevicePlace,
  type DeviceRange,
  type DeviceSupports,
  type OptionReference,
  type PlacedRange,
  placeOf,
} from './device/manifest.ts';
export type {
  BooleanOption,
  BytesOption,
  DeviceOption,
  DeviceOptions,
  FunctionOption,
  IntegerOption,
  ObjectOption,
  OptionsInput,
  OptionValue,
  ResolvedOptions,
  StringOption,
} from './device/option-spec.ts';
export { type StateMigrations, StateReader } from './device/state-reader.ts';
export { isVmError, VmError, type VmErrorCode } from './errors.ts';
export type {
  ControlExit,
  CpuidExit,
  DebugExit,
  EntryFailedExit,
  Exit,
  ExitOf,
  ExitReason,
  HaltExit,
  HypercallExit,
  InternalErrorExit,
  IoExit,
  IrqWindowExit,
  KickedExit,
  MemoryFaultExit,
  MmioExit,
  QuestionExit,
  RdmsrExit,
  ShutdownExit,
  SliceEndExit,
  SystemEvent,
  SystemEventExit,
  UnknownExit,
  WrmsrExit,
} from './exits/exit.ts';
export {
  type DispatcherHost,
  ExitDispatcher,
  type ExitTableRow,
} from './exits/exit-dispatcher.ts';
export { EXIT_REASONS, type ExitReasonInfo, kvmExitName } from './exits/exit-reasons.ts';
export type { ExitSink, IoSink } from './exits/exit-sink.ts';
export type { Disposition, ExitHandler } from './exits/handler-table.ts';
export { type AccessRecord, RecentAccesses } from './exits/recent-accesses.ts';
export { EXIT_CHANNEL } from './exits/trace-channel.ts';
export { hex, hexRange } from './format.ts';
export { type InterruptController, IRQ_LINES, IrqLines } from './irq/interrupt-controller.ts';
export { type IrqLine, type LevelListener, SharedIrqLine } from './irq/irq-line.ts';
export { type Logger, silentLogger } from './logger.ts';
export { Arena, type ArenaMemory, type ArenaOptions, PAGE_SIZE } from './memory/arena.ts';
export type { DirtyLog, DirtySource } from './memory/dirty-pages.ts';
export { GuestMemory, type HostWriteListener } from './memory/guest-memory.ts';
export { type PhysicalBacking, physicalBacking } from './memory/physical-backing.ts';
export { MemoryRegion, type MemoryRegionSpec } from './memory/region.ts';
export { type Counter, Metrics } from './metrics.ts';
export { decodeSnapshot } from './snapshot/decode.ts';
export { type SnapshotDifference, snapshotMismatch } from './snapshot/difference.ts';
export { encodeSnapshot } from './snapshot/encode.ts';
export { readSnapshotHeader, type SnapshotHeader, type SnapshotSection } from './snapshot/header.ts';
export type {
  DeviceDescription,
  MachineDescription,
  MemoryPages,
  RangeDescription,
  RegionDescription,
  RunState,
  VmSnapshot,
} from './snapshot/vm-snapshot.ts';
export type { Alarm, Clock, ClockDescription, ClockState, DrivenClock } from './time/clock.ts';
export { RealClock } from './time/real-clock.ts';
export { VirtualClock } from './time/virtual-clock.ts';
export type { AccessCounts, DeviceCounters, UnmappedCounters, VmCounters } from './vm/counters.ts';
export type { RunOutcome, RunResult } from './vm/run-result.ts';
export { Vm } from './vm/vm.ts';
export type { RunOptions, SnapshotOptions, VmOptions } from './vm/vm-options.ts';
