// How the addon is linked for others: the C++ runtime is inside, and of the C library it takes only what glibc 2.28 and musl
// both have. The compiler's own C library is not linked with; in its place are libraries made here of nothing but those names, so
// that what is not among them is seen at once. One compilation serves both C libraries: only what is linked with differs.

import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { readLibrary } from './elf.mjs';
import { ABSENT, LIBC_SYMBOLS, OF_THE_LOADER, words } from './libc-symbols.mjs';

const ours = createRequire(import.meta.url);
const EXPORTS = ['napi_register_module_v1', 'node_api_module_get_api_version_v1'];

/** @typedef {'glibc' | 'musl'} Libc */

/**
 * The libraries that a C library consists of. musl is one, and has no versions.
 * @type {Record<Libc, Record<string, Record<string, string>>>} library: version: symbols
 */
const LIBRARIES = {
  glibc: LIBC_SYMBOLS,
  musl: { 'libc.so': { '': Object.values(LIBC_SYMBOLS).flatMap(Object.values).join(' ') } },
};

/** @type {readonly Libc[]} */
export const LIBCS = ['glibc', 'musl'];

/**
 * Writes what the linker needs into `folder`.
 * @param {string} compiler @param {Libc} libc @param {string} folder
 * @returns {string[]} the arguments that follow the objects. Throws an Error with what the compiler says.
 */
export function portableLink(compiler, libc, folder) {
  mkdirSync(folder, { recursive: true });
  const libraries = Object.entries(LIBRARIES[libc]).map(([name, versions]) => stub(compiler, folder, name, versions));
  const exports = join(folder, 'exports.map');
  writeFileSync(exports, `{ global: ${EXPORTS.join('; ')}; local: *; };\n`);
  return [
    `-Wl,--version-script=${exports},--gc-sections,-z,relro,-z,now,-s`, '-nodefaultlibs',
    '-Wl,-Bstatic', '-lstdc++', '-lgcc', '-lgcc_eh', '-Wl,-Bdynamic', '-Wl,--as-needed', ...libraries,
  ]; // biome-ignore format: a word a line would fill the page
}

/** What the sources are compiled with. What a distribution's compiler adds by itself, only its own C library has. */
export const PORTABLE_FLAGS = [
  '-DKVM_NATIVE_PORTABLE', '-ffunction-sections', '-fdata-sections', '-U_FORTIFY_SOURCE', '-fno-stack-protector',
]; // biome-ignore format: a word a line would fill the page

/**
 * @param {string} file the addon
 * @param {Libc} libc which it is for
 * @returns {string[]} what may keep it from loading with that C library; empty if nothing does
 */
export function portabilityProblems(file, libc) {
  const { needed, undefinedSymbols, defined } = readLibrary(file);
  const { v8 } = ours('node-api-headers').symbols;
  const allowed = new Set([...v8.js_native_api_symbols, ...v8.node_api_symbols]);
  for (const name of OF_THE_LOADER) allowed.add(name);
  for (const versions of Object.values(LIBRARIES[libc])) {
    for (const [version, names] of Object.entries(versions)) {
      for (const name of words(names)) allowed.add(version === '' ? name : `${name}@${version}`);
    }
  }
  const symbols = undefinedSymbols
    .filter(({ name, weak }) => !(weak && ABSENT.includes(name)))
    .map(({ name, version }) => (version === '' ? name : `${name}@${version}`))
    .filter((symbol) => !allowed.has(symbol));
  const libraries = needed.filter((name) => !Object.hasOwn(LIBRARIES[libc], name));
  const exported = defined.filter((name) => !EXPORTS.includes(name));
  return [
    ...symbols.map((name) => `it needs ${name}`),
    ...libraries.map((name) => `it needs the library ${name}`),
    ...exported.map((name) => `it exports ${name}`),
  ];
}

/**
 * A library with the name, the symbols and the versions of another, and nothing in it.
 * @param {string} compiler @param {string} folder @param {string} name @param {Record<string, string>} versions
 */
function stub(compiler, folder, name, versions) {
  const output = join(folder, name);
  const script = join(folder, `${name}.map`);
  let before = '';
  const nodes = Object.entries(versions).map(([version, names]) => {
    const node = `${version} { global: ${words(names).join('; ')}; } ${before};\n`;
    before = version;
    return node;
  });
  writeFileSync(script, nodes.join(''));
  const labels = Object.values(versions)
    .flatMap(words)
    .map(
      (symbol) => `.globl ${symbol}\n.type ${symbol},${symbol === 'stderr' ? '@object' : '@function'}\n${symbol}:\n`,
    );
  // Data has a size.
  if (labels.some((label) => label.startsWith('.globl stderr\n'))) labels.push('.zero 8\n.size stderr, 8\n');
  const args = ['-shared', '-nostdlib', `-Wl,-soname,${name},--version-script=${script}`, '-x', 'assembler', '-'];
  const result = spawnSync(compiler, [...args, '-o', output], { encoding: 'utf8', input: labels.join('') });
  if (result.status !== 0) throw new Error(result.stderr || String(result.error));
  return output;
}
