import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { absent, CAPTURES } from './conformance/data.test-util.ts';
import { flagsMask8086, flagsMask80286 } from './conformance/flags-mask.test-util.ts';
import { readMoo } from './conformance/moo.test-util.ts';
import { ConformanceRunner, type Rules } from './conformance/runner.test-util.ts';

// Captures of single instructions on real chips (SingleStepTests, MIT).
const data = CAPTURES;
const exceptionsFile = new URL('../conformance/exceptions.json', import.meta.url);

/** Captures that differ, by `set/file`: the places of the tests in the file, from 0 on, and why. */
type Exceptions = Record<string, { tests: number[]; reason: string }>;
const exceptions: Exceptions = JSON.parse(readFileSync(exceptionsFile, 'utf8'));

const SETS: Record<string, Rules> = {
  '8086': {
    model: '8086',
    memory: 0x100000,
    single: true,
    initialFlags: 0xffff,
    flagsMask: (_, file) => flagsMask8086(`${data}/8086/metadata.json`, file),
  },
  '80286': {
    model: '80286',
    memory: 0x1000000,
    single: false,
    initialFlags: 0x0fff,
    flagsMask: (_, file) => flagsMask80286(`${data}/8086/metadata.json`, file),
  },
  '80386ex-moo-sample': {
    model: '80386',
    memory: 0x1000000,
    single: false,
    initialFlags: 0xffff,
    flagsMask: () => 0xffff,
  },
};

describe.each(Object.entries(SETS))('captures of the %s', (set, rules) => {
  test('run as on the chip', { timeout: 300_000 }, (ctx) => {
    if (!existsSync(`${data}/${set}`)) ctx.skip(absent(`${data}/${set}`));
    const runner = new ConformanceRunner(rules);
    const unlisted: string[] = [];
    const stale: string[] = [];
    let count = 0;
    for (const file of readdirSync(`${data}/${set}`).filter((name) => name.endsWith('.MOO.gz'))) {
      const opcode = file.replace('.MOO.gz', '');
      const listed = new Set(exceptions[`${set}/${opcode}`]?.tests);
      for (const [n, capture] of readMoo(`${data}/${set}/${file}`).entries()) {
        count++;
        const wrong = runner.run(capture, opcode);
        const name = `${set}/${opcode} ${n}: ${capture.name}`;
        if (wrong !== undefined && !listed.has(n)) unlisted.push(`${name}: ${wrong}`);
        if (wrong === undefined && listed.has(n)) stale.push(name);
      }
    }
    expect(count, 'captures were run').toBeGreaterThan(200);
    expect(stale, 'these are listed as exceptions, but pass').toEqual([]);
    expect(unlisted.slice(0, 20), `${unlisted.length} differ`).toEqual([]);
  });
});
