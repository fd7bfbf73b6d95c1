import type { DeviceCase } from '../device-case.ts';
import { checkSame } from '../same.ts';

const ROUNDS = 16;
const LATER = 2e7;

/** A device that was used and reset, beside a new one that was attached at the same time. */
export const resetCase: DeviceCase = {
  name: 'is as new after a reset',
  run(subject, skip) {
    if (!subject.supports.reset) return skip('it was said to have no reset');
    for (let round = 0; round < ROUNDS; round++) {
      const used = subject.bench();
      used.stir(subject.random(300 + round), 35 * (round + 1));
      used.device.reset?.();
      const fresh = subject.bench({}, used.machine.clock.now());
      checkSame(used, fresh, 'after a reset, beside a new device');
      // Of what was going on before the reset, nothing comes later.
      for (const { machine } of [used, fresh]) machine.clock.advance(LATER);
      checkSame(used, fresh, '20 ms after a reset, beside a new device');
    }
  },
};
