import { testDevice } from '@picovm/testkit';
import { test } from 'vitest';
import type { DmaChannelNumber } from './dma-types.ts';
import { dma8237 } from './dma8237.ts';

const CHANNELS: readonly DmaChannelNumber[] = [0, 1, 2, 3, 5, 6, 7];

testDevice({
  test,
  factory: dma8237,
  options: { onPostCode: () => {} },
  exercise: (dma, machine, random) => {
    for (const mask of [0x0e, 0xdc]) if (random() % 2 === 0) machine.writePort(mask, 0);
    const channel = dma.channel(CHANNELS[random() % CHANNELS.length]);
    const bytes = new Uint8Array(random() % 300).fill(random());
    if (random() % 2 === 0) channel.write(bytes);
    else channel.read(bytes);
  },
});
