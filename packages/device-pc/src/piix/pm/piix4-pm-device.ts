import { type Counter, type DeviceContext, type DevicePlace, type DeviceState, StateReader } from '@picovm/core';
import { FIRST_REGISTER, noRegisters, type PciBus, type PciFunction } from '../pci.ts';
import type { Piix4Pm } from '../piix4-pm-types.ts';
import {
  CONTROL_BITS,
  ENABLE_BITS,
  PM_PORTS,
  POWER_BUTTON_STATUS,
  STATUS_KEPT,
  TIMER_STATUS,
  WAKE_STATUS,
} from './pm1-bits.ts';
import { Pm1Registers } from './pm1-registers.ts';
import { SMBUS_MASKS, SMBUS_PORTS, Smbus } from './smbus.ts';

/** Configuration registers (82371AB data sheet, section 7.1). */
const PMBASE = 0x40;
const DEVACTB_HIGH = 0x5b;
const PMREGMISC = 0x80;
const SMBBA = 0x90;
const SMBHSTCFG = 0xd2;
const SMBREV = 0xd6;
/** The bit of each that makes the ports answer. */
const ENABLED = 0x01;
/** DEVACTB: APMC_EN. Firmware that finds it set has nothing to do for system management mode, which does not exist here. */
const APMC_ENABLED = 0x02;

/** What the FADT of firmware for this chip has as ACPI_ENABLE and ACPI_DISABLE. */
const ACPI_ENABLE = 0xf1;
const ACPI_DISABLE = 0xf0;

/** SLP_TYP, by the DSDT of firmware for this chip: S5 is 0, S4 is 2. After both, the machine is off. */
const SOFT_OFF = 0;
const SUSPEND_TO_DISK = 2;

const GPE_ENABLE = 2;
const GPE_ENABLE_BYTES = 2;
/** Nanoseconds, 36 years: a clock goes no further. */
const LONGEST_TIME = 2 ** 60;
const VERSION = 1;

interface Settings {
  readonly id: string;
  readonly pci: PciBus;
  readonly pmBase: number;
}

/** What `piix4Pm` makes. */
export class Piix4PmDevice implements Piix4Pm {
  readonly type = 'piix4-pm';
  readonly id: string;
  readonly #settings: Settings;
  readonly #place: DevicePlace;
  readonly #pm1 = new Pm1Registers((type) => this.#sleep(type));
  readonly #smbus = new Smbus();
  /** Nothing raises a general purpose event: the status is always 0, and the enable bits are kept. */
  readonly #gpeEnable = new Uint8Array(GPE_ENABLE_BYTES);
  /** APMC and APMS. */
  readonly #apm = new Uint8Array(2);
  #context!: DeviceContext;
  #function!: PciFunction;
  #pmPorts!: ReturnType<PciFunction['range']>;
  #smbusPorts!: ReturnType<PciFunction['range']>;
  #powerButtons: Counter = { value: 0 };
  #sleepsIgnored: Counter = { value: 0 };

  constructor(settings: Settings, place: DevicePlace) {
    this.id = settings.id;
    this.#settings = settings;
    this.#place = place;
  }

