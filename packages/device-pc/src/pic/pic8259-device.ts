import type { Counter, DeviceContext, DevicePlace, DeviceState, IrqLine, Logger, PortHandler } from '@picovm/core';
import { CASCADE_INPUT, ELCR_MASKS } from './bits.ts';
import { PicChip } from './pic-chip.ts';
import { loadPics, savePics } from './pic-state.ts';
import type { Pic8259, Pic8259Options } from './pic8259-types.ts';

/** Nobody drives the data bus: a slave that is not there, or does not answer. */
const FLOATING = 0xff;

/** What `pic8259` makes: two chips, the second on input 2 of the first. */
export class Pic8259Device implements Pic8259 {
  readonly type = 'pic8259';
  readonly id: string;
  readonly #place: DevicePlace;
  readonly #apic: Pic8259Options['apic'];
  #master = new PicChip(true);
  #slave = new PicChip(false);
  #intr: IrqLine | undefined;
  #log: Logger | undefined;
  #refused = false;
  #interrupts: Counter = { value: 0 };
  #spurious: Counter = { value: 0 };

  constructor({ id, apic }: { readonly id: string } & Pick<Pic8259Options, 'apic'>, place: DevicePlace) {
    this.id = id;
    this.#apic = apic;
    this.#place = place;
  }

  attach({ claimPorts, claimInterrupts, metrics, log }: DeviceContext): void {
    this.#interrupts = metrics.counter('interrupts');
    this.#spurious = metrics.counter('spurious');
    this.#log = log;
    const [first, second, elcr] = this.#place.ranges;
    claimPorts(
      first,
      this.#ports(() => this.#master),
    );
    claimPorts(
      second,
      this.#ports(() => this.#slave),
    );
    claimPorts(elcr, {
      read: (offset) => (offset === 0 ? this.#master : this.#slave).elcr,
      write: (offset, _size, value) => {
        (offset === 0 ? this.#master : this.#slave).elcr = value & ELCR_MASKS[offset === 0 ? 0 : 1];
        this.#update();
      },
    });
    this.#intr = this.#apic === undefined ? claimInterrupts(this) : this.#apic.connectPic(this);
  }

  setLine(line: number, level: boolean): void {
    if (line < 8) {
      // The slave is alone on that input.
      if (line === CASCADE_INPUT) return;
      this.#master.setInput(line, level);
      this.#intr?.set(this.#master.requested);
    } else if (line < 16) {
      this.#slave.setInput(line & 7, level);
      this.#update();
    }
  }

  acknowledge(): number {
    const vector = this.#acknowledge();
    this.#interrupts.value++;
    this.#update();
    return vector;
  }

  reset(): void {
    this.#master.reset();
    this.#slave.reset();
    this.#refused = false;
    this.#update();
  }

  snapshot(): DeviceState {
    return savePics(this.#master, this.#slave);
  }

  restore(state: DeviceState): void {
    const { master, slave, reader } = loadPics(this.id, state);
    if (slave.requested !== ((master.inputs & (1 << CASCADE_INPUT)) !== 0)) {
      throw reader.error('has a level on input 2 of the master that the slave does not give');
    }
    this.#master = master;
    this.#slave = slave;
    this.#update();
  }

  #ports(chip: () => PicChip): PortHandler {
    return {
      read: (offset) => {
        const value = chip().read(offset);
        // A read after a poll command acknowledges.
        this.#update();
        return value;
      },
      write: (offset, _size, value) => {
        chip().write(offset, value);
        if (chip().speaks8080) this.#refuse8080();
        this.#update();
      },
    };
  }

  #acknowledge(): number {
    const master = this.#master;
    const slave = this.#slave;
    const n = master.acknowledge();
    if (n < 0) this.#spurious.value++;
    if (n < 0 || !master.hasSlave(n)) return master.vector(n);
    if (!slave.answersTo(n)) return FLOATING;
    const served = slave.acknowledge();
    if (served < 0) this.#spurious.value++;
    // The slave's INT falls with the acknowledge cycle, also if it rises again at once.
    master.setInput(CASCADE_INPUT, false);
    return slave.vector(served);
  }

  #update(): void {
    const cascade = this.#slave.requested;
    if (cascade !== ((this.#master.inputs & (1 << CASCADE_INPUT)) !== 0)) {
      this.#master.setInput(CASCADE_INPUT, cascade);
    }
    this.#intr?.set(this.#master.requested);
  }

  #refuse8080(): void {
    if (!this.#refused) this.#log?.warn('the guest set MCS-80/85 mode (ICW4 bit 0): no interrupts come in this mode');
    this.#refused = true;
  }
}
