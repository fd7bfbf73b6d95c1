import { writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { type Counts, fuzzRound } from './fuzz-round.test-util.ts';

// What the child process runs: SEED MILLISECONDS ADDON. The seed of each round is written before it begins, so that who waits
// for this process knows it even after a crash. With no time, it runs one round.

const [seed, milliseconds, addon] = process.argv.slice(2);
const end = performance.now() + Number(milliseconds);
const counts: Counts = {};
let rounds = 0;
for (let next = Number(seed); ; next = (next + 1) >>> 0) {
  writeSync(1, `${next}\n`);
  fuzzRound(next, counts, addon);
  rounds++;
  // As in any program, the event loop gets its turn: finalizers run there, which give memory back.
  if (rounds % 16 === 0) await setImmediate();
  if (performance.now() >= end) break;
}
writeSync(1, `${JSON.stringify({ rounds, counts })}\n`);
