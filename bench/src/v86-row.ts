import { median, type Row } from './benchmark.ts';
import { BENCH_GUESTS, type BenchGuest } from './guest-list.ts';
import { runOnInterpreter } from './interp-run.ts';
import { assembleGuest } from './shared-guests.ts';
import { runOnV86 } from './v86-run.ts';

// One row of v86.ts, in a process of its own: node v86-row.js GUEST RUNS

async function compare({ name, n, work, unit }: BenchGuest, runs: number): Promise<Row> {
  const image = assembleGuest(name, n);
  const ours: number[] = [];
  const theirs: number[] = [];
  const checksums = new Set<string>();
  for (let i = 0; i < runs; i++) {
    for (const [figures, run] of [
      [ours, runOnInterpreter],
      [theirs, runOnV86],
    ] as const) {
      const { milliseconds, checksum } = await run(image);
      figures.push((work / milliseconds) * 1000);
      checksums.add(checksum);
    }
  }
  if (checksums.size !== 1) throw new Error(`the checksums of ${name} differ: ${[...checksums].join(', ')}`);
  const show = (figures: number[]): string => `${median(figures).toFixed(unit === 'MIPS' ? 1 : 0)} ${unit}`;
  return {
    what: `${name} (N=${n})`,
    figure: show(ours),
    peer: show(theirs),
    verdict: (median(ours) / median(theirs)).toFixed(2),
  };
}

const [name, runs] = process.argv.slice(2);
const guest = BENCH_GUESTS.find((candidate) => candidate.name === name);
if (guest === undefined) throw new Error(`there is no guest ${name}`);
process.send?.(await compare(guest, Number(runs)));
// v86 keeps timers.
process.disconnect?.();
process.exit(0);
