import { testDevice } from '@picovm/testkit';
import { test } from 'vitest';
import { uart16550 } from '../index.ts';
import { IER, MCR, OUT2, RBR } from './uart.test-util.ts';

const BASE = 0x3f8;
const DATA_AVAILABLE = 0x01;

testDevice({
  test,
  factory: uart16550,
  interrupt: {
    raise: (uart) => void uart.receive(Uint8Array.of(0x41)),
    mask: (_uart, machine) => machine.writePort(BASE + IER, 0),
    unmask: (_uart, machine) => {
      machine.writePort(BASE + MCR, OUT2);
      machine.writePort(BASE + IER, DATA_AVAILABLE);
    },
    acknowledge: (_uart, machine) => void machine.readPort(BASE + RBR),
  },
  exercise: (uart, _machine, random) => {
    uart.receive(Uint8Array.from({ length: random() % 40 }, () => random()));
    if (random() % 4 === 0) uart.receiveError('parity', random() % 256);
  },
});
