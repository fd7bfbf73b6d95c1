import { inject, type TestContext } from 'vitest';

/** Skips the test, and says so, where npm's registry cannot be reached: for what installs packages of others. */
export function needsRegistry(context: TestContext): void {
  const trouble = inject('registryTrouble');
  context.skip(trouble !== '', trouble);
}
