import type { Vm } from '@picovm/core';
import { kvm } from '@picovm/kvm-native';
import { type Benchmark, median, type Outcome, type Row } from './benchmark.ts';
import { type ExitGuest, libraryVm, MMIO_WRITES, PORT_WRITES } from './kvm-guest.ts';

const WRITES = 20_000;
const WARM_UP = 5;
const ROUNDS = 40;

/** Writes that need not be seen at once, beside those of the same guest to a device that has to see them. */
export const kvmCoalesced: Benchmark = {
  name: 'KVM coalesced writes (median, in turn with plain ones in the same process)',
  page: 'kvm-coalesced',
  columns: ['Guest', 'Coalesced', 'Plain', 'Ratio'],
  async run(): Promise<Outcome> {
    const probe = await kvm().probe();
    if (!probe.available) return { skipped: probe.reason };
    const rows: Row[] = [];
    for (const guest of [PORT_WRITES, MMIO_WRITES]) {
      for (const sliceMs of [50, 1]) rows.push(await compare(guest, sliceMs));
    }
    return { rows };
  },
};

async function compare(guest: ExitGuest, sliceMs: number): Promise<Row> {
  const machines = [true, false].map((coalesced) => new Writer(guest, coalesced));
  const [late, plain]: number[][] = [[], []];
  for (let i = 0; i < WARM_UP + ROUNDS; i++) {
    late.push(await machines[0].measure(sliceMs));
    plain.push(await machines[1].measure(sliceMs));
  }
  for (const machine of machines) machine.dispose();
  const ratio = median(late.map((ns, i) => plain[i] / ns).slice(WARM_UP));
  return {
    what: `${guest.name}, slices of ${sliceMs} ms`,
    figure: show(median(late.slice(WARM_UP))),
    peer: show(median(plain.slice(WARM_UP))),
    verdict: `${ratio.toFixed(2)} times as many`,
  };
}

/** A guest that writes, and how many of its writes have come. */
class Writer {
  readonly #vm: Vm;
  #writes = 0;

  constructor(guest: ExitGuest, coalesced: boolean) {
    this.#vm = libraryVm(guest, () => void this.#writes++, coalesced);
  }

  /** @returns nanoseconds for a write that has come; there may be some more than were asked for */
  async measure(sliceMs: number): Promise<number> {
    const before = this.#writes;
    const start = performance.now();
    const { outcome } = await this.#vm.run({ maxExits: WRITES, sliceMs });
    if (outcome !== 'max-exits') throw new Error(`the guest ended with ${outcome}`);
    return ((performance.now() - start) * 1e6) / (this.#writes - before);
  }

  dispose(): void {
    this.#vm.dispose();
  }
}

function show(nanoseconds: number): string {
  return `${Math.round(1e9 / nanoseconds).toLocaleString('en')} /s (${Math.round(nanoseconds)} ns)`;
}
