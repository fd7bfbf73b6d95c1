import type { TestFunction } from '../index.ts';

/** How a test that was registered ended. */
export interface TestOutcome {
  readonly name: string;
  readonly state: 'passed' | 'failed' | 'skipped';
  /** Why it failed or was skipped. */
  readonly message: string;
  readonly milliseconds: number;
}

/** A test runner that runs nothing by itself, so that tests can look at how tests end. */
export class Collector {
  readonly #tests: [name: string, body: Parameters<TestFunction>[1]][] = [];

  /** What to register tests with. */
  readonly test: TestFunction = (name, body) => this.#tests.push([name, body]);

  get names(): string[] {
    return this.#tests.map(([name]) => name);
  }

  /** Runs the tests whose names end with `ending`. */
  async run(ending = ''): Promise<TestOutcome[]> {
    const outcomes: TestOutcome[] = [];
    for (const [name, body] of this.#tests.filter(([name]) => name.endsWith(ending))) {
      const start = performance.now();
      outcomes.push({ name, ...(await outcomeOf(body)), milliseconds: performance.now() - start });
    }
    return outcomes;
  }
}

async function outcomeOf(body: Parameters<TestFunction>[1]): Promise<Pick<TestOutcome, 'state' | 'message'>> {
  let skipped: string | undefined;
  try {
    await body({
      skip: (reason = '') => {
        skipped = reason;
      },
    });
  } catch (error) {
    return { state: 'failed', message: (error as Error).message };
  }
  return skipped === undefined ? { state: 'passed', message: '' } : { state: 'skipped', message: skipped };
}
