import type { DeviceCase } from '../device-case.ts';
import { checkSame, waitAlike } from '../same.ts';

const ROUNDS = 16;

/** A device that was used and reset, beside a new one that was attached at the same time. */
export const resetCase: DeviceCase = {
  name: 'is as new after a reset',
  run(subject, skip) {
    if (!subject.supports.reset) return skip('it was said to have no reset');
    for (let round = 0; round < ROUNDS; round++) {
      const used = subject.bench();
      used.stir(subject.random(300 + round), 35 * (round + 1));
      // A reset lowers the lines of all other devices too, of some before and of some after it comes to this one.
      if (round % 2 === 0) used.releaseLines();
      used.reset();
      used.releaseLines();
      const fresh = subject.bench({}, used.machine.clock.now());
      checkSame(used, fresh, 'after a reset, beside a new device');
      // Of what was going on before the reset, nothing comes later.
      waitAlike(used, fresh, 'after a reset, beside a new device');
      checkSame(used, fresh, 'after a reset and some time, beside a new device');
    }
  },
};
