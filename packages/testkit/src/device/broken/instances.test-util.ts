import type { Clock, DeviceContext } from '@picovm/core';
import { Chime } from '../chime.test-util.ts';
import { type BrokenDevices, broken } from './broken-chime.test-util.ts';

let sharedQueue: number[] = [];
const queuesByClock = new WeakMap<Clock, number[]>();

/** Chimes that are not alone in what they know. */
export const BROKEN_INSTANCES: BrokenDevices = {
  'knows nothing of other instances': [
    broken(
      'has one queue for all instances',
      class extends Chime {
        protected override send(byte: number): void {
          if (sharedQueue.length < 8) sharedQueue.push(byte);
          this.queue = sharedQueue;
        }
        protected override read(offset: number): number {
          this.queue = sharedQueue;
          return super.read(offset);
        }
        override reset(): void {
          sharedQueue = [];
          super.reset();
        }
      },
    ),
  ],
  'shares a machine with another instance': [
    broken(
      'has one queue a machine',
      class extends Chime {
        override attach(context: DeviceContext): void {
          super.attach(context);
          this.queue = queuesByClock.get(context.clock) ?? this.queue;
          queuesByClock.set(context.clock, this.queue);
        }
      },
    ),
  ],
};
