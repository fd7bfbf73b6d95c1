import { fuzz } from './fuzz.test-util.ts';

// What sanitizers.test.ts runs under valgrind: it alone knows what an ioctl may write, from its number.

/** Enough, however slow the machine is; or else as many as there were. */
const ENOUGH = 500;
const LONGEST_MS = 120_000;

let seed = Number(process.env.PICOVM_SEED);
let returned = 0;
do returned += fuzz(seed++, 6000).outcomes.returned ?? 0;
while (returned < ENOUGH && performance.now() < LONGEST_MS);
console.log(JSON.stringify({ returned }));
