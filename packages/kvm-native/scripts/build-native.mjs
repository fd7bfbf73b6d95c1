// Builds the addon: node scripts/build-native.mjs [--force] [--portable | --local | --sanitized]
//
//   (nothing)    prebuilds/, one binary for glibc from 2.28 on and one for musl: what is published. Where the compiler cannot
//                link these, as --local. Where there is no compiler, nothing: the addon is optional
//   --portable   the same, but fails where these two cannot be made
//   --local      build/kvm-native.node, for the C library of this machine; src/host/load-addon.ts takes it first
//   --sanitized  build/sanitized, in which the compiler's sanitizers (AddressSanitizer, UndefinedBehaviorSanitizer) watch every
//                access: src/native/sanitizers.test.ts runs the tests of the addon with it
//
// One call of the C++ compiler, with the headers of node-api-headers and node-addon-api: no node-gyp, no Python, nothing
// fetched. Node-API is stable, so that one binary runs on every Node that this package supports.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LIBCS, PORTABLE_FLAGS, portabilityProblems, portableLink } from './native/portable-link.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
const [force, portable, local, sanitized] = ['--force', '--portable', '--local', '--sanitized'].map((option) =>
  process.argv.includes(option),
);

const FLAGS = [
  '-std=c++17', '-fPIC', '-pthread', '-fvisibility=hidden', '-Wall', '-Wextra', '-Werror',
  '-DNAPI_VERSION=8', '-DNAPI_CPP_EXCEPTIONS',
  // Else a worker's terminate() during a call aborts the process.
  '-DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
]; // biome-ignore format: a word a line would fill the page
const OPTIMIZED = ['-O2'];
const SANITIZED = ['-O1', '-g', '-fno-omit-frame-pointer', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
// The signal handler must stay where it is when the last worker that loaded the addon ends.
const LINK = ['-shared', '-pthread', '-Wl,-z,nodelete'];
// glibc before 2.34 has the timers in a library of their own.
const LOCAL_LINK = ['-lrt'];

const LOCAL = join(root, 'build/kvm-native.node');
const prebuild = (/** @type {string} */ libc) => join(root, `prebuilds/linux-x64/kvm-native.napi.${libc}.node`);

/** @param {string} why @returns {never} */
function giveUp(why) {
  const optional = !portable && !local;
  console.log(
    `kvm-native: the addon is not built: ${why}${optional ? ' (it is optional: the interpreter works without it)' : ''}`,
  );
  process.exit(optional ? 0 : 1);
}

/** @param {string} folder @param {string} suffix */
function filesIn(folder, suffix) {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith(suffix))
    .sort()
    .map((name) => join(root, folder, name));
}

/** @param {string} folder of the sources @param {string[]} outputs */
function isCurrent(folder, outputs) {
  const changed = (/** @type {string} */ file) => (existsSync(file) ? statSync(file).mtimeMs : 0);
  const scripts = [...filesIn('scripts', '.mjs'), ...filesIn('scripts/native', '.mjs')];
  const inputs = [...filesIn(folder, '.cc'), ...filesIn(folder, '.h'), ...scripts];
  return !force && Math.min(...outputs.map(changed)) > Math.max(...inputs.map(changed));
}

/** @returns {string[]} the folders with the headers of Node-API */
function headers() {
  try {
    return [
      dirname(require.resolve('node-addon-api/package.json')),
      join(dirname(require.resolve('node-api-headers/package.json')), 'include'),
    ];
  } catch {
    const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const names = ['node-addon-api', 'node-api-headers'].map((name) => `${name}@${devDependencies[name]}`);
    return giveUp(`there are no headers of Node-API: npm install --no-save ${names.join(' ')}`);
  }
}

/** @param {string} folder of the sources @param {string[]} flags @param {string} output an object file */
function compile(folder, flags, output) {
  const includes = headers().flatMap((header) => ['-isystem', header]);
  // All sources as one, because most of the time goes into the headers.
  const input = filesIn(folder, '.cc')
    .map((source) => `#include "${source}"\n`)
    .join('');
  call([...FLAGS, ...flags, ...includes, '-c', '-x', 'c++', '-', '-o', output], input);
}

/** @param {string[]} args @param {string} [input] Throws an Error with what the compiler says. */
function call(args, input) {
  const result = spawnSync(compiler, args, { cwd: root, encoding: 'utf8', input });
  if (result.status !== 0) throw new Error(result.stderr || String(result.error));
}

/**
 * Links a file beside its output and renames it, so that a process that has it loaded keeps what it has.
 * @param {string[]} args @param {string} output @param {(file: string) => void} [check]
 */
function link(args, output, check) {
  const temporary = `${output}.${process.pid}.tmp`;
  mkdirSync(dirname(output), { recursive: true });
  try {
    call([...args, '-o', temporary]);
    check?.(temporary);
    renameSync(temporary, output);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** @param {string} folder @param {string[]} flags @param {string} output */
function buildLocal(folder, flags, output) {
  if (isCurrent(folder, [output])) return;
  const object = `${output}.${process.pid}.o`;
  mkdirSync(dirname(output), { recursive: true });
  try {
    compile(folder, flags, object);
    link([...LINK, ...flags, object, ...LOCAL_LINK], output);
  } finally {
    rmSync(object, { force: true });
  }
}

function buildPortable() {
  if (isCurrent('native', LIBCS.map(prebuild))) return;
  const folder = join(root, `build/portable-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  try {
    const object = join(folder, 'kvm-native.o');
    compile('native', [...OPTIMIZED, ...PORTABLE_FLAGS], object);
    for (const libc of LIBCS) {
      link([...LINK, object, ...portableLink(compiler, libc, folder)], prebuild(libc), (file) => {
        const problems = portabilityProblems(file, libc);
        if (problems.length > 0)
          throw new Error(`the binary for ${libc} would not load everywhere: ${problems.join(', ')}`);
      });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  rmSync(LOCAL, { force: true });
}

function build() {
  if (sanitized) return buildLocal('native', SANITIZED, join(root, 'build/sanitized/kvm-native.node'));
  if (local) return buildLocal('native', OPTIMIZED, LOCAL);
  // The C loop that the benchmark compares with. Not published.
  if (existsSync(join(root, 'bench'))) buildLocal('bench', OPTIMIZED, join(root, 'build/bench/c-loop.node'));
  try {
    buildPortable();
  } catch (error) {
    if (portable) throw error;
    for (const libc of LIBCS) rmSync(prebuild(libc), { force: true });
    buildLocal('native', OPTIMIZED, LOCAL);
    const why = error instanceof Error ? error.message.trim() : error;
    console.log(`kvm-native: the addon is built for this machine only: ${why}`);
  }
}

if (process.platform !== 'linux' || process.arch !== 'x64') {
  giveUp(`KVM needs Linux on x86-64, and this is ${process.platform} on ${process.arch}`);
}
const compilers = process.env.CXX ? [process.env.CXX] : ['c++', 'g++', 'clang++'];
const compiler = compilers.find((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0) ?? '';
if (compiler === '') {
  giveUp(
    `there is no C++ compiler (looked for ${compilers.join(', ')}): install one ` +
      '(Debian and Ubuntu: apt-get install g++; Alpine: apk add g++ linux-headers)',
  );
}
if (!existsSync('/usr/include/linux/kvm.h'))
  giveUp('linux/kvm.h is missing: install the kernel headers for user space');
try {
  build();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error(`kvm-native: ${compiler} could not build the addon`);
  process.exit(1);
}
