import { cpus } from 'node:os';
import type { Benchmark } from './benchmark.ts';
import { eventLoop } from './event-loop.ts';
import { interpMips } from './interp-mips.ts';
import { kvmAllocations } from './kvm-allocations.ts';
import { kvmExits } from './kvm-exits.ts';
import { formatTable } from './print-table.ts';
import { startup } from './startup.ts';

const BENCHMARKS: readonly Benchmark[] = [interpMips, kvmExits, kvmAllocations, startup, eventLoop];

/** `npm run bench [-- WORD...]`: all benchmarks, or those whose names contain one of the words. */
async function main(words: readonly string[]): Promise<void> {
  console.log(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown CPU'}`);
  for (const { name, run } of BENCHMARKS) {
    if (words.length > 0 && !words.some((word) => name.includes(word))) continue;
    const outcome = await run();
    console.log(`\n${name}\n${'skipped' in outcome ? `  SKIPPED: ${outcome.skipped}` : formatTable(outcome.rows)}`);
  }
}

await main(process.argv.slice(2));
