import { testDevice } from '@picovm/testkit';
import { test } from 'vitest';
import { i8042 } from './i8042.ts';

const KEYS = ['KeyA', 'Pause', 'PrintScreen', 'AltLeft', 'ShiftRight', 'ArrowUp'];
const COMMANDS = [0xed, 0xf0, 0xf3, 0xf4, 0xf5, 0xf6, 0xff, 0xf2, 0xe8, 0xe9, 0xeb, 0xee, 0xec, 200, 100, 80, 0, 1, 2];

testDevice({
  test,
  factory: i8042,
  options: { mayType: () => true },
  interrupt: {
    raise: ({ keyboard }) => void keyboard.press('KeyA'),
    mask: (_device, machine) => {
      machine.writePort(0x64, 0x60);
      machine.writePort(0x60, 0x40);
    },
    unmask: (_device, machine) => {
      machine.writePort(0x64, 0x60);
      machine.writePort(0x60, 0x41);
    },
    acknowledge: (_device, machine) => void machine.readPort(0x60),
  },
  exercise: ({ keyboard, mouse }, machine, random) => {
    const pick = <T>(list: readonly T[]): T => list[random() % list.length];
    if (keyboard.pending < 100) keyboard.type('Hi\x03\n');
    if (keyboard.pending < 100) keyboard[pick(['press', 'release', 'tap'] as const)](pick(KEYS));
    if (random() % 8 === 0) keyboard.send(Uint8Array.of(0xf0, random()));
    mouse.move((random() % 600) - 300, (random() % 600) - 300, (random() % 30) - 15);
    mouse.buttons({ left: random() % 2 === 0, forward: random() % 2 === 0 });
    if (random() % 2 === 0) machine.writePort(0x64, 0xd4);
    machine.writePort(0x60, pick(COMMANDS));
    for (let i = random() % 4; i > 0; i--) machine.readPort(0x60);
  },
});
