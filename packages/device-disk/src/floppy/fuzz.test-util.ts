import { Random } from '@picovm/testkit';
import { expect } from 'vitest';
import { slowBlocks } from '../block/slow-blocks.test-util.ts';
import { type BlockBackend, memoryBlocks, readOnly } from '../index.ts';
import { driver, SIZE } from './floppy.test-util.ts';

function flaky(random: (below: number) => number): BlockBackend {
  const inner = memoryBlocks(SIZE);
  const maybe = (act: () => void): void | Promise<void> => {
    const kind = random(4);
    if (kind === 0) throw new Error('broken');
    if (kind === 1) return Promise.reject(new Error('broken'));
    act();
    return kind === 2 ? Promise.resolve() : undefined;
  };
  return {
    size: SIZE,
    readonly: false,
    read: (offset, out) => maybe(() => inner.read(offset, out)),
    write: (offset, data) => maybe(() => inner.write(offset, data)),
    flush: () => maybe(() => {}),
  };
}

const OPCODES = [0x02, 0x03, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0c, 0x0d, 0x0e, 0x0f, 0x12, 0x13, 0x14, 0x16];

/** The disks that there are. */
export const KINDS = ['synchronous', 'slow', 'flaky', 'read-only', 'absent'] as const;

/** Does what no driver would do, and fails if the device throws, answers with what is no byte, or grows. */
export async function fuzzFloppy(kind: (typeof KINDS)[number], seed: number, rounds: number): Promise<void> {
  const numbers = new Random(seed);
  const random = (below: number): number => numbers.below(below);
  const slow = slowBlocks(SIZE);
  const blocks = {
    synchronous: memoryBlocks(SIZE),
    slow,
    flaky: flaky(random),
    'read-only': readOnly(memoryBlocks(SIZE)),
    absent: memoryBlocks(SIZE),
  }[kind];
  const { machine, fdc, dma, clock, give, msr } = driver({}, blocks);
  if (kind === 'absent') fdc.eject(0);
  const stages = new Set<unknown>();
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  // A command that makes some sense, or nearly.
  const command = (): void => {
    const flags = random(2) === 0 ? 0 : random(8) << 5;
    const sense = [random(5), random(3), random(2), random(21), 2, random(20), 27, random(30)];
    give(flags | OPCODES[random(OPCODES.length)]);
    for (let i = 0; i < 8; i++) give(random(12) === 0 ? random(256) : sense[i]);
  };
  for (let round = 0; round < rounds; round++) {
    const what = random(12);
    if (what < 3) machine.writePort(0x3f0 + random(8), random(256));
    else if (what < 6) expect(machine.readPort(0x3f0 + random(8))).toBeLessThan(256);
    else if (what === 6) command();
    else if (what === 7) clock.advance(random(200_000));
    else if (what === 8) dma.program(random(3) === 0 ? 0 : random(4000));
    else if (what === 9)
      for (let i = random(600); i > 0; i--) random(2) === 0 ? give(i & 0xff) : machine.readPort(0x3f5);
    else if (round % 5 === 0) await turn();
    if (round % 11 === 0 && slow.asked.length > 0) await slow.settle(random(4) === 0 ? new Error('broken') : undefined);
    if (round % 997 === 0 && kind !== 'slow') fdc.insert(random(2), blocks);
    if (round % 101 === 0) {
      const state = fdc.snapshot();
      stages.add(state.stage);
      if (random(4) === 0) fdc.restore(state);
    }
    expect(clock.pending).toBeLessThan(8);
    expect(slow.asked.length).toBeLessThan(2);
  }
  expect(stages.size).toBeGreaterThan(1);
  // And then a driver comes that resets it.
  machine.writePort(0x3f2, 0);
  machine.writePort(0x3f2, 0x0c);
  clock.advance(1_000_000);
  expect([msr(), machine.irq(6).level]).toEqual([0x80, true]);
  give(0x08);
  expect(machine.readPort(0x3f5)).toBe(0xc0);
}
