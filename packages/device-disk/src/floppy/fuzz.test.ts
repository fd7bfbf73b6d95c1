import { expect, it } from 'vitest';
import { fuzzFloppy, KINDS } from './fuzz.test-util.ts';

it.each(KINDS)('whatever a guest does, with a disk that is %s', async (kind) => {
  await expect(fuzzFloppy(kind, 333, 40_000)).resolves.toBeUndefined();
});
