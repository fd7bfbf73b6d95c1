import type { DeviceState } from '@picovm/core';
import { check, fail } from '../../check.ts';
import type { Skip } from '../../runner.ts';
import type { Bench } from '../bench.ts';
import type { DeviceCase } from '../device-case.ts';
import type { Subject } from '../subject.ts';
import type { InterruptHooks } from '../test-options.ts';

/** Raises an interrupt while it is masked, and unmasks it. */
export const maskedInterruptCase: DeviceCase = {
  name: 'delivers an interrupt that was raised while masked',
  appliesTo: hasLines,
  run(subject, skip) {
    const driver = driverOf(subject, skip);
    if (!driver.masks) return skip('it has no mask of its own: interrupt.mask and interrupt.unmask were left out');
    const { bench, expect } = driver.bench();
    driver.unmask(bench);
    expect(false, 'before anything is raised');
    driver.mask(bench);
    driver.raise(bench);
    expect(false, 'while it is masked');
    driver.unmask(bench);
    expect(true, 'when it is unmasked: what was raised while it was masked is lost');
    driver.mask(bench);
    expect(false, 'when it is masked again');
    driver.unmask(bench);
    expect(true, 'when it is unmasked once more');
    if (!driver.acknowledges) return;
    driver.acknowledge(bench);
    expect(false, 'when it was served');
  },
};

/** Brings a pending interrupt to another instance, and takes one away. */
export const restoredInterruptCase: DeviceCase = {
  name: 'drives its interrupt line as its state says after a restore',
  appliesTo: hasLines,
  run(subject, skip) {
    const driver = driverOf(subject, skip);
    if (!subject.supports.snapshot) return skip('it was said to have no snapshots');
    const { bench: pending } = driver.bench();
    driver.unmask(pending);
    driver.raise(pending);
    const asserted = pending.snapshot() as DeviceState;
    driver.mask(pending);
    const masked = pending.snapshot() as DeviceState;
    const { bench: quiet } = driver.bench();
    driver.unmask(quiet);
    const idle = quiet.snapshot() as DeviceState;

    const { bench, expect } = driver.bench();
    bench.restore(asserted);
    expect(true, 'after a state with a pending interrupt was restored');
    bench.restore(idle);
    expect(false, 'after a state with no pending interrupt was restored');
    if (!driver.masks) return;
    bench.restore(masked);
    expect(false, 'after a state with a masked interrupt was restored');
    driver.unmask(bench);
    expect(true, 'when an interrupt is unmasked that was pending in a restored state');
  },
};

/** Resets a device with a pending interrupt. */
export const resetInterruptCase: DeviceCase = {
  name: 'leaves its interrupt line after a reset as it was at first',
  appliesTo: hasLines,
  run(subject, skip) {
    const driver = driverOf(subject, skip);
    if (!subject.supports.reset) return skip('it was said to have no reset');
    const { bench, expect, line } = driver.bench();
    const first = line.level;
    driver.unmask(bench);
    driver.raise(bench);
    expect(true, 'when it is raised');
    bench.reset();
    expect(first, 'after a reset');
  },
};

function hasLines({ manifest }: Subject): boolean {
  return manifest === undefined || manifest.irqs.length > 0;
}

/** The hooks of the test, as calls on benches. */
class Driver {
  readonly #subject: Subject;
  readonly #hooks: InterruptHooks;

  constructor(subject: Subject, hooks: InterruptHooks) {
    this.#subject = subject;
    this.#hooks = hooks;
  }

  get masks(): boolean {
    return this.#hooks.mask !== undefined;
  }

  get acknowledges(): boolean {
    return this.#hooks.acknowledge !== undefined;
  }

  // A device, its line, and how to say what that must be.
  bench(): { bench: Bench; line: { level: boolean }; expect: (level: boolean, when: string) => void } {
    const bench = this.#subject.quietBench();
    const irq = this.#hooks.irq ?? bench.machine.irqsAsked[0];
    const line = bench.machine.irq(irq);
    const expect = (level: boolean, when: string): void => {
      const name = (asserted: boolean): string => (asserted ? 'asserted' : 'deasserted');
      check(line.level === level, `line ${irq} must be ${name(level)} ${when}, and is ${name(line.level)}`);
    };
    return { bench, line, expect };
  }

  raise({ device, machine }: Bench): void {
    this.#hooks.raise(device, machine);
  }

  mask({ device, machine }: Bench): void {
    this.#hooks.mask?.(device, machine);
  }

  unmask({ device, machine }: Bench): void {
    this.#hooks.unmask?.(device, machine);
  }

  acknowledge({ device, machine }: Bench): void {
    this.#hooks.acknowledge?.(device, machine);
  }
}

function driverOf(subject: Subject, skip: Skip): Driver {
  const { interrupt } = subject.settings;
  const { irqsAsked } = subject.bench().machine;
  if (interrupt !== undefined) return new Driver(subject, interrupt);
  if (irqsAsked.length === 0) return skip('it asks for no interrupt line');
  return fail(
    `the device drives interrupt line ${irqsAsked.join(', ')}: tell testDevice how, with ` +
      'interrupt: { raise, mask, unmask }, or { raise } if it has no mask of its own',
  );
}
