import { interp } from '@picovm/x86-interp';
import { loadImage, pico } from 'picovm';
import { type Benchmark, median, type Outcome, type Row } from './benchmark.ts';
import { assembleGuest, whyNoGuests } from './shared-guests.ts';

const RUNS = 5;

/** The 16-bit guests: their size, and how many instructions they run between `S` and `D`. */
const GUESTS = [
  { name: 'ram16', n: 700, instructions: (n: number) => 10 * n * 10_004 },
  { name: 'vga16', n: 4000, instructions: (n: number) => n * 10_004 },
];

/** Guest MIPS of the interpreter on the 16-bit loops. The guests time themselves: `S` on COM1, the work, `D`. */
export const interpMips: Benchmark = {
  name: 'interpreter, guest MIPS (median of 5)',
  async run(): Promise<Outcome> {
    const skipped = whyNoGuests();
    if (skipped !== undefined) return { skipped };
    const rows: Row[] = [];
    for (const { name, n, instructions } of GUESTS) {
      const image = assembleGuest(name, n);
      const figures: number[] = [];
      for (let i = 0; i < RUNS; i++) figures.push(instructions(n) / (await timeGuest(image)) / 1000);
      rows.push({ what: `${name} (N=${n})`, figure: `${median(figures).toFixed(1)} MIPS` });
    }
    return { rows };
  },
};

/** @returns milliseconds between the guest's `S` and `D` */
async function timeGuest(image: Uint8Array): Promise<number> {
  let started = 0;
  let took = 0;
  const { vm } = pico({
    accelerator: interp(),
    onSerial: ([byte]: Uint8Array) => {
      if (byte === 'S'.charCodeAt(0)) started = performance.now();
      if (byte === 'D'.charCodeAt(0) && took === 0) took = performance.now() - started;
    },
  });
  loadImage(vm, image);
  const result = await vm.run({ timeoutMs: 120_000 });
  vm.dispose();
  if (result.outcome !== 'halted' || took === 0) throw new Error(`the guest did not finish: ${result.message}`);
  return took;
}
