// Real systems for the boot tests, out of Debian's packages, in a cache folder that is not part of the repository.
//
//   node fetch-systems.mjs [NAME...]      gets them (default: all), and says which versions came
//
// Tests call `systemFile(name)`, which gets what the cache lacks.

import { existsSync, mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { extractPackage, findPackage, Missing, packageFile, packageVersion } from './apt.mjs';
import { DRIVERS, driverFiles, kernelRelease } from './drivers.mjs';
import { makeInitramfs } from './initramfs.mjs';
import { SYSTEM_FILES } from './system-files.mjs';

/** @typedef {{ path: string, missing?: undefined } | { path?: undefined, missing: string }} SystemFile */

const CACHE = process.env.PICOVM_SYSTEMS ?? fileURLToPath(new URL('../../.cache/systems', import.meta.url));

/** All names that `systemFile` takes. @type {readonly string[]} */
export const SYSTEM_NAMES = [...Object.keys(SYSTEM_FILES), 'initramfs', 'initramfs-drivers'];

/** A package that could not be had is not asked for again in this process. @type {Map<string, string>} */
const failures = new Map();

/**
 * A file of a real system; the first time, its package is downloaded. `initramfs` is one of our making: busybox, with a shell on
 * the console; `initramfs-drivers` is the same with drivers that the kernel has as modules. With the environment variable `PICOVM_SYSTEMS=off` all are missing; else it names the cache folder.
 * @param {string} name one of `SYSTEM_NAMES`
 * @returns {SystemFile} its path, or why it cannot be had here
 */
export function systemFile(name) {
  if (!SYSTEM_NAMES.includes(name)) throw new Error(`no system file ${name}: there are ${SYSTEM_NAMES.join(', ')}`);
  if (CACHE === 'off') return { missing: 'PICOVM_SYSTEMS is off' };
  try {
    if (name === 'initramfs') return { path: initramfs(name, []) };
    return { path: name === 'initramfs-drivers' ? initramfs(name, drivers()) : fileOfPackage(name) };
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    return { missing: error.message };
  }
}

/** The versions of the packages in the cache, by the packages' names. @returns {Record<string, string>} */
export function systemVersions() {
  const names = [...new Set(Object.values(SYSTEM_FILES).map((file) => file.package))];
  const found = names.map((name) => [name, findPackage(name, CACHE)]);
  return Object.fromEntries(found.flatMap(([name, deb]) => (deb ? [[name, packageVersion(basename(deb))]] : [])));
}

/** @param {string} name */
function fileOfPackage(name) {
  const { package: pack, path } = SYSTEM_FILES[name];
  return fileIn(pack, path);
}

/** @param {string} pack @param {string} path in it @param {readonly string[]} [only] what is kept of a big package */
function fileIn(pack, path, only) {
  const folder = join(CACHE, 'files', pack);
  const file = join(folder, path);
  // Of what is kept of a package, an older version of these programs kept something else.
  const sign = only === undefined ? folder : file;
  if (!existsSync(sign)) {
    const before = failures.get(pack);
    if (before !== undefined) throw new Missing(before);
    try {
      alone(() => {
        // Another process may have been faster.
        if (!existsSync(sign)) unpack(pack, folder, only);
      });
    } catch (error) {
      if (error instanceof Missing) failures.set(pack, error.message);
      throw error;
    }
  }
  if (!existsSync(file)) throw new Missing(`Debian's package ${pack} has no ${path} any more`);
  return file;
}

/** @param {string} pack @param {string} folder @param {readonly string[]} [only] */
function unpack(pack, folder, only) {
  const whole = `${folder}.partial`;
  const kept = `${folder}.kept`;
  for (const each of [whole, kept]) rmSync(each, { recursive: true, force: true });
  extractPackage(packageFile(pack, CACHE), whole);
  for (const path of only ?? []) {
    mkdirSync(join(kept, dirname(path)), { recursive: true });
    if (existsSync(join(whole, path))) renameSync(join(whole, path), join(kept, path));
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(only === undefined ? whole : kept, folder);
  rmSync(whole, { recursive: true, force: true });
}

/** The drivers of the kernel `linux`. */
function drivers() {
  const release = kernelRelease(readFileSync(fileOfPackage('linux')));
  const inPackage = (/** @type {string} */ path) => `lib/modules/${release}/kernel/${path}`;
  const all = Object.values(DRIVERS).flatMap((paths) => paths.map((path) => inPackage(`${path}.ko`)));
  return driverFiles((path) => readFileSync(fileIn(`linux-image-${release}`, inPackage(path), all)));
}

/** @param {string} name @param {readonly import('./cpio.mjs').CpioEntry[]} more further files */
function initramfs(name, more) {
  const made = makeInitramfs(readFileSync(fileOfPackage('busybox')), more);
  const path = join(CACHE, `${name}.cpio`);
  if (!existsSync(path) || !readFileSync(path).equals(made)) {
    writeFileSync(`${path}.${process.pid}`, made);
    renameSync(`${path}.${process.pid}`, path);
  }
  return path;
}

/** Runs `work` while no other process does: test files run side by side. @param {() => void} work */
function alone(work) {
  mkdirSync(CACHE, { recursive: true });
  // The folder is not the repository's, wherever it lies.
  writeFileSync(join(CACHE, '.gitignore'), '*\n');
  const lock = join(CACHE, 'lock');
  const nobodysAfter = 600_000;
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch {
      if (existsSync(lock) && Date.now() - statSync(lock).mtimeMs > nobodysAfter) rmdirSync(lock);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    }
  }
  try {
    work();
  } finally {
    rmdirSync(lock);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = process.argv.slice(2);
  for (const name of names.length > 0 ? names : SYSTEM_NAMES) {
    const { path, missing } = systemFile(name);
    console.log(
      path === undefined ? `${name}: missing: ${missing}` : `${name}: ${path} (${statSync(path).size} bytes)`,
    );
  }
  for (const [name, version] of Object.entries(systemVersions())) console.log(`${name} ${version}`);
}
