import { describe, expect, test } from 'vitest';
import { cases } from './cases/index.ts';
import { accelerators, whyNot } from './harness/accelerators.ts';
import { differences } from './harness/compare.ts';
import { runCase } from './harness/run-case.ts';

for (const accelerator of accelerators) {
  const probe = await accelerator.probe();
  describe(`guest programs on ${accelerator.name}`, () => {
    if (!probe.available) {
      test(`all ${cases.length} programs`, (context) => context.skip(`${accelerator.name}: ${probe.reason}`));
      return;
    }
    for (const guestCase of cases) {
      test(`${guestCase.name}: ${guestCase.about}`, async (context) => {
        const reason = whyNot(guestCase, accelerator, probe.supports);
        if (reason !== undefined) context.skip(reason);
        const seen = await runCase(guestCase, accelerator);
        const lines = differences(guestCase, seen);
        if (lines.length > 0) expect.fail(lines.join('\n'));
      });
    }
  });
}
