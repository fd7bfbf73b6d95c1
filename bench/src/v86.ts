import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Benchmark, Outcome, Row } from './benchmark.ts';
import { BENCH_GUESTS } from './guest-list.ts';
import { whyNoGuests } from './shared-guests.ts';

const RUNS = 5;
const GOAL_MEAN = 1;
const GOAL_EACH = 0.6;

/** The interpreter beside that of v86, in turn. Guests time themselves, and their checksums must be the same. */
export const v86: Benchmark = {
  name: `interpreter, beside v86 without its compiler (median of ${RUNS}, in turn)`,
  page: 'v86',
  columns: ['Guest', 'Picovm', 'Peer', 'Ratio'],
  async run(): Promise<Outcome> {
    const skipped = whyNoGuests();
    if (skipped !== undefined) return { skipped };
    const rows: Row[] = [];
    for (const { name } of BENCH_GUESTS) rows.push(await inProcessOfItsOwn(name));
    const ratios = rows.map(({ verdict }) => Number(verdict));
    const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
    const met = mean >= GOAL_MEAN && Math.min(...ratios) >= GOAL_EACH;
    rows.push({
      what: 'geometric mean',
      figure: '',
      verdict: `${mean.toFixed(2)}; goal ${GOAL_MEAN}, and ${GOAL_EACH} for each: ${met ? 'met' : 'missed'}`,
    });
    return { rows };
  },
};

// Else what V8 learnt of one guest would count for the next.
async function inProcessOfItsOwn(name: string): Promise<Row> {
  const child = fork(fileURLToPath(new URL('./v86-row.js', import.meta.url)), [name, String(RUNS)]);
  const [row] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([status]) => Promise.reject(new Error(`${name} exited with ${status}`))),
  ])) as [Row];
  return row;
}
