// The one entry behind every `npm start`, `npm test` and `npm run ...` of this repository. It needs nothing but Node and
// npm: it installs what is missing (when the lockfile or a manifest changed since the last install), puts the local tools
// on the PATH, builds, and runs the command.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeCoreVersion } from './packages/core-version.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const stampFile = join(root, 'node_modules', '.picovm-install');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** @typedef {{ stdio?: import('node:child_process').StdioOptions, env?: Record<string, string> }} SpawnOptions */

/** A failure that needs no stack trace: what went wrong, in one sentence. */
class Failure extends Error {
  /** @param {string} message @param {number} [status] */
  constructor(message, status = 1) {
    super(message);
    this.status = status;
  }
}

const env = {
  ...process.env,
  // turbo looks for pnpm on the PATH.
  PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
  TURBO_TELEMETRY_DISABLED: '1',
  TURBO_NO_UPDATE_NOTIFIER: '1',
  DO_NOT_TRACK: '1',
};

/**
 * Runs a command from the repository's root, with the local tools on the PATH.
 * @param {string} command @param {string[]} args @param {SpawnOptions} [options]
 */
function spawn(command, args, { stdio = 'inherit', env: extra = {} } = {}) {
  // On Windows the tools are .cmd files, which only a shell can start.
  const shell = process.platform === 'win32' && command !== process.execPath;
  const result = spawnSync(command, args, { cwd: root, env: { ...env, ...extra }, stdio, shell, maxBuffer: 1 << 28 });
  if (result.error) throw new Failure(`cannot run ${command}: ${result.error.message}`);
  return result;
}

/** @param {string} command @param {string[]} args @param {SpawnOptions} [options] @returns {number} the exit status */
function run(command, args, options) {
  return spawn(command, args, options).status ?? 1;
}

/** @param {string} what @param {string} command @param {string[]} args @param {SpawnOptions} [options] */
function must(what, command, args, options) {
  const status = run(command, args, options);
  if (status !== 0) throw new Failure(`${what} failed (${command} exited with ${status})`, status);
}

/** What an installation depends on: the lockfile, pnpm's settings, and every manifest of the workspace. */
function installStamp() {
  const packages = readdirSync(join(root, 'packages')).map((dir) => join('packages', dir));
  const inputs = ['pnpm-lock.yaml', 'pnpm-workspace.yaml'];
  for (const dir of ['.', 'guests', 'examples', 'bench', 'consumers', ...packages])
    inputs.push(join(dir, 'package.json'));
  const hash = createHash('sha256');
  for (const input of inputs) {
    if (existsSync(join(root, input))) hash.update(`${input}\0`).update(readFileSync(join(root, input)));
  }
  return hash.digest('hex');
}

function install() {
  const stamp = installStamp();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  console.error('picovm: installing dependencies ...');
  // CI keeps pnpm from asking questions. What it prints goes to stderr: stdout belongs to the command.
  must(
    'installing the dependencies',
    'npx',
    ['--yes', '--prefer-offline', manifest.packageManager, 'install', '--frozen-lockfile', '--reporter=append-only'],
    { stdio: ['ignore', 2, 2], env: { CI: '1', npm_config_update_notifier: 'false' } },
  );
  writeFileSync(stampFile, stamp);
}

/**
 * Runs a task of turbo.json in all packages. Silent when all goes well, so that the output is the command's alone.
 * @param {string} task
 */
function turbo(task) {
  const args = ['run', task, '--output-logs=errors-only', '--log-order=grouped', '--continue=dependencies-successful'];
  const result = spawn('turbo', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  if (result.status === 0) return;
  for (const output of [result.stdout, result.stderr]) process.stderr.write(output);
  throw new Failure(`${task} failed, see above`);
}

/**
 * Runs vitest, and prints the counts as the last line, whatever happened before.
 * @param {string} config @param {string[]} args
 */
function test(config, args) {
  const dir = mkdtempSync(join(tmpdir(), 'picovm-test-'));
  const totalsFile = join(dir, 'totals.json');
  try {
    const status = run('vitest', ['run', '--config', config, ...args], { env: { PICOVM_TEST_TOTALS: totalsFile } });
    const totals = existsSync(totalsFile)
      ? JSON.parse(readFileSync(totalsFile, 'utf8'))
      : { passed: 0, failed: 0, skipped: 0 };
    // vitest can fail without a failed test: it could not start, or a filter matched no file.
    if (status !== 0 && totals.failed === 0) totals.failed = 1;
    console.log(summary(totals));
    return totals.failed > 0 ? status || 1 : 0;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** @param {{ passed: number, failed: number, skipped: number }} totals */
function summary({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/**
 * Each command gets the arguments after its name, and returns an exit status.
 * @type {Record<string, (args: string[]) => number>}
 */
const commands = {
  start(args) {
    turbo('build');
    const image = ['guests/hello.bin', '--load', '0', '--memory', '4K'];
    return run(process.execPath, ['packages/cli/bin/picovm.cjs', 'run', ...image, ...args]);
  },
  test(args) {
    turbo('build');
    return test('vitest.config.ts', args);
  },
  'test:long'(args) {
    turbo('build');
    return test('vitest.long.config.ts', args);
  },
  // Which encodings of x86 the interpreter has, and which judge has looked at each.
  coverage(args) {
    turbo('build');
    return run('vitest', ['run', '--config', 'vitest.coverage.config.ts', ...args]);
  },
  build() {
    turbo('build');
    return 0;
  },
  'build:addon': () => run(process.execPath, ['packages/kvm-native/scripts/build-native.mjs', '--force', '--portable']),
  typecheck() {
    turbo('typecheck');
    return run('tsc', ['-p', 'tsconfig.tools.json']);
  },
  lint: (args) => run('biome', ['check', '--formatter-enabled=false', '--error-on-warnings', ...args]),
  format: (args) => run('biome', ['check', '--linter-enabled=false', '--write', ...args]),
  'format:check': (args) => run('biome', ['format', ...args]),
  bench(args) {
    turbo('build');
    return run(process.execPath, ['bench/dist/main.js', ...args]);
  },
  docs(args) {
    turbo('build');
    return run('typedoc', ['--options', 'docs/typedoc.json', ...args]);
  },
  knip: (args) => run('knip', args),
  'package:check'(args) {
    turbo('build');
    const status = run(process.execPath, ['scripts/packages/check.mjs', ...args]);
    if (args.includes('--update')) must('formatting', 'biome', ['format', '--write', 'scripts/packages/limits.json']);
    return status;
  },
  'release:check'() {
    turbo('build');
    return run(process.execPath, ['scripts/packages/release-dry-run.mjs']);
  },
  changeset: (args) => run('changeset', args),
  'version-packages'() {
    must('changeset version', 'changeset', ['version']);
    writeCoreVersion(root);
    return run('pnpm', ['install', '--lockfile-only']);
  },
  release() {
    turbo('build');
    return run(process.execPath, ['scripts/packages/publish.mjs']);
  },
};

const [name = '', ...args] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
try {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Failure(`Node ${process.version} is too old: this repository needs 20.19 or newer`);
  }
  if (!command) {
    throw new Failure(`unknown command '${name}'; there are: ${Object.keys(commands).join(', ')}`);
  }
  install();
  process.exitCode = command(args);
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  console.error(`picovm: ${error.message}`);
  if (name === 'test' || name === 'test:long') console.log(summary({ passed: 0, failed: 1, skipped: 0 }));
  process.exitCode = error.status;
}
