// The kit in Node's own runner; node-test.test.ts starts it.

import { test } from 'node:test';
import { testAccelerator } from '@picovm/testkit';
import { interp } from '@picovm/x86-interp';

testAccelerator({ test, accelerator: interp, skip: { 'runs to HLT': 'to see how a skipped test looks' } });

testAccelerator({
  test,
  accelerator: { ...interp(), probe: async () => ({ available: false, code: 'none', reason: 'there is none here' }) },
  name: 'none',
});
