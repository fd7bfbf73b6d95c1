import { type FakeMachine, testDevice } from '@picovm/testkit';
import { test } from 'vitest';
import { type Ata, type AtaOptions, ata, type BlockBackend } from '../index.ts';

const STATUS = 0x1f7;
const CONTROL = 0x3f6;

/** Sectors that never change: media are no part of a state. */
function fixed(size: number): BlockBackend {
  const read = (offset: number, out: Uint8Array): void => {
    for (let i = 0; i < out.length; i++) out[i] = (offset + i) >>> 3;
  };
  return { size, readonly: false, read, write() {}, flush() {} };
}

const COMMANDS = [
  0x00, 0x08, 0x10, 0x20, 0x24, 0x27, 0x29, 0x30, 0x34, 0x39, 0x40, 0x42, 0x70, 0x90, 0x91, 0xa0, 0xa1, 0xc4, 0xc5,
  0xc6, 0xc8, 0xca, 0xe0, 0xe1, 0xe5, 0xe7, 0xea, 0xec, 0xef, 0xf8,
];
const PACKETS = [0x00, 0x03, 0x12, 0x1a, 0x1b, 0x1e, 0x25, 0x28, 0x2b, 0x43, 0x46, 0x4a, 0x51, 0x5a, 0xa8, 0xbd, 0xbe];

/** Whole commands, with their data or a part of them. */
function exercise(_device: Ata, machine: FakeMachine, random: () => number): void {
  const base = random() % 2 === 0 ? 0x1f0 : 0x170;
  machine.writePort(base === 0x1f0 ? CONTROL : 0x376, random() % 8 === 0 ? random() & 0xff : 0);
  machine.writePort(base + 6, random() & 0xff);
  for (let i = 1; i <= 5; i++) machine.writePort(base + i, random() % 3 === 0 ? random() & 0xff : random() % 4);
  const command = COMMANDS[random() % COMMANDS.length];
  machine.writePort(base + 7, command);
  if (command === 0xa0) {
    const packet = new Uint8Array(12);
    packet[0] = PACKETS[random() % PACKETS.length];
    packet[4] = random();
    packet[5] = random() % 16;
    packet[8] = random() % 4;
    machine.ports.writeBlock(base, 2, packet);
  }
  for (let i = random() % 6; i > 0; i--) {
    if (random() % 2 === 0) machine.ports.readBlock(base, 2, new Uint8Array(2 * (random() % 600)));
    else machine.ports.writeBlock(base, 2, new Uint8Array(2 * (random() % 600)).fill(random()));
    if (random() % 2 === 0) machine.readPort(base + 7);
  }
}

const options = {
  drives: {
    primaryMaster: { kind: 'disk', blocks: fixed(512 * 4000) },
    primarySlave: { kind: 'cdrom', blocks: fixed(2048 * 40) },
    secondarySlave: { kind: 'disk', blocks: fixed(512) },
  },
} as const;

testDevice({
  test,
  factory: ata,
  options,
  reportsFailures: true,
  exercise,
  interrupt: {
    raise(_ata, machine) {
      machine.writePort(0x1f6, 0xe0);
      machine.writePort(STATUS, 0xf8);
    },
    mask: (_ata, machine) => machine.writePort(CONTROL, 0x02),
    unmask: (_ata, machine) => machine.writePort(CONTROL, 0x00),
    acknowledge: (_ata, machine) => void machine.readPort(STATUS),
  },
  backend: (fn): AtaOptions => {
    const call = (): void => void fn();
    const failing = { size: 512 * 4000, readonly: false, read: fn as never, write: fn as never, flush: fn as never };
    return {
      onTray: call,
      drives: {
        primaryMaster: { kind: 'disk', blocks: failing },
        primarySlave: { kind: 'cdrom', blocks: failing },
        secondarySlave: { kind: 'disk', blocks: failing },
      },
    };
  },
});
