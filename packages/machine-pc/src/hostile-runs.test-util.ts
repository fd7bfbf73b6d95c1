import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type RunResult, VmError } from '@picovm/core';
import { Random } from '@picovm/testkit';
import { expect } from 'vitest';
import { randomAccess, randomCode, randomScenario, type Victim, victim, writeTables } from './hostile.test-util.ts';

/** Milliseconds of one access at most (of a few hundred elements, if it is a block), on a host that is busy with other things. */
const LONGEST_ACCESS = 1000;
/** Milliseconds of a run beyond its time limit. */
export const LONGEST_OVERRUN = 2000;
/** Bytes by which the heap may be larger at the end than in the middle. */
const GROWTH = 4e6;
const RUN_MS = 8;

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

function heap(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

/** Random accesses of a guest, with some of its instructions in between, time that passes, and snapshots. */
export async function fuzzAccesses(seed: number, firmware: boolean, count: number): Promise<void> {
  const random = new Random(seed);
  const subject = victim(firmware);
  const { pc } = subject;
  const rom = pc.vm.memory.read(0xffff0000, 0x10000);
  let ranges = pc.vm.ports.map();
  let slowest = { ms: 0, what: '' };
  let middle = 0;
  for (let i = 0; i < count; i++) {
    if (i % 500 === 0) {
      ranges = pc.vm.ports.map();
      writeTables(pc, random);
    }
    const start = performance.now();
    const what = random.oneIn(10) ? randomScenario(subject, random) : randomAccess(pc, random, ranges);
    const ms = performance.now() - start;
    if (ms > slowest.ms) slowest = { ms, what };
    if (random.oneIn(50)) await Promise.resolve();
    if (random.oneIn(400)) await runFor(subject, `${seed}, after ${i} accesses, the last ${what}`);
    if (i % 10_000 === 9_999) saveAndRestore(subject, random, seed);
    if (i === count >> 1) middle = heap();
  }
  expect(slowest.ms, slowest.what).toBeLessThan(LONGEST_ACCESS);
  // It came to something.
  const sum = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0);
  expect(sum(subject.disks.map(({ reads }) => reads))).toBeGreaterThan(20);
  expect(sum(subject.disks.map(({ writes }) => writes))).toBeGreaterThan(0);
  await finish(subject, rom, middle);
}

/** Random code on the vCPU. */
export async function fuzzCode(seed: number, firmware: boolean, rounds: number): Promise<void> {
  const random = new Random(seed);
  const subject = victim(firmware);
  const rom = subject.pc.vm.memory.read(0xffff0000, 0x10000);
  let middle = 0;
  for (let round = 0; round < rounds; round++) {
    if (random.oneIn(4)) subject.pc.restart();
    writeTables(subject.pc, random);
    randomCode(subject.pc, random);
    if (random.oneIn(3)) type(subject, random);
    for (let i = 0; i < 3; i++) await runFor(subject, `${seed}, round ${round}`);
    if (round % 20 === 19) saveAndRestore(subject, random, seed);
    if (round === rounds >> 1) middle = heap();
  }
  await finish(subject, rom, middle);
}

// What cannot be typed because so much waits already is refused.
function type({ pc }: Victim, random: Random): void {
  try {
    pc.input.keyboard.type('hostile '.repeat(1 + random.below(1000)));
  } catch (error) {
    if (!(error instanceof VmError) || error.code !== 'ERR_INVALID_ARGUMENT') throw error;
  }
}

/** Runs for a moment. The guest may end it in any way but one: that something of ours fails. */
async function runFor({ pc }: Victim, where: string): Promise<void> {
  const start = performance.now();
  const { outcome, error, message }: RunResult = await pc.vm.run({ timeoutMs: RUN_MS });
  expect(error?.message, where).toBeUndefined();
  expect(`${outcome} ${message}`, where).not.toMatch(/^failed/);
  expect(performance.now() - start, where).toBeLessThan(RUN_MS + LONGEST_OVERRUN);
}

/** A snapshot goes into the machine that it is of, later, too. */
function saveAndRestore({ pc }: Victim, random: Random, seed: number): void {
  const snapshot = pc.vm.snapshot();
  const ranges = pc.vm.ports.map();
  for (let i = 0; i < 200; i++) randomAccess(pc, random, ranges);
  pc.vm.restore(snapshot);
  const again = pc.vm.snapshot();
  for (const [id, state] of Object.entries(again.devices)) {
    expect(state, `${id}, seed ${seed}`).toEqual(snapshot.devices[id]);
  }
}

async function finish({ pc, disks }: Victim, rom: Uint8Array, middle: number): Promise<void> {
  // What asynchronous disks have in hand comes to its end.
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(Buffer.compare(pc.vm.memory.read(0xffff0000, 0x10000), rom)).toBe(0);
  expect(disks.map(({ violations }) => violations)).toEqual(disks.map(() => 0));
  expect(pc.vm.counters().devices.bios?.metrics.failures ?? 0).toBe(0);
  expect(heap() - middle).toBeLessThan(GROWTH);
  // It is still a machine: switched on again, it starts.
  pc.vm.reset();
  pc.vm.dispose();
}
