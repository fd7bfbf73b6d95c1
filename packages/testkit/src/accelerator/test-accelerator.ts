import { type Accelerator, type Probe, VmError } from '@picovm/core';
import type { X86Vcpu } from '@picovm/core/x86';
import { show } from '../check.ts';
import { checkOptions, refuse } from '../check-options.ts';
import { registerTest, type TestFunction } from '../runner.ts';
import type { AcceleratorCase } from './accelerator-case.ts';
import { CASES } from './cases/index.ts';

/** What `testAccelerator` takes. */
export interface AcceleratorTestOptions {
  /** The runner's function that registers a test: `test` of vitest or of `node:test`. */
  readonly test: TestFunction;
  /** What is tested: an accelerator, or a function that makes one, which is called once. */
  readonly accelerator: Accelerator<X86Vcpu> | (() => Accelerator<X86Vcpu>);
  /** What the names of the tests begin with. Default: the accelerator's name. */
  readonly name?: string;
  /**
   * Cases that this host or this accelerator cannot do although it declares nothing of the kind, each with the reason:
   * those tests are skipped with it. The names are those of {@link acceleratorCases}.
   */
  readonly skip?: Readonly<Record<string, string>>;
}

const OPTIONS: Readonly<Record<keyof AcceleratorTestOptions, true>> = {
  test: true,
  accelerator: true,
  name: true,
  skip: true,
};

/** The names of all cases of {@link testAccelerator}, in their order. */
export function acceleratorCases(): string[] {
  return CASES.map(({ name }) => name);
}

/**
 * Registers a test for each thing that an x86 accelerator must do, called `NAME: CASE`. It returns at once and never
 * waits: the accelerator is probed when the first test runs. Where it cannot run, every test is skipped with the
 * probe's reason; otherwise those that need what `supports` does not declare, and those in `skip`. The guest programs
 * run in real mode, and want a CPU with the instructions of an 80386.
 *
 * ```ts
 * import { test } from 'vitest'; // or from 'node:test'
 * testAccelerator({ test, accelerator: interp() });
 * ```
 * @throws VmError `ERR_INVALID_ARGUMENT` for an option that there is not, or that is not what it must be; if `skip` names
 *   a case that there is not, or gives no reason
 */
export function testAccelerator(options: AcceleratorTestOptions): void {
  checkOptions('testAccelerator', options, OPTIONS);
  if (typeof options.test !== 'function') {
    refuse('testAccelerator needs test: the function of your test runner that registers a test');
  }
  const { test, skip: skipped = {} } = options;
  checkSkips(skipped);
  const accelerator = typeof options.accelerator === 'function' ? options.accelerator() : options.accelerator;
  if (typeof (accelerator as Partial<Accelerator> | undefined)?.probe !== 'function') {
    refuse(`testAccelerator needs accelerator: one, such as interp(), or what makes one, not ${show(accelerator)}`);
  }
  const name = options.name ?? accelerator.name;
  let probing: Promise<Probe> | undefined;
  for (const each of CASES) {
    registerTest(test, `${name}: ${each.name}`, async (skip) => {
      probing ??= accelerator.probe();
      const reason = whyNot(each, accelerator, await probing) ?? skipped[each.name];
      if (reason !== undefined) skip(reason);
      await each.run(accelerator);
    });
  }
}

function whyNot({ unsupported }: AcceleratorCase, { name }: Accelerator, probe: Probe): string | undefined {
  if (!probe.available) return `${name} cannot run here: ${probe.reason}`;
  if (!probe.supports.modes.includes('real')) return 'supports.modes has no real mode, in which all cases run';
  return unsupported?.(probe.supports);
}

function checkSkips(skipped: Readonly<Record<string, string>>): void {
  const names = acceleratorCases();
  for (const [name, reason] of Object.entries(skipped)) {
    if (!names.includes(name)) {
      throw new VmError('ERR_INVALID_ARGUMENT', `there is no case '${name}' to skip: they are ${names.join('; ')}`, {
        name,
      });
    }
    if (typeof reason !== 'string' || reason === '') {
      throw new VmError('ERR_INVALID_ARGUMENT', `give a reason for skipping '${name}'`, { name });
    }
  }
}
