import type { DeviceState } from '@picovm/core';
import { Metronome, metronomes } from '../metronome.test-util.ts';
import type { BrokenDevice, BrokenDevices } from './broken-chime.test-util.ts';

function broken(fault: string, Type: typeof Metronome): BrokenDevice {
  return { fault: `without an address of its own, ${fault}`, factory: metronomes(Type) };
}

/** Metronomes that do something wrong: only time, and more of it than a few milliseconds, shows it. */
export const BROKEN_TIMERS: BrokenDevices = {
  'does not grow without bound': [
    broken(
      'keeps a small array for each tick',
      class extends Metronome {
        readonly #kept: Uint8Array[] = [];
        protected override tick(): void {
          super.tick();
          this.#kept.push(new Uint8Array(2));
        }
      },
    ),
  ],
  'is as new after a reset': [
    broken(
      'stands still after a reset',
      class extends Metronome {
        override reset(): void {
          super.reset();
          if (this.alarm !== undefined) this.context?.clock.cancel(this.alarm);
        }
      },
    ),
    broken(
      'ticks twice as often after a reset',
      class extends Metronome {
        override reset(): void {
          this.alarm = undefined;
          super.reset();
        }
      },
    ),
  ],
  'takes its own snapshot back': [
    broken(
      'leaves its old alarm set in restore()',
      class extends Metronome {
        override restore(state: DeviceState): void {
          this.alarm = undefined;
          super.restore(state);
        }
      },
    ),
  ],
  'goes on from a snapshot in another instance': [
    broken(
      'stands still after a restore',
      class extends Metronome {
        override restore(state: DeviceState): void {
          super.restore(state);
          if (this.alarm !== undefined) this.context?.clock.cancel(this.alarm);
        }
      },
    ),
    broken(
      'begins a new period at a restore',
      class extends Metronome {
        override restore(state: DeviceState): void {
          super.restore(state);
          const { due } = this;
          this.setDue(this.now() + this.half());
          this.due = due;
        }
      },
    ),
  ],
  'leaves no alarm behind when it is disposed': [
    broken(
      'goes on ticking when it is disposed',
      class extends Metronome {
        override dispose(): void {
          if (this.alarm !== undefined && this.due <= this.now()) this.alarm = undefined;
        }
        protected override setDue(due: number): void {
          if (this.alarm !== undefined) this.context?.clock.cancel(this.alarm);
          super.setDue(due);
        }
      },
    ),
  ],
  'asks the machine for the time, never its host': [
    broken(
      'reads Date.now() at each tick',
      class extends Metronome {
        protected override tick(): void {
          super.tick();
          Date.now();
        }
      },
    ),
  ],
};
