import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));

/** What `node --test` says of a file in testdata, as TAP; it runs the built packages, as users do. */
async function nodeTest(file: string): Promise<string> {
  const args = ['--test', '--test-reporter=tap', `testdata/${file}`];
  // Node's runner does not run inside of itself, nor with what vitest tells its own workers.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(NODE_|VITEST)/.test(name)));
  try {
    return (await promisify(execFile)(process.execPath, args, { cwd: PACKAGE, env })).stdout;
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

function summary(tap: string): Record<string, number> {
  return Object.fromEntries(
    [...tap.matchAll(/^# (pass|fail|skipped) (\d+)$/gm)].map(([, what, n]) => [what, Number(n)]),
  );
}

function named(tap: string, line: RegExp): string[] {
  return [...tap.matchAll(line)].map(([, name]) => name);
}

describe('under node --test', () => {
  beforeEach((ctx) => {
    if (!existsSync(`${PACKAGE}dist/index.js`)) ctx.skip('the package is not built: npm run build');
  });

  it('a device that is right passes', async () => {
    const tap = await nodeTest('doorbell.node-test.js');
    expect(summary(tap), tap).toEqual({ pass: 21, fail: 0, skipped: 0 });
  });

  it('a plain object is tested by what it does; a wrong answer fails, and what cannot be tested is skipped', async () => {
    const tap = await nodeTest('plain-device.node-test.js');
    expect(named(tap, /^not ok \d+ - (.*)$/gm)).toEqual([
      'NaN answers every offset and width with an integer',
      'NaN survives random accesses',
    ]);
    expect(named(tap, /^ok \d+ - (seven .*) # SKIP .+$/gm)).toContain('seven is as new after a reset');
    expect(summary(tap)).toMatchObject({ fail: 2 });
  });
});
