import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { kvm } from '@picovm/kvm-native';
import type { Benchmark, Outcome, Row } from './benchmark.ts';
import { EXIT_GUESTS } from './kvm-guest.ts';

/** Exits a second through the library, beside a plain C loop in the same process, in turn. */
export const kvmExits: Benchmark = {
  name: 'KVM exits per second (median, in turn with a C loop in the same process)',
  page: 'kvm-exits',
  columns: ['Guest', 'Picovm', 'Peer', 'Ratio'],
  async run(): Promise<Outcome> {
    const probe = await kvm().probe();
    if (!probe.available) return { skipped: probe.reason };
    const rows: Row[] = [];
    for (const { name } of EXIT_GUESTS) {
      for (const sliceMs of ['50', '1']) rows.push(await inProcessOfItsOwn(name, sliceMs));
    }
    return { rows };
  },
};

// Else the compiler would know more kinds of guests with each row, and the last one would be the slowest.
async function inProcessOfItsOwn(guest: string, sliceMs: string): Promise<Row> {
  const child = fork(fileURLToPath(new URL('./kvm-exits-row.js', import.meta.url)), [guest, sliceMs]);
  const [row] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([status]) => Promise.reject(new Error(`the measurement exited with ${status}`))),
  ])) as [Row];
  return row;
}
