import type { FakeMachine } from '@picovm/testkit';
import { testDevice } from '@picovm/testkit';
import { test } from 'vitest';
import { memoryBlocks } from '../block/memory-blocks.ts';
import { floppy } from './floppy.ts';

const BASE = 0x3f0;
const DOR = BASE + 2;
const MSR = BASE + 4;
const FIFO = BASE + 5;

const SIZE = 1_474_560;
// A channel that moves everything at once, and knows nothing of what was before.
const dma = {
  channel: () => ({
    write: (data: Uint8Array) => data.length,
    read: (out: Uint8Array) => out.fill(7).length,
    terminalCount: true,
  }),
};

const COMMANDS: readonly (readonly number[])[] = [
  [0xe6, 0, 3, 0, 17, 2, 18, 27, 0xff],
  [0xc5, 4, 3, 1, 18, 2, 18, 27, 0xff],
  [0x16, 0x80, 0, 0, 1, 2, 18, 27, 5],
  [0x42, 0, 3, 0, 1, 2, 18, 27, 0xff],
  [0x4d, 0, 2, 4, 27, 0xf6],
  [0x4a, 0],
  [0x0f, 0, 3],
  [0xcf, 1, 20],
  [0x07, 0],
  [0x08],
  [0x03, 0xdf, 0x02],
  [0x03, 0xdf, 0x03],
  [0x0e],
  [0x94],
  [0x13, 0, 0x57, 0],
  [0x12, 0x84],
  [0x04, 1],
  [0x4c, 0, 3, 0, 1, 2, 2, 27, 0xff],
];

function exercise(_device: unknown, machine: FakeMachine, random: () => number): void {
  if (random() % 3 === 0) machine.writePort(DOR, random() % 4 === 0 ? 0x08 : 0x1c);
  if (random() % 3 === 0) machine.writePort(0x3f7, random() % 8 === 0 ? 2 : 0);
  for (let round = 0; round < 4; round++) {
    for (let i = 0; i < 12 && (machine.readPort(MSR) & 0xc0) === 0xc0; i++) machine.readPort(FIFO);
    for (const byte of COMMANDS[random() % COMMANDS.length]) machine.writePort(FIFO, byte);
    machine.clock.advance(random() % 200_000);
    for (let i = random() % 1500; i > 0 && (machine.readPort(MSR) & 0xa0) === 0xa0; i--) {
      if ((machine.readPort(MSR) & 0x40) === 0) machine.writePort(FIFO, i & 0xff);
      else machine.readPort(FIFO);
    }
  }
}

testDevice({
  test,
  factory: floppy,
  options: { drives: [{ blocks: memoryBlocks(SIZE) }, {}], dma },
  exercise,
  reportsFailures: true,
  backend: (fn) => ({
    dma,
    drives: [
      {
        blocks: {
          size: SIZE,
          readonly: false,
          read: fn as () => void,
          write: fn as () => void,
          flush: fn as () => void,
        },
      },
    ],
  }),
  elsewhere: { base: 0x370, dirPort: 0x377, irq: 7 },
  interrupt: {
    raise: (_device, machine) => {
      for (const byte of [0x07, 0]) machine.writePort(FIFO, byte);
      machine.clock.advance(2e6);
    },
    mask: (_device, machine) => machine.writePort(DOR, 0x14),
    unmask: (_device, machine) => machine.writePort(DOR, 0x1c),
    acknowledge: (_device, machine) => {
      machine.writePort(FIFO, 0x08);
      machine.readPort(FIFO);
    },
  },
});
