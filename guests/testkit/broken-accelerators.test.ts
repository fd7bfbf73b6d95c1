import { acceleratorCases, type TestFunction, testAccelerator } from '@picovm/testkit';
import { interp } from '@picovm/x86-interp';
import { afterAll, describe, expect, test } from 'vitest';
import { BROKEN_ACCELERATORS } from './broken-accelerators.ts';

type Body = Parameters<TestFunction>[1];

/** The bodies of the tests of an accelerator, by the names of their cases. */
function casesOf(accelerator: Parameters<typeof testAccelerator>[0]['accelerator']): Map<string, Body> {
  const bodies = new Map<string, Body>();
  testAccelerator({ test: (name, body) => bodies.set(name.replace('it: ', ''), body), accelerator, name: 'it' });
  return bodies;
}

const notSkipped = { skip: (reason?: string) => expect.unreachable(`skipped: ${reason}`) };

describe('a broken accelerator is caught', () => {
  const rows: string[] = [];
  afterAll(() => console.log(`case of testAccelerator | broken accelerator | caught as\n${rows.join('\n')}`));

  test.each(BROKEN_ACCELERATORS)('$caughtBy: $fault', async ({ caughtBy, fault, accelerator }) => {
    const body = casesOf(accelerator).get(caughtBy);
    const caught = await Promise.resolve()
      .then(() => body?.(notSkipped))
      .then(
        () => expect.unreachable('it passes'),
        (error: Error) => error.message,
      );
    rows.push(`${caughtBy} | ${fault} | ${caught}`);
    expect(caught).not.toContain('skipped');
  });

  test('there is one for every case', () => {
    expect(new Set(BROKEN_ACCELERATORS.map(({ caughtBy }) => caughtBy))).toEqual(new Set(acceleratorCases()));
  });

  test.each(acceleratorCases())('and an unbroken one passes: %s', async (name) => {
    await casesOf(interp()).get(name)?.(notSkipped);
  });
});
