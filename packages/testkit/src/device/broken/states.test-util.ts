import { type DeviceState, StateReader } from '@picovm/core';
import { Chime } from '../chime.test-util.ts';
import { type BrokenDevice, type BrokenDevices, broken } from './broken-chime.test-util.ts';

/** A chime whose snapshots have something else as their queue. */
function saving(fault: string, queue: (chime: { bytes: number[] }) => unknown): BrokenDevice {
  return broken(
    fault,
    class extends Chime {
      override snapshot(): DeviceState {
        return { ...super.snapshot(), queue: queue({ bytes: this.queue }) };
      }
    },
  );
}

/** Chimes with wrong states. */
export const BROKEN_STATES: BrokenDevices = {
  'is as new after a reset': [
    broken(
      'resets asynchronously',
      class extends Chime {
        override async reset(): Promise<void> {
          super.reset();
        }
      },
    ),
    broken(
      'does nothing at a reset',
      class extends Chime {
        override reset(): void {}
      },
    ),
    broken(
      'keeps its queue over a reset',
      class extends Chime {
        override reset(): void {
          const { queue } = this;
          super.reset();
          this.queue = queue;
        }
      },
    ),
    broken(
      'goes on chiming after a reset',
      class extends Chime {
        override reset(): void {
          const { alarm } = this;
          this.alarm = undefined;
          super.reset();
          this.alarm = alarm;
        }
        protected override ring(): void {
          this.status = 1;
          this.updateIrq();
        }
      },
    ),
  ],
  'gives snapshots that are plain data of their own': [
    broken(
      'promises a snapshot',
      class extends Chime {
        override snapshot(): DeviceState {
          return Promise.resolve(super.snapshot()) as unknown as DeviceState;
        }
      },
    ),
    saving('gives its own list away', ({ bytes }) => bytes),
    saving('saves a Map', ({ bytes }) => new Map(bytes.entries())),
    saving(
      'saves a function',
      ({ bytes }) =>
        () =>
          bytes,
    ),
    broken(
      'saves NaN',
      class extends Chime {
        override snapshot(): DeviceState {
          return { ...super.snapshot(), rate: Number.NaN };
        }
      },
    ),
    saving('saves a view of a larger buffer', ({ bytes }) => new Uint8Array(64).subarray(0, bytes.length)),
    broken(
      'keeps the list that it restores from',
      class extends Chime {
        override snapshot(): DeviceState {
          return { ...super.snapshot(), queue: [...this.queue] };
        }
        override restore(state: DeviceState): void {
          super.restore({ ...state, queue: Uint8Array.from(state.queue as number[]) });
          this.queue = state.queue as number[];
        }
      },
    ),
  ],
  'takes its own snapshot back': [
    broken(
      'restores asynchronously',
      class extends Chime {
        override async restore(state: DeviceState): Promise<void> {
          super.restore(state);
        }
      },
    ),
    broken(
      'forgets a register in restore()',
      class extends Chime {
        override restore(state: DeviceState): void {
          const { control } = this;
          super.restore(state);
          this.control = control;
        }
      },
    ),
    broken(
      'adds to its queue in restore()',
      class extends Chime {
        override restore(state: DeviceState): void {
          const { queue } = this;
          super.restore(state);
          this.queue = [...queue, ...this.queue].slice(0, 8);
        }
      },
    ),
  ],
  'goes on from a snapshot in another instance': [
    broken(
      'does not save its queue',
      class extends Chime {
        override snapshot(): DeviceState {
          return { ...super.snapshot(), queue: new Uint8Array() };
        }
        override restore(state: DeviceState): void {
          const { queue } = this;
          super.restore(state);
          this.queue = queue;
        }
      },
    ),
    broken(
      'does not set its alarm again in restore()',
      class extends Chime {
        override restore(state: DeviceState): void {
          super.restore(state);
          if (this.alarm !== undefined) this.clock?.cancel(this.alarm);
        }
      },
    ),
  ],
  'refuses states that it cannot have written, and stays as it is': [
    broken(
      'takes whatever it is given',
      class extends Chime {
        override restore(state: DeviceState): void {
          this.control = state.control as number;
          this.status = state.status as number;
          this.queue = [...(state.queue as Uint8Array)];
        }
      },
    ),
    broken(
      'checks a field after it changed another',
      class extends Chime {
        override restore(state: DeviceState): void {
          const reader = new StateReader(this.id, state, 1);
          this.control = 1 - this.control;
          reader.bytes('queue', 8);
          this.control = 1 - this.control;
          super.restore(state);
        }
      },
    ),
    broken(
      'does not look at the range of a register',
      class extends Chime {
        override restore(state: DeviceState): void {
          const inRange = Number.isInteger(state?.status) ? { ...state, status: 0 } : state;
          super.restore(inRange);
          this.status = state.status as number;
        }
      },
    ),
    broken(
      'puts a default in the place of a field that is missing',
      class extends Chime {
        override restore(state: DeviceState): void {
          super.restore({ control: 0, ...state });
        }
      },
    ),
    broken(
      'does not look at the version',
      class extends Chime {
        override restore(state: DeviceState): void {
          super.restore({ ...state, version: 1 });
        }
      },
    ),
    broken(
      'refuses with a TypeError',
      class extends Chime {
        override restore(state: DeviceState): void {
          try {
            super.restore(state);
          } catch {
            throw new TypeError('bad state');
          }
        }
      },
    ),
  ],
};
