/** One row of a table of results: what was measured, the figure, and beside what. */
export interface Row {
  readonly what: string;
  /** With its unit. */
  readonly figure: string;
  /** The peer's figure, if there is a peer. */
  readonly peer?: string;
  /** The ratio to the peer, or whether the goal was met. */
  readonly verdict?: string;
}

/** What a benchmark gives: rows, or why it cannot run here. */
export type Outcome = { readonly rows: readonly Row[] } | { readonly skipped: string };

/** A benchmark: a name, and a function that measures. */
export interface Benchmark {
  readonly name: string;
  /** The markers in docs/performance.md between which `--write` puts the table; none if it has no place there. */
  readonly page?: string;
  /** The headings of that table. Default: What, Picovm, Beside, Verdict. */
  readonly columns?: readonly [string, string, string, string];
  run(): Promise<Outcome>;
}

/** The median of some figures. */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** The p-th percentile of some figures, 0 to 100. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((p / 100) * sorted.length))];
}
