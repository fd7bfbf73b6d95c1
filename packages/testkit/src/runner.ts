/** What a test runner hands to a test: `skip` marks it as skipped. vitest and node:test do; others may hand nothing. */
export interface TestRunContext {
  /** Marks the running test as skipped, with the reason. It may throw or return. */
  skip(reason?: string): unknown;
}

/**
 * A test runner's function that registers one test: `test` of vitest, `test` of `node:test`, or any function of this
 * shape. The body throws, or its promise rejects, if the test fails.
 */
export type TestFunction = (name: string, body: (context?: TestRunContext) => void | Promise<void>) => unknown;

/** Ends a test as skipped, with the reason. */
export type Skip = (reason: string) => never;

/** Thrown to leave a test that was marked as skipped, where the runner's own `skip` returns. */
class Skipped extends Error {}

/** Registers a test whose body can skip itself, loudly, whatever the runner. */
export function registerTest(test: TestFunction, name: string, body: (skip: Skip) => void | Promise<void>): void {
  // No declared parameter: some runners take a body with one for a body that calls back when it is done.
  test(name, async (...given: unknown[]) => {
    const context = given[0] as Partial<TestRunContext> | undefined;
    const skip: Skip = (reason) => {
      if (typeof context?.skip === 'function') context.skip(reason);
      else console.warn(`skipped: ${name}: ${reason}`);
      throw new Skipped(reason);
    };
    try {
      await body(skip);
    } catch (error) {
      if (!(error instanceof Skipped)) throw error;
    }
  });
}
