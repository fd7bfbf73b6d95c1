import type { Benchmark } from './benchmark.ts';
import { eventLoop } from './event-loop.ts';
import { interpMips } from './interp-mips.ts';
import { kvmAllocations } from './kvm-allocations.ts';
import { kvmCoalesced } from './kvm-coalesced.ts';
import { kvmExits } from './kvm-exits.ts';
import { kvmKicks } from './kvm-kicks.ts';
import { kvmMemory } from './kvm-memory.ts';
import { kvmSlices } from './kvm-slices.ts';
import { kvmVcpuExits } from './kvm-vcpu-exits.ts';
import { machine, writeTable } from './performance-page.ts';
import { formatTable } from './print-table.ts';
import { startup } from './startup.ts';
import { v86 } from './v86.ts';

const KVM = [kvmExits, kvmCoalesced, kvmVcpuExits, kvmAllocations, kvmSlices, kvmKicks, kvmMemory];
const BENCHMARKS: readonly Benchmark[] = [interpMips, v86, ...KVM, startup, eventLoop];

/**
 * `npm run bench [-- WORD...] [--write]`: all benchmarks, or those whose names contain one of the words. With `--write`, their
 * tables go into the documentation.
 */
async function main(args: readonly string[]): Promise<void> {
  const words = args.filter((word) => word !== '--write');
  console.log(machine());
  for (const { name, page, columns, run } of BENCHMARKS) {
    if (words.length > 0 && !words.some((word) => name.includes(word))) continue;
    const outcome = await run();
    console.log(`\n${name}\n${'skipped' in outcome ? `  SKIPPED: ${outcome.skipped}` : formatTable(outcome.rows)}`);
    if (page !== undefined && 'rows' in outcome && args.includes('--write')) writeTable(page, outcome.rows, columns);
  }
}

await main(process.argv.slice(2));
