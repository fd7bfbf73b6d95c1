import { show } from '../check.ts';
import { checkFunctions, checkOptions, refuse } from '../check-options.ts';
import type { DeviceTestOptions, InterruptHooks } from './test-options.ts';

const OPTIONS: Readonly<Record<keyof DeviceTestOptions, true>> = {
  test: true,
  name: true,
  factory: true,
  options: true,
  supports: true,
  elsewhere: true,
  interrupt: true,
  exercise: true,
  backend: true,
  reportsFailures: true,
  memory: true,
  seed: true,
};

const HOOKS: Readonly<Record<keyof InterruptHooks, true>> = {
  irq: true,
  raise: true,
  mask: true,
  unmask: true,
  acknowledge: true,
};

/** Refuses what is no options of `testDevice`. @throws VmError `ERR_INVALID_ARGUMENT` */
export function checkDeviceTestOptions(options: unknown): asserts options is DeviceTestOptions {
  checkOptions('testDevice', options, OPTIONS);
  const { test, factory, interrupt, exercise, backend, seed } = options as Partial<DeviceTestOptions>;
  if (typeof test !== 'function')
    refuse('testDevice needs test: the function of your test runner that registers a test');
  if (typeof factory !== 'function') {
    const isDevice = typeof (factory as { attach?: unknown } | undefined)?.attach === 'function';
    refuse(
      `testDevice needs factory: what makes the device under test, not ${isDevice ? 'a device' : show(factory)}; it is ` +
        'called many times',
    );
  }
  if (seed !== undefined && !Number.isSafeInteger(seed))
    refuse(`testDevice: seed must be an integer, not ${show(seed)}`);
  checkFunctions('testDevice', { exercise, backend });
  if (interrupt !== undefined) checkHooks(interrupt);
}

function checkHooks(interrupt: InterruptHooks): void {
  const who = 'testDevice: interrupt';
  checkOptions(who, interrupt, HOOKS);
  const { raise, mask, unmask, acknowledge } = interrupt;
  if (typeof raise !== 'function') refuse(`${who} needs raise: a function that makes the device want its interrupt`);
  checkFunctions(who, { mask, unmask, acknowledge });
  if ((mask === undefined) !== (unmask === undefined)) {
    refuse(`${who} needs ${mask === undefined ? 'mask' : 'unmask'} too: leave out both for a device without a mask`);
  }
}
