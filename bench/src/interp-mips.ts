import { type Benchmark, median, type Outcome, type Row } from './benchmark.ts';
import { BENCH_GUESTS } from './guest-list.ts';
import { runOnInterpreter } from './interp-run.ts';
import { assembleGuest, whyNoGuests } from './shared-guests.ts';

const RUNS = 5;

/** Guest MIPS of the interpreter alone. The guests time themselves: `S` on COM1, the work, `D`. */
export const interpMips: Benchmark = {
  name: `interpreter alone (median of ${RUNS})`,
  async run(): Promise<Outcome> {
    const skipped = whyNoGuests();
    if (skipped !== undefined) return { skipped };
    const rows: Row[] = [];
    for (const { name, n, work, unit } of BENCH_GUESTS) {
      const image = assembleGuest(name, n);
      const figures: number[] = [];
      for (let i = 0; i < RUNS; i++) figures.push((work / (await runOnInterpreter(image)).milliseconds) * 1000);
      rows.push({ what: `${name} (N=${n})`, figure: `${median(figures).toFixed(1)} ${unit}` });
    }
    return { rows };
  },
};
