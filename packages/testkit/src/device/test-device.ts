import { registerTest } from '../runner.ts';
import { checkDeviceTestOptions } from './check-test-options.ts';
import { DEVICE_CASES } from './device-cases.ts';
import { Subject } from './subject.ts';
import type { AnyDeviceFactory, DeviceTestOptions, NeededOptions } from './test-options.ts';

/**
 * Registers the tests that every device should pass, one a case. A case that has nothing to look at, by the manifest, is
 * left out; one that the manifest says is unsupported is skipped, with the reason.
 *
 * ```ts
 * import { testDevice } from '@picovm/testkit';
 * import { test } from 'vitest'; // or 'node:test'
 * import { counter } from './counter.ts';
 *
 * testDevice({ test, factory: counter });
 * ```
 * @throws VmError `ERR_INVALID_ARGUMENT` for an option that there is not, or that is not what it must be
 */
export function testDevice<F extends AnyDeviceFactory>(options: DeviceTestOptions<F> & NeededOptions<F>): void {
  checkDeviceTestOptions(options);
  const subject = new Subject(options as unknown as DeviceTestOptions);
  const { test, name = subject.manifest?.type ?? 'device' } = options;
  for (const deviceCase of DEVICE_CASES) {
    if (deviceCase.appliesTo?.(subject) === false) continue;
    registerTest(test, `${name} ${deviceCase.name}`, (skip) => deviceCase.run(subject, skip));
  }
}