  attach(context: DeviceContext): void {
    const { ranges, irqs } = this.#place;
    this.#context = context;
    this.#powerButtons = context.metrics.counter('powerButtons');
    this.#sleepsIgnored = context.metrics.counter('sleepsIgnored');
    this.#function = this.#settings.pci.plug(
      {
        ...{ name: this.id, device: 1, function: 3, vendorId: 0x8086, deviceId: 0x7113, classCode: 0x068000 },
        // The pin is there for guests to see; its interrupt goes to a line of its own.
        ...{ revision: 3, subsystemVendorId: 0x1af4, subsystemId: 0x1100, interruptPin: 1 },
        registers: registersAt(this.#settings.pmBase),
        onConfigWrite: () => this.#placePorts(),
      },
      context,
    );
    this.#pmPorts = this.#function.range({
      space: 'port',
      size: PM_PORTS,
      handler: this.#pm1,
      label: 'power management',
    });
    this.#smbusPorts = this.#function.range({ space: 'port', size: SMBUS_PORTS, handler: this.#smbus, label: 'SMBus' });
    this.#pm1.attach(context.clock, context.irq(irqs[0]));
    context.claimPorts(ranges[0], {
      read: (offset) => (offset < GPE_ENABLE ? 0 : this.#gpeEnable[offset - GPE_ENABLE]),
      write: (offset, _size, value) => {
        if (offset >= GPE_ENABLE) this.#gpeEnable[offset - GPE_ENABLE] = value;
      },
    });
    context.claimPorts(ranges[1], {
      read: (offset) => this.#apm[offset],
      write: (offset, _size, value) => this.#writeApm(offset, value),
    });
    this.#placePorts();
  }

  powerButton(): void {
    this.#powerButtons.value++;
    this.#pm1.raise(POWER_BUTTON_STATUS);
  }

  reset(): void {
    this.#function.reset();
    this.#placePorts();
    this.#pm1.reset();
    this.#smbus.registers.fill(0);
    this.#gpeEnable.fill(0);
    this.#apm.fill(0);
  }

  snapshot(): DeviceState {
    const { status, enable, control, timer } = this.#pm1;
    return {
      version: VERSION,
      pci: this.#function.snapshot(),
      status,
      enable,
      control,
      timer: timer.elapsed,
      gpeEnable: this.#gpeEnable.slice(),
      apm: this.#apm.slice(),
      smbus: this.#smbus.registers.slice(),
    };
  }

  restore(state: DeviceState): void {
    const reader = new StateReader(this.id, state, VERSION);
    const status = reader.register('status', STATUS_KEPT | TIMER_STATUS);
    const enable = reader.register('enable', ENABLE_BITS);
    const control = reader.register('control', CONTROL_BITS);
    const elapsed = reader.number('timer', LONGEST_TIME);
    if (!Number.isInteger(elapsed)) throw reader.error('has no whole nanoseconds as timer');
    const gpeEnable = reader.bytes('gpeEnable', GPE_ENABLE_BYTES, GPE_ENABLE_BYTES);
    const apm = reader.bytes('apm', this.#apm.length, this.#apm.length);
    const smbus = reader.registers('smbus', SMBUS_MASKS);
    this.#function.restore(state.pci);
    this.#placePorts();
    const pm1 = this.#pm1;
    pm1.events = status & STATUS_KEPT;
    pm1.enable = enable;
    pm1.control = control;
    pm1.timer.restore(elapsed, (status & TIMER_STATUS) !== 0);
    this.#gpeEnable.set(gpeEnable);
    this.#apm.set(apm);
    this.#smbus.registers.set(smbus);
    pm1.update();
  }

  dispose(): void {
    this.#pm1.dispose();
  }

  #placePorts(): void {
    this.#pmPorts.place(this.#baseAt(PMBASE, PMREGMISC));
    this.#smbusPorts.place(this.#baseAt(SMBBA, SMBHSTCFG));
  }

  #baseAt(register: number, enable: number): number | undefined {
    const base = this.#function.readConfig(register, 2) & 0xfff0;
    const enabled = (this.#function.readConfig(enable, 1) & ENABLED) !== 0;
    return enabled && base !== 0 ? base : undefined;
  }

  #writeApm(offset: number, value: number): void {
    this.#apm[offset] = value;
    if (offset !== 0) return;
    if (value === ACPI_ENABLE) this.#pm1.sciEnable = true;
    if (value === ACPI_DISABLE) this.#pm1.sciEnable = false;
  }

  #sleep(type: number): void {
    if (type === SOFT_OFF || type === SUSPEND_TO_DISK) {
      this.#context.systemEvent('shutdown');
      return;
    }
    // It wakes up at once: guests wait for that.
    this.#sleepsIgnored.value++;
    this.#pm1.raise(WAKE_STATUS);
  }
}

// Most keep what is written: activity and resource registers that nothing here looks at.
function registersAt(pmBase: number): ReturnType<typeof noRegisters> {
  const registers = noRegisters();
  const define = (offset: number, initial: number, writable: number): void => {
    registers.initial[offset - FIRST_REGISTER] = initial;
    registers.writable[offset - FIRST_REGISTER] = writable;
  };
  registers.writable.fill(0xff, 0, SMBREV - FIRST_REGISTER);
  define(PMBASE, (pmBase & 0xff) | 0x01, 0xc0);
  define(PMBASE + 1, pmBase >> 8, 0xff);
  define(PMBASE + 2, 0, 0);
  define(PMBASE + 3, 0, 0);
  define(DEVACTB_HIGH, APMC_ENABLED, 0xff);
  define(PMREGMISC, pmBase === 0 ? 0 : ENABLED, 0x01);
  define(SMBBA, 0x01, 0xf0);
  define(SMBBA + 2, 0, 0);
  define(SMBBA + 3, 0, 0);
  define(SMBHSTCFG, 0, 0x0f);
  return registers;
}
