// Builds the addon: node scripts/build-native.mjs [--force] [--sanitized]
//
// With --sanitized it builds another one, into build/sanitized, in which the compiler's sanitizers watch every access
// (AddressSanitizer, UndefinedBehaviorSanitizer): src/native/sanitizers.test.ts runs the tests of the addon with it.
//
// One call of the C++ compiler, with the headers of node-api-headers and node-addon-api: no node-gyp, no Python, nothing
// fetched. Node-API is stable, so the one binary runs on every Node that this package supports. The addon is optional:
// where it cannot be built, this says why in one line and succeeds.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
const force = process.argv.includes('--force');
const sanitized = process.argv.includes('--sanitized');

const libc = existsSync('/etc/alpine-release') ? 'musl' : 'glibc';
const ORDINARY = [
  // prebuildify's name, which node-gyp-build finds; src/host/load-addon.ts knows it, too.
  { sources: 'native', output: `prebuilds/linux-x64/kvm-native.napi.${libc}.node`, flags: ['-O2'] },
  // The C loop that the benchmark compares with. Not published.
  { sources: 'bench', output: 'build/bench/c-loop.node', flags: ['-O2'] },
];
const SANITIZED = {
  sources: 'native',
  output: 'build/sanitized/kvm-native.node',
  flags: ['-O1', '-g', '-fno-omit-frame-pointer', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'],
};
const targets = sanitized ? [SANITIZED] : ORDINARY;

const FLAGS = [
  '-std=c++17', '-fPIC', '-shared', '-pthread', '-fvisibility=hidden', '-Wall', '-Wextra', '-Werror',
  '-DNAPI_VERSION=8', '-DNAPI_CPP_EXCEPTIONS',
  // Else a worker's terminate() during a call aborts the process.
  '-DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
  // The signal handler must stay where it is when the last worker that loaded the addon ends.
  '-Wl,-z,nodelete',
]; // biome-ignore format: a word a line would fill the page

/** @param {string} why */
function skip(why) {
  console.log(`kvm-native: the addon is not built: ${why} (it is optional: the interpreter works without it)`);
  process.exit(0);
}

/** @param {string} dir @param {string} suffix */
function filesIn(dir, suffix) {
  return readdirSync(dir)
    .filter((name) => name.endsWith(suffix))
    .sort()
    .map((name) => join(dir, name));
}

/** @param {string} file */
const changed = (file) => (existsSync(file) ? statSync(file).mtimeMs : 0);

/** @param {string} compiler @param {{ sources: string, output: string, flags: string[] }} target */
function build(compiler, target) {
  const sources = filesIn(join(root, target.sources), '.cc');
  const output = join(root, target.output);
  const inputs = [...sources, ...filesIn(join(root, target.sources), '.h'), fileURLToPath(import.meta.url)];
  if (!force && changed(output) > Math.max(...inputs.map(changed))) return;
  const includes = [
    ['-isystem', dirname(require.resolve('node-addon-api/package.json'))],
    ['-isystem', join(dirname(require.resolve('node-api-headers/package.json')), 'include')],
  ].flat();
  // Written beside the output and renamed, so that a process that has it loaded keeps what it has.
  const temporary = `${output}.${process.pid}.tmp`;
  mkdirSync(dirname(output), { recursive: true });
  // All sources as one, because most of the time goes into the headers. glibc before 2.34 has the timers in a library of
  // their own.
  const args = [...FLAGS, ...target.flags, ...includes, '-x', 'c++', '-', '-x', 'none', '-lrt', '-o', temporary];
  const input = sources.map((source) => `#include "${source}"\n`).join('');
  const result = spawnSync(compiler, args, { cwd: root, encoding: 'utf8', input });
  if (result.status !== 0) {
    rmSync(temporary, { force: true });
    console.error(result.stderr || String(result.error));
    console.error(`kvm-native: ${compiler} could not build ${target.output}`);
    process.exit(1);
  }
  renameSync(temporary, output);
}

if (process.platform !== 'linux' || process.arch !== 'x64') {
  skip(`KVM needs Linux on x86-64, and this is ${process.platform} on ${process.arch}`);
}
const compilers = process.env.CXX ? [process.env.CXX] : ['c++', 'g++', 'clang++'];
const compiler = compilers.find((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0);
if (compiler === undefined) skip(`there is no C++ compiler (looked for ${compilers.join(', ')})`);
else if (!existsSync('/usr/include/linux/kvm.h'))
  skip('linux/kvm.h is missing: install the kernel headers for user space');
else for (const target of targets) if (existsSync(join(root, target.sources))) build(compiler, target);
