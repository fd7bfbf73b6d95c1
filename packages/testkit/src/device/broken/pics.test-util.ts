import type { DeviceState } from '@picovm/core';
import { Pic, pics } from '../pic.test-util.ts';
import type { BrokenDevice, BrokenDevices } from './broken-chime.test-util.ts';

function broken(fault: string, Type: typeof Pic): BrokenDevice {
  return { fault: `as an interrupt controller, ${fault}`, factory: pics(Type) };
}

/** A controller that keeps everything over a reset, and loses everything with a snapshot. */
class Stateless extends Pic {
  override reset(): void {}
  override snapshot(): DeviceState {
    return { version: 1 };
  }
  override restore(state: DeviceState): void {
    super.restore({ mask: 0, inputs: 0, requests: 0, inService: 0xff, ...state });
  }
}

/** Interrupt controllers that do something wrong: only other devices and the CPU show it. */
export const BROKEN_PICS: BrokenDevices = {
  'survives random accesses': [
    broken(
      'answers an acknowledge with no vector',
      class extends Pic {
        protected override acknowledge(): number {
          return super.acknowledge() + 0x100;
        }
      },
    ),
    broken(
      'throws when a line changes that it does not have',
      class extends Pic {
        protected override setLine(line: number, level: boolean): void {
          if (line >= 16) throw new RangeError(`no line ${line}`);
          super.setLine(line, level);
        }
      },
    ),
  ],
  'does not grow without bound': [
    broken(
      'keeps every vector that it gave',
      class extends Pic {
        readonly #given: Uint8Array[] = [];
        protected override acknowledge(): number {
          const vector = super.acknowledge();
          this.#given.push(Uint8Array.of(vector));
          return vector;
        }
      },
    ),
  ],
  'is as new after a reset': [
    broken('has no state', Stateless),
    broken(
      'keeps requests over a reset',
      class extends Pic {
        override reset(): void {
          const { requests } = this;
          super.reset();
          this.requests = requests;
        }
      },
    ),
    broken(
      'keeps INTR asserted over a reset',
      class extends Pic {
        override reset(): void {
          const { intr } = this;
          this.intr = undefined;
          super.reset();
          this.intr = intr;
        }
      },
    ),
  ],
  'takes its own snapshot back': [
    broken(
      'does not drive INTR in restore()',
      class extends Pic {
        override restore(state: DeviceState): void {
          const { intr } = this;
          this.intr = undefined;
          super.restore(state);
          this.intr = intr;
        }
      },
    ),
  ],
  'goes on from a snapshot in another instance': [
    broken('has no state', Stateless),
    broken(
      'does not save which interrupt is in service',
      class extends Pic {
        override snapshot(): DeviceState {
          return { ...super.snapshot(), inService: 0xff };
        }
      },
    ),
    broken(
      'does not save which of its inputs were up, and interrupts as long as one is',
      class extends Pic {
        #follow(): void {
          this.requests = this.inputs;
          this.update();
        }
        override reset(): void {
          super.reset();
          this.#follow();
        }
        override snapshot(): DeviceState {
          return { ...super.snapshot(), inputs: 0, requests: 0 };
        }
        override restore(state: DeviceState): void {
          const { inputs } = this;
          super.restore(state);
          this.inputs = inputs;
          this.#follow();
        }
        protected override setLine(line: number, level: boolean): void {
          super.setLine(line, level);
          this.#follow();
        }
        protected override acknowledge(): number {
          const vector = super.acknowledge();
          this.#follow();
          return vector;
        }
      },
    ),
    broken(
      'takes an input that was up for a new edge',
      class extends Pic {
        override restore(state: DeviceState): void {
          super.restore(state);
          const { inputs, requests } = this;
          if (inputs !== 0) this.requests = requests | inputs;
        }
        override snapshot(): DeviceState {
          const { requests, inputs } = this;
          return { ...super.snapshot(), requests: requests & ~inputs };
        }
      },
    ),
  ],
};
