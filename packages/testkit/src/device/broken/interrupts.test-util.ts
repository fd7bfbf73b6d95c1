import type { DeviceContext, DeviceState, IrqLine } from '@picovm/core';
import { Chime } from '../chime.test-util.ts';
import { type BrokenDevices, broken } from './broken-chime.test-util.ts';

function pulsing(line: IrqLine): IrqLine {
  const set = (level: boolean): void => {
    if (level) line.pulse();
  };
  return { set, pulse: () => line.pulse() };
}

/** Chimes with wrong interrupts. */
export const BROKEN_INTERRUPTS: BrokenDevices = {
  'delivers an interrupt that was raised while masked': [
    broken(
      'interrupts only at the moment when the time is up',
      class extends Chime {
        protected override ring(): void {
          super.ring();
          this.line?.set(this.control === 1);
        }
        protected override updateIrq(): void {
          if (this.status === 0) this.line?.set(false);
        }
      },
    ),
    broken(
      'does not look at the mask',
      class extends Chime {
        protected override updateIrq(): void {
          this.line?.set(this.status === 1);
        }
      },
    ),
    broken(
      'only pulses its line',
      class extends Chime {
        override attach(context: DeviceContext): void {
          super.attach({ ...context, irq: (n) => pulsing(context.irq(n)) });
        }
      },
    ),
    broken(
      'keeps its line asserted when it was served',
      class extends Chime {
        protected override updateIrq(): void {
          if (this.status === 1 || this.control === 0) super.updateIrq();
        }
      },
    ),
  ],
  'drives its interrupt line as its state says after a restore': [
    broken(
      'does not drive its line in restore()',
      class extends Chime {
        override restore(state: DeviceState): void {
          const { line } = this;
          this.line = undefined;
          super.restore(state);
          this.line = line;
        }
      },
    ),
    broken(
      'only asserts its line in restore(), and never deasserts it',
      class extends Chime {
        override restore(state: DeviceState): void {
          const { line } = this;
          this.line = undefined;
          super.restore(state);
          this.line = line;
          if (this.status === 1) this.updateIrq();
        }
      },
    ),
  ],
  'leaves its interrupt line after a reset as it was at first': [
    broken(
      'leaves its line asserted at a reset',
      class extends Chime {
        override reset(): void {
          const { line } = this;
          this.line = undefined;
          super.reset();
          this.line = line;
        }
      },
    ),
  ],
};
