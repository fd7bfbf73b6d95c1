import { check } from '../../check.ts';
import type { DeviceCase } from '../device-case.ts';
import { hostClocksUsedBy } from '../host/host-clock.ts';

const SECOND = 1e9;

/** Watches the host's clocks. */
export const guestTimeCase: DeviceCase = {
  name: 'asks the machine for the time, never its host',
  run(subject) {
    const used = hostClocksUsedBy(() => {
      const bench = subject.quietBench();
      bench.stir(subject.random(230), 3000);
      bench.machine.clock.advance(SECOND / 100);
      const state = bench.snapshot();
      if (state !== undefined) bench.restore(state);
      bench.reset();
      bench.device.dispose?.();
    });
    check(used.length === 0, `it uses ${used.join(', ')} of its host: context.clock has guest time and alarms`);
  },
};

/** Wakes a device much too late. */
export const lateAlarmsCase: DeviceCase = {
  name: 'comes to an end with alarms that are overdue',
  run(subject) {
    const bench = subject.bench();
    for (let round = 0; round < 8; round++) {
      bench.stir(subject.random(240 + round), 200);
      bench.machine.clock.jump(SECOND);
      bench.machine.clock.advance(1000);
    }
  },
};
