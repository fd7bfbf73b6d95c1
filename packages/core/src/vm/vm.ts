import type { AcceleratorVm, Supports, Vcpu } from '../accelerator/accelerator.ts';
import type { MapEntry } from '../bus/address-map.ts';
import { MmioBus } from '../bus/mmio-bus.ts';
import { PortBus } from '../bus/port-bus.ts';
import type { BusOptions } from '../bus/sized-access.ts';
import type { Device, DeviceContext } from '../device/device.ts';
import { VmError } from '../errors.ts';
import type { Exit, ExitReason } from '../exits/exit.ts';
import { ExitDispatcher } from '../exits/exit-dispatcher.ts';
import type { Disposition, ExitHandler } from '../exits/handler-table.ts';
import { IrqLines } from '../irq/interrupt-controller.ts';
import { SharedIrqLine } from '../irq/irq-line.ts';
import { type Logger, silentLogger } from '../logger.ts';
import { Arena, PAGE_SIZE } from '../memory/arena.ts';
import { GuestMemory } from '../memory/guest-memory.ts';
import { checkRegions, type MemoryRegion } from '../memory/region.ts';
import type { RangeDescription, VmSnapshot } from '../snapshot/vm-snapshot.ts';
import type { Clock, DrivenClock } from '../time/clock.ts';
import { RealClock } from '../time/real-clock.ts';
import { WatchedClock } from '../time/watched-clock.ts';
import { attach } from './attach.ts';
import { attempt, throwFirst } from './attempt.ts';
import { checkDevices } from './check-devices.ts';
import { checkRunOptions, checkSnapshotOptions, checkVmOptions } from './check-options.ts';
import { checkCountsInstructions, checkHasVcpus } from './check-supports.ts';
import { collectCounters, type VmCounters } from './counters.ts';
import { type DeviceHost, deviceContext } from './device-context.ts';
import { NOWHERE, unlessDisposed } from './disposed-vcpu.ts';
import { describeEnding, type Ending } from './ending.ts';
import { restoreSnapshot } from './restore-snapshot.ts';
import { RunLoop } from './run-loop.ts';
import type { RunResult } from './run-result.ts';
import type { SnapshotParts } from './snapshot-parts.ts';
import { describeRanges, takeSnapshot } from './take-snapshot.ts';
import type { RunOptions, SnapshotOptions, VmOptions } from './vm-options.ts';

/**
 * A virtual machine: memory, buses, devices, and the vCPUs of an accelerator.
 *
 * ```ts
 * const vm = new Vm({ accelerator: interp(), memory: [{ base: 0, size: 4096 }], devices: [vgaText()] });
 * vm.memory.write(0, image);
 * enterRealMode(vm.vcpu, { segment: 0, offset: 0 });
 * const result = await vm.run();
 * ```
 */
export class Vm<V extends Vcpu = Vcpu> implements Disposable {
  /** Guest-physical memory. */
  readonly memory: GuestMemory;
  /** The I/O ports, and which device owns which. */
  readonly ports: PortBus;
  /** The physical addresses that are not memory, and which device owns which. */
  readonly mmio: MmioBus;
  /** The interrupt lines, and the controller where they end. */
  readonly irqs: IrqLines = new IrqLines();
  /** The devices in the order in which they were attached. */
  readonly devices: readonly Device[];
  /** Guest time. */
  readonly clock: Clock;
  /** The virtual CPUs by their ids: registers, and what else their accelerator offers. */
  readonly vcpus: readonly V[];
  /** The table from exit reason to handlers. */
  readonly exits: ExitDispatcher;
  /** The name of the accelerator that runs this VM. */
  readonly acceleratorName: string;
  readonly #acceleratorVm: AcceleratorVm<V>;
  readonly #contexts = new Map<Device, DeviceContext>();
  readonly #mappings = new Set<Disposable>();
  readonly #intr: SharedIrqLine;
  readonly #loop: RunLoop;
  readonly #drivenClock: DrivenClock;
  readonly #logger: Logger;
  /** Where the devices were when all had joined: wherever they move, restoring a snapshot moves them. */
  readonly #ranges: readonly RangeDescription[];
  #running = false;
  /** A snapshot is being taken or restored, or the machine reset, for which an instruction may be completed: handlers run. */
  #busy = false;
  #disposed = false;
  #released = false;

