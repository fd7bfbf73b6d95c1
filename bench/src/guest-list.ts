/** A benchmark guest: a boot sector that writes `S` to COM1, does its work, and writes `D` and a checksum. */
export interface BenchGuest {
  readonly name: string;
  /** Its size, `-DN=`. */
  readonly n: number;
  /** What it does between `S` and `D`: instructions in millions; or, of one that copies memory, megabytes. */
  readonly work: number;
  readonly unit: 'MIPS' | 'MB/s';
}

/** The guests, with sizes for interpreters: about a second each. */
export const BENCH_GUESTS: readonly BenchGuest[] = [
  instructions('alu', 2e7, (n) => 7 * n),
  instructions('sieve', 4, (n) => n * sievePass()),
  instructions('memcpy', 50, (n) => n * (6 * 262_144 + 5)),
  instructions('fib', 32, (n) => 15 * fibonacci(n + 1) - 12),
  instructions('x87', 4e6, (n) => 8 * n),
  instructions('ram16', 700, (n) => 10 * n * 10_004),
  instructions('vga16', 4000, (n) => n * 10_004),
  instructions('portio', 3e6, (n) => 3 * n),
  instructions('smc', 50_000, (n) => n * (256 * 4 + 4)),
  instructions('paging', 20_000, (n) => n * (256 * 5 + 6)),
  { name: 'repmovs', n: 4000, work: 4000 * 1.048576, unit: 'MB/s' },
];

function instructions(name: string, n: number, count: (n: number) => number): BenchGuest {
  return { name, n, work: count(n) / 1e6, unit: 'MIPS' };
}

function fibonacci(n: number): number {
  let [a, b] = [0, 1];
  for (let i = 0; i < n; i++) [a, b] = [b, a + b];
  return a;
}

// Clears and marks a megabyte, and counts what is not marked.
function sievePass(): number {
  const size = 1 << 20;
  const marked = new Uint8Array(size);
  let count = 3 + size + 1;
  for (let i = 2; i < 1024; i++) {
    count += 5;
    if (marked[i] !== 0) continue;
    count += 2;
    for (let k = i * i; k < size; k += i) {
      marked[k] = 1;
      count += 4;
    }
  }
  return count + 2 + 5 * (size - 2) + 2;
}
