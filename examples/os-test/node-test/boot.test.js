// The tests, with Node's own runner: node --test node-test/boot.test.js

import { describe, test } from 'node:test';
import { accelerators } from 'picovm';
import { boot } from '../boot.js';

for (const accelerator of await accelerators()) {
  const probe = await accelerator.probe();
  const skip = probe.available ? false : probe.reason;
  describe(`tiny-os on ${accelerator.name}`, { skip }, () => {
    test('greets on the screen and over the serial line', async (t) => {
      const guest = boot(accelerator);
      t.after(() => guest.vm.dispose());
      await guest.waitForText('(y/n)');
      guest.expectScreen(['tiny-os 1.0. Add up 1 to 10? (y/n)']);
      guest.expectSerial(/^tiny-os \d+\.\d+\. /);
    });

    test('adds up when the answer is yes', async (t) => {
      const guest = boot(accelerator);
      t.after(() => guest.vm.dispose());
      await guest.waitForText('(y/n)');
      guest.send('y');
      await guest.waitForExit('halt');
      guest.expectScreen('sum = 55');
      guest.expectSerial('sum = 55\n');
      guest.expectRegisters({ ax: 55, sp: 0x7c00, cs: 0, if: 0 });
      guest.expectMemory(0x600, [55, 0]);
    });

    test('asks again when it does not understand', async (t) => {
      const guest = boot(accelerator);
      t.after(() => guest.vm.dispose());
      await guest.waitForSerial('(y/n)');
      guest.send('?y');
      await guest.waitForExit('halted');
      guest.expectScreen(['tiny-os 1.0. Add up 1 to 10? (y/n) ?', 'Add up 1 to 10? (y/n) y', 'sum = 55']);
    });
  });
}
