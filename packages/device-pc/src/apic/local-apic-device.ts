import {
  type Counter,
  type DeviceContext,
  type DeviceState,
  type InterruptController,
  type IrqLine,
  type MmioHandler,
  type PlacedRange,
  StateReader,
  VmError,
} from '@picovm/core';
import { HostCallback } from '../ports/host-callback.ts';
import { ApicCore } from './apic-core.ts';
import { readRegister, writeRegister } from './apic-registers.ts';
import { loadApic, saveApic } from './apic-state.ts';
import type { ApicBus, ApicListener, LocalApic, LocalApicOptions } from './apic-types.ts';
import { BASE_ENABLE, BASE_MAX, BASE_RESET } from './bits.ts';

const VERSION = 1;
const PAGE = 0x1000;

type Settings = { readonly id: string; readonly apicId: number } & Pick<LocalApicOptions, 'onNmi'>;

/** What `localApic` makes: the wires around an {@link ApicCore}, and where its registers are. */
export class LocalApicDevice implements LocalApic {
  readonly type = 'local-apic';
  readonly id: string;
  readonly lint1: IrqLine;
  readonly #apicId: number;
  readonly #range: PlacedRange;
  readonly #onNmi: HostCallback<void>;
  readonly #core: ApicCore;
  readonly #listeners: ApicListener[] = [];
  readonly #handler: MmioHandler;
  #pic: InterruptController | undefined;
  #claim: ((base: number) => Disposable) | undefined;
  #claimed: Disposable | undefined;
  /** Where IA32_APIC_BASE has it; and where it answers, -1: nowhere. */
  #base: number = BASE_RESET;
  #at: number = BASE_RESET;
  #intr: IrqLine | undefined;
  #interrupts: Counter = { value: 0 };
  #spurious: Counter = { value: 0 };
  #overlaps: Counter = { value: 0 };

  constructor({ id, apicId, onNmi }: Settings, range: PlacedRange) {
    this.id = id;
    this.#apicId = apicId;
    this.#range = range;
    this.#onNmi = new HostCallback('onNmi', onNmi);
    this.#core = new ApicCore({
      nmi: () => this.#onNmi.call(),
      ended: (vector) => {
        for (const listener of this.#listeners) listener.endOfInterrupt(vector);
      },
      ticked: () => this.#update(),
    });
    this.#core.reset(apicId);
    this.lint1 = this.#pin(1);
    this.#handler = {
      read: (offset) => {
        this.#core.timer.catchUp();
        const value = readRegister(this.#core, offset);
        this.#update();
        return value;
      },
      write: (offset, _size, value) => {
        this.#core.timer.catchUp();
        if (writeRegister(this.#core, offset, value)) this.#retry();
        this.#update();
      },
    };
  }

  attach({ claimMmio, claimInterrupts, clock, metrics, log }: DeviceContext): void {
    this.#interrupts = metrics.counter('interrupts');
    this.#spurious = metrics.counter('spurious');
    this.#overlaps = metrics.counter('overlaps');
    this.#core.timer.ticks = metrics.counter('ticks');
    this.#core.timer.lost = metrics.counter('lostTicks');
    this.#onNmi.attach(log, metrics.counter('hostErrors'));
    this.#claim = (base) => claimMmio({ ...this.#range, base }, this.#handler);
    this.#claimed = this.#claim(this.#at);
    this.#intr = claimInterrupts(this);
    this.#core.timer.attach(clock);
  }

  connectPic(pic: InterruptController): IrqLine {
    this.#checkJoins();
    this.#pic = pic;
    return this.#pin(0);
  }

  connectIoApic(ioApic: ApicListener): ApicBus {
    this.#checkJoins();
    this.#listeners.push(ioApic);
    return {
      send: (mode, vector, level, destination, logical) => {
        if (!this.#core.isNamed(destination, logical)) return false;
        const taken = this.#core.deliver(mode, vector, level);
        this.#update();
        return taken;
      },
    };
  }

  setLine(line: number, level: boolean): void {
    this.#pic?.setLine(line, level);
    for (const listener of this.#listeners) listener.setLine(line, level);
  }

  acknowledge(): number {
    const vector = this.#acknowledge();
    this.#interrupts.value++;
    this.#update();
    return vector;
  }

  setBase(value: bigint): void {
    const enabled = (Number(value & 0xfffn) & BASE_ENABLE) !== 0;
    const core = this.#core;
    core.timer.catchUp();
    // It comes back as after RESET (Intel SDM volume 3A, section 11.4.3).
    if (enabled && !core.enabled) core.reset(this.#apicId);
    core.enabled = enabled;
    core.timer.update();
    this.#place(Number(BigInt.asUintN(36, value)) - Number(value & 0xfffn));
    if (enabled) this.#retry();
    this.#update();
  }

  reset(): void {
    this.#core.reset(this.#apicId);
    this.#place(BASE_RESET);
    this.#update();
  }

  snapshot(): DeviceState {
    return { version: VERSION, page: this.#base / PAGE, ...saveApic(this.#core) };
  }

  restore(state: DeviceState): void {
    const reader = new StateReader(this.id, state, VERSION);
    const base = reader.integer('page', BASE_MAX / PAGE) * PAGE;
    loadApic(reader, this.#core);
    this.#place(base);
    this.#update();
  }

  dispose(): void {
    this.#core.timer.dispose();
  }

  #acknowledge(): number {
    const core = this.#core;
    if (core.picAsks && this.#pic !== undefined) {
      core.extInt = false;
      return this.#pic.acknowledge();
    }
    core.extInt = false;
    const vector = core.acknowledge();
    if (vector >= 0) return vector;
    this.#spurious.value++;
    return core.svr & 0xff;
  }

  #pin(pin: number): IrqLine {
    const set = (level: boolean): void => {
      this.#core.setPin(pin, level);
      this.#update();
    };
    return {
      set,
      pulse: () => {
        set(true);
        set(false);
      },
    };
  }

  // What leads here is restored before: its levels are on the pins when this one's state comes.
  #checkJoins(): void {
    if (this.#intr === undefined) return;
    const advice = 'put what is connected to it before it into the devices of the VM';
    throw new VmError('ERR_INVALID_ARGUMENT', `${this.id} is in its VM already: ${advice}`, { device: this.id });
  }

  #retry(): void {
    for (const listener of this.#listeners) listener.retry();
  }

  // Guests may put it anywhere: what is there already stays, and the APIC is not answered then.
  #place(base: number): void {
    const there = this.#core.enabled ? base : -1;
    this.#base = base;
    if (there === this.#at) return;
    this.#claimed?.[Symbol.dispose]();
    this.#claimed = undefined;
    this.#at = there;
    if (there < 0 || this.#claim === undefined) return;
    try {
      this.#claimed = this.#claim(there);
    } catch {
      this.#overlaps.value++;
    }
  }

  #update(): void {
    this.#intr?.set(this.#core.requested);
  }
}