  /**
   * Makes the machine: memory first, then the accelerator, then the devices in their order. If a part refuses, those
   * made before it are given back: the devices up to and with the one that refused are disposed, those behind it are
   * as they were.
   * @throws VmError the code of whatever does not fit: `ERR_INVALID_ARGUMENT`, `ERR_REGION_ALIGNMENT`,
   *   `ERR_REGION_OVERLAP`, `ERR_BUS_OVERLAP`, `ERR_BUS_RANGE`, `ERR_DEVICE_ID`, `ERR_ARENA_FULL`,
   *   `ERR_ACCELERATOR_UNAVAILABLE`, `ERR_UNSUPPORTED`, or what the accelerator says; `ERR_DEVICE` if `attach` threw
   *   something else, or gave a promise
   */
  constructor(options: VmOptions<V>) {
    checkVmOptions(options);
    const { accelerator, vcpus = 1, logger = silentLogger, onUnmapped = 'float' } = options;
    const clock: DrivenClock = options.clock ?? new RealClock();
    this.acceleratorName = accelerator.name;
    this.#logger = logger;
    this.#drivenClock = clock;
    this.devices = checkDevices(options.devices ?? []);

    const onFault = (error: VmError): void => this.#loop.end({ outcome: 'failed', error });
    const busOptions: BusOptions = {
      onUnmapped,
      onFault,
      onFirstUnmapped: (message) => logger.info(message),
      onCoalesced: (...range) => this.#coalesce(...range),
    };
    const ram = checkRegions(options.memory).reduce((sum, { size }) => sum + size, 0);
    const arena = new Arena(ram + Math.ceil(accelerator.arenaBytes / PAGE_SIZE) * PAGE_SIZE * vcpus, options);
    this.memory = new GuestMemory(arena, options.memory);
    this.#acceleratorVm = accelerator.createVm({ arena, memory: this.memory });
    const { reserved = [] } = this.#acceleratorVm;
    this.ports = new PortBus(
      busOptions,
      reserved.filter(({ space }) => space === 'port'),
    );
    this.mmio = new MmioBus(busOptions, [
      ...this.memory.regions.map(asReserved),
      ...reserved.filter(({ space }) => space === 'mmio'),
    ]);

    const made: V[] = [];
    this.vcpus = made;
    this.exits = new ExitDispatcher({
      ports: this.ports,
      mmio: this.mmio,
      defaults: {
        'irq-window': (): Disposition | undefined => this.#deliverInterrupt(),
        'slice-end': goOn,
        kicked: goOn,
      },
      onStop: (outcome) => this.#loop.end({ outcome }),
      onFault,
      onChange: () => {
        if (!this.#released) for (const vcpu of made) vcpu.sinkChanged();
      },
    });

    try {
      checkHasVcpus(this.acceleratorName, this.supports, vcpus);
      for (const region of this.memory.regions) this.#mappings.add(this.#acceleratorVm.mapMemory(region));
      for (let id = 0; id < vcpus; id++) made.push(this.#acceleratorVm.createVcpu(id, this.exits));
      const vcpu = this.vcpu;
      this.#intr = new SharedIrqLine((level) => {
        if (this.#released) return;
        vcpu.requestInterruptWindow(level);
        this.#loop.wake();
      });
      this.#loop = new RunLoop({
        vcpu,
        threads: this.#acceleratorVm.threads,
        exits: this.exits,
        clock,
        interruptsPossible: () => this.irqs.controller !== undefined,
        interruptPending: () => this.#intr.level,
      });
      this.clock = new WatchedClock(clock, (at) => this.#loop.alarmSet(at));
      this.irqs.controller = this.#acceleratorVm.irq;
      if (clock.countFrom !== undefined) {
        checkCountsInstructions(this.acceleratorName, this.supports);
        clock.countFrom(() => vcpu.instructions);
      }
      const host: DeviceHost = {
        ports: this.ports,
        mmio: this.mmio,
        irqs: this.irqs,
        clock: this.clock,
        memory: this.memory,
        logger,
        intr: this.#intr.source(),
        systemEvent: (event) => this.#loop.raise(event),
      };
      for (const device of this.devices) {
        const context = deviceContext(device, host);
        this.#contexts.set(device, context);
        attach(device, context);
      }
      this.#ranges = describeRanges(this.ports, this.mmio);
    } catch (error) {
      this.#release();
      throw error;
    }
  }

  /** The first virtual CPU, which starts the guest. */
  get vcpu(): V {
    return this.vcpus[0];
  }

  /** What the accelerator can do. */
  get supports(): Supports {
    return this.#acceleratorVm.supports;
  }

  /** Whether `run` is under way: from the call until its result is there. */
  get running(): boolean {
    return this.#running;
  }

