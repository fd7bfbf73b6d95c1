import {
  type AccessSize,
  Arena,
  type Device,
  type DeviceContext,
  GuestMemory,
  type InterruptController,
  IRQ_LINES,
  type IrqLine,
  type MemoryRegionSpec,
  Metrics,
  MmioBus,
  PAGE_SIZE,
  PortBus,
  type RangeSpec,
  type SystemEvent,
  VmError,
} from '@picovm/core';
import { show } from '../check.ts';
import { checkOptions, refuse } from '../check-options.ts';
import { synchronously } from '../synchronously.ts';
import { FakeClock } from './fake-clock.ts';
import {
  type AccessListener,
  type RecordedAccess,
  recordingMmioHandler,
  recordingPortHandler,
} from './recorded-access.ts';
import { RecordingIrqLine } from './recording-irq-line.ts';

/** What `FakeMachine` takes beside the device. */
export interface FakeMachineOptions {
  /** Bytes of guest memory from address 0 on, a multiple of 4096; or its regions, as `Vm` takes them. Default 65,536. */
  readonly memory?: number | readonly MemoryRegionSpec[];
  /** Nanoseconds of guest time when the device is attached. Default 0. */
  readonly now?: number;
  /** How many of the last accesses are kept in `accesses`. Default 1000. */
  readonly keepAccesses?: number;
  /** Called after each access that a device answered. What it throws ends the access as if the device had thrown. */
  readonly onAccess?: (access: RecordedAccess) => void;
}

const OPTIONS: Readonly<Record<keyof FakeMachineOptions, true>> = {
  memory: true,
  now: true,
  keepAccesses: true,
  onAccess: true,
};

/** A range that a device claimed. */
export interface ClaimedRange {
  /** The id of the device. */
  readonly owner: string;
  /** Which bus. */
  readonly space: 'port' | 'mmio';
  /** As it was given to `claimPorts` or `claimMmio`. */
  readonly range: RangeSpec;
}

/** A message of a device. */
export interface LogEntry {
  /** How bad it is. */
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** Without the device's id. */
  readonly message: string;
}

/**
 * What a device under test is attached to: core's own buses, a clock that only moves when it is told to, interrupt lines
 * that write down what happens on them, and guest memory. What a device throws comes out of the access.
 *
 * ```ts
 * const machine = new FakeMachine(uart16550());
 * machine.writePort(0x3f9, 0x01);
 * machine.clock.advance(1e6);
 * machine.irq(4).level;
 * ```
 */
export class FakeMachine implements Disposable {
  /** The I/O ports. An access to a port that nobody owns gives all ones. */
  readonly ports: PortBus;
  /** The physical addresses that are not memory. */
  readonly mmio: MmioBus;
  /** Guest time. */
  readonly clock: FakeClock;
  /** The ranges that were claimed, in order. */
  readonly claims: ClaimedRange[] = [];
  /** The numbers of the interrupt lines that devices asked for, in order. */
  readonly irqsAsked: number[] = [];
  /** The last accesses that devices answered, the oldest first. Yours to empty. */
  readonly accesses: RecordedAccess[] = [];
  /** What devices logged, in order. Yours to empty. */
  readonly log: LogEntry[] = [];
  /** The system events that devices raised, in order. Yours to empty. */
  readonly systemEvents: SystemEvent[] = [];
  /** The line to the CPU's INTR pin, which an interrupt controller drives. */
  readonly intr: RecordingIrqLine;
  /** The counters of the device. */
  readonly metrics: Metrics;
  readonly #devices: Device[] = [];
  readonly #lines: RecordingIrqLine[];
  readonly #regions: readonly MemoryRegionSpec[];
  readonly #onAccess: AccessListener;
  #memory: GuestMemory | undefined;
  #controller: InterruptController | undefined;
  #restoring = false;

