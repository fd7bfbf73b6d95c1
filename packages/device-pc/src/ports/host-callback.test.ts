import { FakeMachine } from '@picovm/testkit';
import { expect, it } from 'vitest';
import { dma8237 } from '../dma/dma8237.ts';
import { i8042 } from '../i8042/i8042.ts';

it('a function of the host that throws, or rejects, is counted, and logged once', async () => {
  let calls = 0;
  const onPostCode = (): unknown => {
    if (calls++ === 0) throw new Error('no display');
    return Promise.reject(new Error('still none'));
  };
  const machine = new FakeMachine(dma8237({ onPostCode }));
  for (let code = 0; code < 3; code++) machine.writePort(0x80, code);
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(machine.metrics.values()).toEqual({ hostErrors: 3 });
  expect(machine.log).toEqual([{ level: 'warn', message: 'onPostCode failed: Error: no display' }]);
});

it('who fails to say whether there is room lets the text be typed', () => {
  const device = i8042({
    mayType: () => {
      throw new Error('no idea');
    },
  });
  const machine = new FakeMachine(device);
  device.keyboard.type('a');
  expect(machine.readPort(0x60)).toBe(0x1e);
});
