// This test fails, because boot.asm has a bug: node --test node-test/boot.bug.test.js shows what a failure looks like.

import { test } from 'node:test';
import { accelerators } from 'picovm';
import { boot } from '../boot.js';

for (const accelerator of await accelerators()) {
  const probe = await accelerator.probe();
  const skip = probe.available ? false : probe.reason;
  test(`tiny-os on ${accelerator.name} counts when the answer is no`, { skip }, async (t) => {
    const guest = boot(accelerator);
    t.after(() => guest.vm.dispose());
    await guest.waitForText('(y/n)');
    guest.send('n');
    await guest.waitForText('count = 10');
  });
}
