import { type Device, type DeviceContext, encodeSnapshot, StateReader, VirtualClock, type Vm } from '../index.ts';
import type { FakeVcpu } from './fake-accelerator.test-util.ts';
import { type FakeVmOptions, makeVm } from './make-vm.test-util.ts';

/** A device with a port, an alarm, an interrupt line, a byte array and a metric: a bit of everything to be kept. */
export class Ticker implements Device {
  readonly id: string;
  readonly type = 'ticker';
  readonly port: number;
  /** Guest times at which the alarm went off. */
  readonly rang: number[] = [];
  bytes: Uint8Array = Uint8Array.of(1, 2, 3);
  alarmAt = Number.POSITIVE_INFINITY;
  asserted = false;
  context: DeviceContext | undefined;
  #cancel = (): void => {};

  constructor(id = 'ticker', port = 0x40) {
    this.id = id;
    this.port = port;
  }

  attach(context: DeviceContext): void {
    this.context = context;
    const line = context.irq(3);
    this.setLine = (level) => {
      this.asserted = level;
      line.set(level);
    };
    const writes = context.metrics.counter('writes');
    context.claimPorts(
      { base: this.port, length: 2 },
      {
        read: () => this.bytes[0],
        write: (_offset, _size, value) => {
          writes.value++;
          this.bytes = Uint8Array.of(value, ...this.bytes);
        },
      },
    );
    context.claimMmio({ base: this.port << 12, length: 4 }, { read: () => 0, write: () => {} });
  }

  setLine: (level: boolean) => void = () => {};

  setAlarm(at: number): void {
    this.#cancel();
    this.alarmAt = at;
    const clock = this.context?.clock;
    if (clock === undefined || at === Number.POSITIVE_INFINITY) return;
    const alarm = clock.alarm(at, () => {
      this.rang.push(clock.now());
      this.alarmAt = Number.POSITIVE_INFINITY;
    });
    this.#cancel = () => clock.cancel(alarm);
  }

  snapshot(): { version: number } & Record<string, unknown> {
    return { version: 1, bytes: this.bytes, alarmAt: this.alarmAt, asserted: this.asserted, big: 2n ** 64n };
  }

  restore(given: { version: number } & Record<string, unknown>): void {
    const state = new StateReader(this.id, given, 1);
    const bytes = state.bytes('bytes', 100);
    this.setLine(state.boolean('asserted'));
    this.setAlarm(given.alarmAt as number);
    this.bytes = bytes;
  }
}

export interface TickerMachine {
  readonly vm: Vm<FakeVcpu>;
  readonly ticker: Ticker;
}

/** A machine with a ticker. */
export function tickerMachine(options: FakeVmOptions = {}, ticker: Ticker = new Ticker()): TickerMachine {
  const vm = makeVm(options.program ?? function* () {}, {
    clock: new VirtualClock(),
    ...options,
    devices: [ticker, ...(options.devices ?? [])],
  });
  return { vm, ticker };
}

/** The same with something in all of its parts. */
export function usedMachine(options: FakeVmOptions = {}): TickerMachine {
  const machine = tickerMachine(options);
  const { vm, ticker } = machine;
  vm.memory.writeU32(0x100, 0xdeadbeef);
  vm.vcpu.instructions = 77;
  vm.vcpu.interruptsEnabled = true;
  vm.vcpu.location = '07c0:1234';
  vm.exits.portWrite(0x40, 1, 9);
  vm.exits.portRead(0x40, 1);
  vm.exits.mmioRead(0x40000, 4);
  vm.exits.portRead(0x99, 1);
  vm.exits.mmioWrite(0x12345, 4, 1);
  ticker.setAlarm(5000);
  ticker.setLine(true);
  return machine;
}

/** All of a machine, to be compared. */
export function allOf(vm: Vm<FakeVcpu>): Uint8Array {
  return encodeSnapshot(vm.snapshot());
}
