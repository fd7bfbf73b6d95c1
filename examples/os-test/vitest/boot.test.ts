// The tests, with vitest: vitest run --dir vitest

import { accelerators } from 'picovm';
import { describe, onTestFinished, test } from 'vitest';
import { boot } from '../boot.js';

for (const accelerator of await accelerators()) {
  const probe = await accelerator.probe();
  describe(`tiny-os on ${accelerator.name}`, () => {
    if (!probe.available) {
      test('all tests', ({ skip }) => skip(probe.reason));
      return;
    }

    test('greets on the screen and over the serial line', async () => {
      const guest = boot(accelerator);
      onTestFinished(() => guest.vm.dispose());
      await guest.waitForText('(y/n)');
      guest.expectScreen(['tiny-os 1.0. Add up 1 to 10? (y/n)']);
      guest.expectSerial(/^tiny-os \d+\.\d+\. /);
    });

    test('adds up when the answer is yes', async () => {
      const guest = boot(accelerator);
      onTestFinished(() => guest.vm.dispose());
      await guest.waitForText('(y/n)');
      guest.send('y');
      await guest.waitForExit('halt');
      guest.expectScreen('sum = 55');
      guest.expectSerial('sum = 55\n');
      guest.expectRegisters({ ax: 55, sp: 0x7c00, cs: 0, if: 0 });
      guest.expectMemory(0x600, [55, 0]);
    });

    test('asks again when it does not understand', async () => {
      const guest = boot(accelerator);
      onTestFinished(() => guest.vm.dispose());
      await guest.waitForSerial('(y/n)');
      guest.send('?y');
      await guest.waitForExit('halted');
      guest.expectScreen(['tiny-os 1.0. Add up 1 to 10? (y/n) ?', 'Add up 1 to 10? (y/n) y', 'sum = 55']);
    });
  });
}
