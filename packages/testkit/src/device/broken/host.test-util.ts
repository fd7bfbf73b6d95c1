import type { IrqLine } from '@picovm/core';
import { Chime } from '../chime.test-util.ts';
import { type BrokenDevices, broken } from './broken-chime.test-util.ts';

/** Chimes that their host can stop, or that lean on it where they should not. */
export const BROKEN_HOSTS: BrokenDevices = {
  'goes on when its host fails it': [
    broken(
      'lets exceptions of its host through',
      class extends Chime {
        protected override send(byte: number): void {
          this.options.output?.(byte);
          super.send(byte);
        }
      },
    ),
    broken(
      'leaves rejections of its host unhandled',
      class extends Chime {
        protected override send(byte: number): void {
          const { output } = this.options;
          if (this.queue.length < 8) this.queue.push(byte);
          try {
            output?.(byte);
          } catch {}
        }
      },
    ),
    broken(
      'is busy for ever after its host has thrown',
      class extends Chime {
        #busy = false;
        protected override send(byte: number): void {
          if (this.#busy) return;
          this.#busy = true;
          if (this.queue.length < 8) this.queue.push(byte);
          try {
            const answer = this.options.output?.(byte);
            if (answer instanceof Promise) answer.catch(() => {});
            this.#busy = false;
          } catch {}
        }
      },
    ),
    broken(
      'waits for a promise of its host that never settles',
      class extends Chime {
        #waiting = false;
        protected override send(byte: number): void {
          if (this.#waiting) return;
          if (this.queue.length < 8) this.queue.push(byte);
          const done = (): void => {
            this.#waiting = false;
          };
          try {
            const answer = this.options.output?.(byte);
            if (!(answer instanceof Promise)) return;
            this.#waiting = true;
            answer.then(done, done);
          } catch {}
        }
      },
    ),
  ],
  'leaves no alarm behind when it is disposed': [
    broken(
      'forgets its alarm in dispose()',
      class extends Chime {
        override dispose(): void {}
      },
    ),
    broken(
      'throws when it is disposed twice',
      class extends Chime {
        #disposed = false;
        override dispose(): void {
          if (this.#disposed) throw new Error('disposed already');
          this.#disposed = true;
          super.dispose();
        }
      },
    ),
    broken(
      'throws when it is disposed without having been attached',
      class extends Chime {
        override dispose(): void {
          (this.line as IrqLine).set(false);
          super.dispose();
        }
      },
    ),
  ],
  'asks the machine for the time, never its host': [
    broken(
      'reads Date.now()',
      class extends Chime {
        protected override now(): number {
          return super.now() + 0 * Date.now();
        }
      },
    ),
    broken(
      'reads performance.now()',
      class extends Chime {
        protected override now(): number {
          return super.now() + 0 * performance.now();
        }
      },
    ),
    broken(
      'makes a Date',
      class extends Chime {
        protected override ring(): void {
          super.ring();
          new Date().getSeconds();
        }
      },
    ),
    broken(
      'sets a timer of its host',
      class extends Chime {
        protected override send(byte: number): void {
          super.send(byte);
          clearTimeout(setTimeout(() => {}, 0));
        }
      },
    ),
  ],
  'comes to an end with alarms that are overdue': [
    broken(
      'makes up for every period that it missed',
      class extends Chime {
        protected override ring(): void {
          const { due } = this;
          super.ring();
          this.setDue(due + this.period * 1000);
        }
      },
    ),
    broken(
      'sets its alarm for now, again and again',
      class extends Chime {
        protected override ring(): void {
          super.ring();
          this.setDue(this.now());
        }
      },
    ),
  ],
};
