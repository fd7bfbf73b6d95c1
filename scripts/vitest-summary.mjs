import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';

/**
 * A vitest reporter that counts, and that names every skipped test with the reason which the test gave
 * (`ctx.skip('no /dev/kvm')`): a test that did not run must not look like one that passed.
 *
 * With PICOVM_TEST_TOTALS=FILE in the environment it writes the counts to FILE as JSON; scripts/dev.mjs prints them as
 * the very last line, after vitest has printed everything else.
 */
export default class SummaryReporter {
  /** @type {import('vitest/node').Vitest | undefined} */
  #vitest;

  /** @param {import('vitest/node').Vitest} vitest */
  onInit(vitest) {
    this.#vitest = vitest;
  }

  /**
   * @param {ReadonlyArray<import('vitest/node').TestModule>} modules
   * @param {ReadonlyArray<unknown>} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    const totals = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    const skipped = [];
    for (const module of modules) {
      const file = relative(this.#vitest?.config.root ?? '.', module.moduleId);
      // A file that cannot be loaded, or a suite whose hook throws, has no failed test to count.
      totals.failed += module.errors().length;
      for (const suite of module.children.allSuites()) totals.failed += suite.errors().length;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'passed') totals.passed++;
        else if (result.state === 'failed') totals.failed++;
        else {
          totals.skipped++;
          const reason = result.state === 'skipped' && result.note ? result.note : 'no reason given';
          skipped.push(`  ${file} > ${test.fullName}: ${reason}`);
        }
      }
    }
    // With a name filter (vitest -t) every other test counts as skipped, and a list of them says nothing.
    if (skipped.length > 0 && !this.#vitest?.config.testNamePattern) {
      console.log(`\n SKIPPED ${skipped.length} test(s):\n${skipped.join('\n')}\n`);
    }
    const file = process.env.PICOVM_TEST_TOTALS;
    if (file) writeFileSync(file, JSON.stringify(totals));
  }
}