  /**
   * Makes a machine and attaches `device`.
   * @throws VmError `ERR_INVALID_ARGUMENT` if the device or an option is none; what `attach` throws, errors of the buses
   *   among it
   */
  constructor(device: Device, options: FakeMachineOptions = {}) {
    checkOptions('FakeMachine', options, OPTIONS);
    const { memory = 65_536, now = 0, keepAccesses = 1000, onAccess } = options;
    this.#regions = regionsOf(memory);
    this.#onAccess = (access) => {
      if (this.accesses.push(access) > keepAccesses) this.accesses.shift();
      onAccess?.(access);
    };
    this.ports = new PortBus();
    const taken = this.#regions.map(({ base, size, name = 'guest memory' }) => ({ owner: name, base, length: size }));
    this.mmio = new MmioBus({}, taken);
    const clock = new FakeClock(now);
    this.clock = clock;
    this.intr = new RecordingIrqLine(clock);
    this.#lines = Array.from({ length: IRQ_LINES }, (_, n) => {
      return new RecordingIrqLine(clock, (level) => {
        if (!this.#restoring) this.#controller?.setLine(n, level);
      });
    });
    this.metrics = this.attach(device);
  }

  /** Guest memory: zeroes at first. */
  get memory(): GuestMemory {
    const bytes = this.#regions.reduce((sum, { size }) => sum + size, 0);
    this.#memory ??= new GuestMemory(new Arena(Math.max(bytes, PAGE_SIZE)), this.#regions);
    return this.#memory;
  }

  /** The interrupt controller, if a device claimed to be it. */
  get controller(): InterruptController | undefined {
    return this.#controller;
  }

  /**
   * Attaches a further device.
   * @returns its counters
   * @throws VmError `ERR_INVALID_ARGUMENT` if it is no device, `ERR_DEVICE_ID` if its id is taken, `ERR_DEVICE` if its
   *   `attach` is asynchronous; what `attach` throws
   */
  attach(device: Device): Metrics {
    if (typeof (device as Partial<Device> | undefined)?.attach !== 'function') {
      const isFactory = typeof device === 'function';
      refuse(`FakeMachine takes a device, not ${show(device)}${isFactory ? ': call it, and it makes one' : ''}`);
    }
    if (this.#devices.some(({ id }) => id === device.id)) {
      throw new VmError('ERR_DEVICE_ID', `there is a device ${device.id} already`, { id: device.id });
    }
    this.#devices.push(device);
    const metrics = new Metrics();
    synchronously(device, 'attach', () => device.attach(this.#contextOf(device, metrics)));
    return metrics;
  }

  /** Interrupt line `n`, 0 to 23. @throws VmError `ERR_INVALID_ARGUMENT` if there is no such line */
  irq(n: number): RecordingIrqLine {
    const line = this.#lines[n];
    if (line !== undefined) return line;
    throw new VmError('ERR_INVALID_ARGUMENT', `there is no interrupt line ${n}: they are 0 to ${IRQ_LINES - 1}`, { n });
  }

  /**
   * Does something to the interrupt lines as it is done when a machine is restored: the interrupt controller is not told,
   * because its own state says what its inputs were.
   */
  restoring(act: () => void): void {
    this.#restoring = true;
    try {
      act();
    } finally {
      this.#restoring = false;
    }
  }

  /** `IN`. @returns unsigned, of `size` bytes */
  readPort(port: number, size: AccessSize = 1): number {
    return this.ports.read(port, size);
  }

  /** `OUT`. @param value unsigned; cut to `size` bytes */
  writePort(port: number, value: number, size: AccessSize = 1): void {
    this.ports.write(port, size, value);
  }

  /** A load from a physical address that is not memory. @returns unsigned, of `size` bytes */
  readMmio(address: number, size: AccessSize = 4): number {
    return this.mmio.read(address, size);
  }

  /** A store to a physical address that is not memory. @param value unsigned; cut to `size` bytes */
  writeMmio(address: number, value: number, size: AccessSize = 4): void {
    this.mmio.write(address, size, value);
  }

  /** Disposes the devices, the last one first. */
  dispose(): void {
    for (const device of this.#devices.toReversed()) device.dispose?.();
  }

  /** The same as `dispose`, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #claimed(claim: ClaimedRange, here: Disposable): Disposable {
    this.claims.push(claim);
    return {
      [Symbol.dispose]: () => {
        here[Symbol.dispose]();
        const at = this.claims.indexOf(claim);
        if (at >= 0) this.claims.splice(at, 1);
      },
    };
  }

  #contextOf(device: Device, metrics: Metrics): DeviceContext {
    const owner = device.id;
    const machine = this;
    const logAs = (level: LogEntry['level']) => (message: string) => void this.log.push({ level, message });
    return {
      claimPorts: (range, handler) => {
        const place = { owner, space: 'port', base: range.base } as const;
        const here = this.ports.claim(range, owner, recordingPortHandler(handler, place, this.#onAccess));
        return this.#claimed({ owner, space: 'port', range }, here);
      },
      claimMmio: (range, handler) => {
        const place = { owner, space: 'mmio', base: range.base } as const;
        const here = this.mmio.claim(range, owner, recordingMmioHandler(handler, place, this.#onAccess));
        return this.#claimed({ owner, space: 'mmio', range }, here);
      },
      irq: (n): IrqLine => {
        const source = this.irq(n).source();
        this.irqsAsked.push(n);
        return source;
      },
      claimInterrupts: (controller) => {
        this.#claimInterrupts(owner, controller);
        return this.intr.source();
      },
      clock: this.clock,
      // Made when it is looked at: most devices never do.
      get memory(): GuestMemory {
        return machine.memory;
      },
      log: { debug: logAs('debug'), info: logAs('info'), warn: logAs('warn'), error: logAs('error') },
      metrics,
      systemEvent: (event) => void this.systemEvents.push(event),
    };
  }

  #claimInterrupts(device: string, controller: InterruptController): void {
    if (this.#controller !== undefined) {
      throw new VmError('ERR_INVALID_ARGUMENT', `${device} wants to be a second interrupt controller`, { device });
    }
    this.#controller = controller;
    this.#lines.forEach((line, n) => {
      if (line.level) controller.setLine(n, true);
    });
  }
}

function regionsOf(memory: number | readonly MemoryRegionSpec[]): readonly MemoryRegionSpec[] {
  if (typeof memory !== 'number') return memory;
  return memory > 0 ? [{ base: 0, size: memory, name: 'guest memory' }] : [];
}
