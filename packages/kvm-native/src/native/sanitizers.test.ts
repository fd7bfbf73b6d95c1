import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, expect, it, type TestContext } from 'vitest';
import { ADDON } from '../addon.test-util.ts';
import { needKvm } from '../guest.test-util.ts';
import { addonFile } from '../host/addon-file.ts';

beforeEach(needKvm);

const root = fileURLToPath(new URL('../../', import.meta.url));
const repository = join(root, '../..');
const sanitized = join(root, 'build/sanitized/kvm-native.node');
const compiler = process.env.CXX ?? 'c++';
/** All that reaches the addon, but what counts memory, which sanitizers keep for a while. */
const TESTS = [
  'src/native/addon',
  'src/native/fuzz',
  'src/ioctls/',
  'src/lifetime',
  'src/memory',
  'src/snapshot',
  'src/run',
  'src/interrupts',
  'src/coalesced',
  'src/smp/run',
  'src/smp/programs',
  'src/smp/coalesced',
  'src/smp/late-writes',
];

/** The library that goes with the compiler's sanitizers. */
function library(name: string): string | undefined {
  const file = spawnSync(compiler, [`-print-file-name=${name}`], { encoding: 'utf8' }).stdout?.trim();
  return file !== undefined && isAbsolute(file) && existsSync(file) ? file : undefined;
}

function runTests(env: NodeJS.ProcessEnv): SpawnSyncReturns<string> {
  const vitest = join(createRequire(import.meta.url).resolve('vitest/package.json'), '../vitest.mjs');
  const args = [vitest, 'run', '--root', repository, '--project', 'kvm-native', '--no-color', ...TESTS];
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST'));
  return spawnSync(process.execPath, args, {
    cwd: repository,
    encoding: 'utf8',
    env: { ...Object.fromEntries(inherited), ...env },
    maxBuffer: 2 ** 26,
  });
}

it('the tests of the addon pass under AddressSanitizer and UndefinedBehaviorSanitizer', {
  timeout: 300_000,
}, (context) => {
  const libraries = neededLibraries(context);
  const build = spawnSync(process.execPath, [join(root, 'scripts/build-native.mjs'), '--sanitized'], {
    encoding: 'utf8',
  });
  expect(build.stderr).toBe('');
  expect(existsSync(sanitized)).toBe(true);
  const { status, stdout, stderr } = runTests({
    PICOVM_TEST_ADDON: sanitized,
    LD_PRELOAD: libraries.join(' '),
    // Node itself leaks at its end, on purpose.
    ASAN_OPTIONS: 'detect_leaks=0:abort_on_error=0:exitcode=66',
    UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1',
  });
  const output = `${stdout}\n${stderr}`;
  expect(output).not.toMatch(/ERROR: \w+Sanitizer|runtime error:/);
  expect(status, output.slice(-4000)).toBe(0);
  expect(Number(/Tests .*?(\d+) passed/.exec(stdout)?.[1])).toBeGreaterThan(100);
});

function neededLibraries(context: TestContext): string[] {
  if (ADDON.addon !== undefined) context.skip('another addon is being tested');
  const libraries = ['libasan.so', 'libubsan.so'].map(library);
  if (libraries.includes(undefined)) context.skip(`${compiler} has no libasan and libubsan (Debian: libgcc-12-dev)`);
  return libraries as string[];
}

it('random calls pass under valgrind', { timeout: 300_000 }, (context) => {
  if (ADDON.addon !== undefined) context.skip('another addon is being tested');
  if (spawnSync('valgrind', ['--version']).status !== 0) context.skip('there is no valgrind (Debian: valgrind)');
  const addon = addonFile(undefined).path;
  const folder = mkdtempSync(join(tmpdir(), 'kvm-native-'));
  try {
    const program = join(folder, 'program.mjs');
    const entry = fileURLToPath(new URL('./valgrind-program.test-util.ts', import.meta.url));
    const esbuild = join(repository, 'node_modules/.bin/esbuild');
    const bundle = [
      entry,
      '--bundle',
      '--platform=node',
      '--format=esm',
      '--target=es2023',
      '--log-level=error',
      `--outfile=${program}`,
    ];
    expect(spawnSync(esbuild, bundle, { cwd: root, encoding: 'utf8' }).stderr).toBe('');
    const seed = Date.now() % 2 ** 32;
    const { status, stdout, stderr } = spawnSync('valgrind', ['--quiet', process.execPath, program], {
      encoding: 'utf8',
      env: { ...process.env, PICOVM_TEST_ADDON: addon, PICOVM_SEED: String(seed) },
    });
    expect(status, `seed ${seed}\n${stderr.slice(-4000)}`).toBe(0);
    // Valgrind also complains of the compiler in some versions of Node.js.
    const ours = stderr.split(/^==\d+== $/m).filter((report) => report.includes('kvm-native'));
    expect(ours, `seed ${seed}`).toEqual([]);
    expect(JSON.parse(stdout).returned).toBeGreaterThan(100);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