  /** Everything that has an address: memory, MMIO ranges, ports. `formatAddressMap` prints it. */
  map(): MapEntry[] {
    const memory = this.memory.regions.map(({ base, size, name, readonly }): MapEntry => {
      return { space: 'memory', base, length: size, owner: name, label: readonly ? 'read-only' : '' };
    });
    return [...memory, ...this.mmio.map(), ...this.ports.map(), ...(this.#acceleratorVm.reserved ?? [])];
  }

  /** Registers a handler for an exit reason, to be asked before those that are there. See `ExitDispatcher.on`. */
  on<R extends ExitReason>(reason: R, handler: ExitHandler<R>): Disposable {
    return this.exits.on(reason, handler);
  }

  /** Calls `observer` with each exit, after it was answered. For traces: it slows the guest down. */
  observe(observer: (exit: Exit) => void): Disposable {
    return this.exits.observe(observer);
  }

  /** All counters, as they are now. */
  counters(): VmCounters {
    return collectCounters(this.exits, this.vcpu, this.ports, this.mmio, this.#deviceParts());
  }

  /**
   * Runs the guest until it ends, or a limit of `options` is reached. The guest runs in this thread, in slices, between
   * which the event loop gets its turn. May be called again to go on, whatever the outcome was.
   * @throws VmError (as a rejection) `ERR_VM_RUNNING`, `ERR_VM_DISPOSED`, `ERR_INVALID_ARGUMENT`, or what the
   *   accelerator says if the host fails it (`ERR_KVM`); never for what a guest does
   */
  async run(options: RunOptions = {}): Promise<RunResult<ReturnType<V['dump']>>> {
    this.#checkStopped('run');
    checkRunOptions(options);
    this.#running = true;
    try {
      return this.#result(await this.#loop.run(options));
    } finally {
      this.#running = false;
      if (this.#disposed) this.#release();
    }
  }

  /** Ends a run with the outcome `stopped`, at the next instruction boundary. Does nothing if none is under way. */
  stop(): void {
    this.#loop.end({ outcome: 'stopped' });
  }

  /**
   * Resets the vCPUs and all devices. Memory keeps its contents, and pending alarms are the devices' own to cancel. While the
   * VM runs, only a handler of an exit may do it that is no access (`system-event`, `shutdown`, `halt`, …); with the disposition
   * `resume` the guest then starts anew.
   * @throws VmError `ERR_VM_RUNNING`, `ERR_VM_DISPOSED`; `ERR_DEVICE` if a device threw, after all were reset
   */
  reset(): void {
    if (!this.#loop.handling || this.#disposed || this.#busy) this.#checkStopped('reset');
    this.#alone(() => {
      this.#loop.reset();
      for (const vcpu of this.vcpus) vcpu.reset();
      const failures = this.devices.map((device) => attempt(`the reset of ${device.id}`, () => device.reset?.()));
      throwFirst(failures);
    });
  }

  /**
   * The machine as it is, as plain data: memory, the vCPU, the devices, guest time, counters. `restore` takes it, in this
   * machine or in another of the same configuration, also on another accelerator; `encodeSnapshot` makes a file of it.
   * An instruction that is under way is completed first, which may make further exits.
   * @throws VmError `ERR_VM_RUNNING`, `ERR_VM_DISPOSED`, `ERR_INVALID_ARGUMENT`; `ERR_UNSUPPORTED` if a device, the clock or what the guest uses
   *   has no snapshots; `ERR_DEVICE` if a device threw, or gave a state that is no plain data
   */
  snapshot(options: SnapshotOptions = {}): VmSnapshot {
    this.#checkStopped('snapshot');
    checkSnapshotOptions(options);
    return this.#alone(() => takeSnapshot(this.#snapshotParts(), options.description ?? ''));
  }

  /**
   * Puts the machine into the state of a snapshot. All or nothing: whatever it throws, the machine is as it was. What is
   * the host's stays as it is: handlers, observers, alarms that no device set. The last accesses are forgotten. If a device
   * refuses its state, those that were restored before it (they are, in the order of `devices`) take back what
   * `snapshot` says of them: what they were doing in the host and no state holds, such as a host call that is
   * pending, is lost. The devices behind it are not touched.
   * @throws VmError `ERR_VM_RUNNING`, `ERR_VM_DISPOSED`; `ERR_SNAPSHOT_MISMATCH` listing all that differs;
   *   `ERR_SNAPSHOT_FORMAT`, `ERR_SNAPSHOT_VERSION` if it is none, or one that a newer version made; `ERR_DEVICE_STATE`
   *   if a device refuses its state, `ERR_DEVICE` if one threw; `ERR_UNSUPPORTED` as `snapshot`
   */
  restore(snapshot: VmSnapshot): void {
    this.#checkStopped('restore');
    this.#alone(() => restoreSnapshot(this.#snapshotParts(), snapshot));
  }

  /**
   * Gives back everything that the VM and its devices hold, after stopping it. Idempotent. During a run it only stops
   * the run, which gives everything back when it ends and still has its result; `snapshot`, `restore` and `reset` do so likewise.
   * @throws VmError `ERR_DEVICE` if a part threw, after all were given back; during a run that is only logged
   */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    if (this.running) this.stop();
    else if (!this.#busy) throwFirst(this.#release());
  }

  /** The same as `dispose`, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  // Handlers, devices and observers may be called meanwhile. None of them may take the machine away.
  #alone<T>(action: () => T): T {
    this.#busy = true;
    try {
      return action();
    } finally {
      this.#busy = false;
      if (this.#disposed && !this.#running) this.#release();
    }
  }

  #deviceParts(): SnapshotParts['devices'] {
    return [...this.#contexts].map(([device, { metrics }]) => ({ device, id: device.id, metrics }));
  }

  #snapshotParts(): SnapshotParts {
    if (this.#acceleratorVm.irq !== undefined || this.vcpus.length > 1) {
      const what = this.vcpus.length > 1 ? 'a VM with several vCPUs' : 'the interrupt controller';
      throw new VmError('ERR_UNSUPPORTED', `${what} of ${this.acceleratorName} has no snapshots`);
    }
    const { acceleratorName, vcpu, memory, ports, mmio, irqs, exits } = this;
    return {
      ...{ acceleratorName, vcpu, memory, ports, mmio, irqs, exits, ranges: this.#ranges },
      clock: this.#drivenClock,
      loop: this.#loop,
      devices: this.#deviceParts(),
    };
  }

  #result(ending: Ending): RunResult<ReturnType<V['dump']>> {
    const vcpu = ending.exit === undefined ? 0 : (this.#acceleratorVm.threads?.exited ?? 0);
    const cpu = unlessDisposed(() => this.vcpus[vcpu].dump(), NOWHERE) as ReturnType<V['dump']>;
    return {
      outcome: ending.outcome,
      message: describeEnding(ending, cpu, vcpu),
      exit: ending.exit,
      vcpu,
      cpu,
      recentAccesses: this.exits.recent.list(),
      counters: this.counters(),
      error: ending.error,
    };
  }

  // Also of a VM that was only half made. A part that throws does not keep the others from being given back.
  #release(): (VmError | undefined)[] {
    this.#released = true;
    const failures = [
      ...[...this.#contexts.keys()].reverse().map((device) => attempt(device.id, () => device.dispose?.())),
      ...this.vcpus.map((vcpu) => attempt('a vCPU', () => vcpu.dispose())),
      ...[...this.#mappings].map((mapping) => attempt('a mapping', () => mapping[Symbol.dispose]())),
      attempt(this.acceleratorName, () => this.#acceleratorVm.dispose()),
    ];
    for (const failure of failures) if (failure !== undefined) this.#logger.error(failure.message);
    return failures;
  }

  #coalesce(space: 'port' | 'mmio', base: number, length: number): Disposable | undefined {
    const zone = this.#released ? undefined : this.#acceleratorVm.coalesce?.(space, base, length);
    if (zone === undefined) return undefined;
    this.#mappings.add(zone);
    return { [Symbol.dispose]: () => this.#mappings.delete(zone) && zone[Symbol.dispose]() };
  }

  // The CPU can take an interrupt now: an INTA cycle fetches the vector. INTR may have dropped since it was raised.
  #deliverInterrupt(): Disposition | undefined {
    const { controller } = this.irqs;
    if (controller === undefined) return undefined;
    if (this.#intr.level) this.vcpu.injectInterrupt(controller.acknowledge() & 0xff);
    return 'resume';
  }

  #checkStopped(what: string): void {
    if (this.#disposed) throw new VmError('ERR_VM_DISPOSED', `${what}() was called on a VM that was disposed`);
    if (this.#busy) {
      throw new VmError(
        'ERR_VM_RUNNING',
        `${what}() was called while the machine is reset, or a snapshot taken or restored`,
      );
    }
    if (this.running) throw new VmError('ERR_VM_RUNNING', `${what}() needs a stopped VM: call stop() and await run()`);
  }
}

function goOn(): Disposition {
  return 'resume';
}

function asReserved({ name, base, size }: MemoryRegion): { owner: string; base: number; length: number } {
  return { owner: `memory region ${name}`, base, length: size };
}
