import { check } from '../../check.ts';
import type { DeviceCase } from '../device-case.ts';

/** Disposes devices in use, twice, and one that never was in a machine. */
export const disposeCase: DeviceCase = {
  name: 'leaves no alarm behind when it is disposed',
  run(subject) {
    for (let round = 0; round < 6; round++) {
      const bench = subject.bench();
      bench.stir(subject.random(200 + round), 200 * round);
      const { pending } = bench.machine.clock;
      bench.device.dispose?.();
      const left = bench.machine.clock.pending;
      check(left === 0, `${left} of ${pending} alarms are pending after dispose()`);
      bench.device.dispose?.();
      check(bench.machine.clock.pending === 0, 'a second dispose() set an alarm');
      bench.machine.clock.advance(2e7);
    }
    // A machine that cannot be built disposes devices that may not have come to be attached.
    subject.make().dispose?.();
  },
};
