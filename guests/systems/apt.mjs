// Gets packages of Debian for i386 with an apt configuration that lies whole in the cache folder: what the machine itself has
// installed, and which sources and architectures it knows, is neither used nor changed. Nothing of it needs root.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SUITE } from './system-files.mjs';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const MIRROR = 'http://deb.debian.org/debian';
/** Milliseconds that one call of apt-get may take. */
const PATIENCE = 300_000;

/** That something cannot be had here, and why: tests skip with it. */
export class Missing extends Error {}

/**
 * The path of the package's file, downloaded if the cache has none.
 * @param {string} name of the package
 * @param {string} cache folder
 * @throws {Missing}
 */
export function packageFile(name, cache) {
  const debs = join(cache, 'debs');
  mkdirSync(debs, { recursive: true });
  const there = findPackage(name, cache);
  if (there !== undefined) return there;
  const reason = aptLacks();
  if (reason !== undefined) {
    throw new Missing(`${reason}: get Debian's package ${name} (${SUITE}, i386) otherwise, and put it into ${debs}`);
  }
  const options = configure(cache);
  const partial = join(cache, `download-${process.pid}`);
  mkdirSync(partial, { recursive: true });
  try {
    apt([...options, 'download', name], partial);
    for (const file of readdirSync(partial)) renameSync(join(partial, file), join(debs, file));
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  const got = findPackage(name, cache);
  if (got === undefined) throw new Missing(`apt-get download ${name} gave no file`);
  return got;
}

/**
 * The file of a package in the cache, or undefined.
 * @param {string} name of the package
 * @param {string} cache folder
 */
export function findPackage(name, cache) {
  const debs = join(cache, 'debs');
  const file =
    existsSync(debs) && readdirSync(debs).find((each) => each.startsWith(`${name}_`) && each.endsWith('.deb'));
  return file ? join(debs, file) : undefined;
}

/**
 * The version in the name of a package's file: `busybox-static_1%3a1.35.0-4_i386.deb`.
 * @param {string} file
 */
export function packageVersion(file) {
  return decodeURIComponent(file.split('_')[1]);
}

/**
 * Writes the files of a package below a folder.
 * @param {string} deb path of the package
 * @param {string} folder
 * @throws {Missing}
 */
export function extractPackage(deb, folder) {
  mkdirSync(folder, { recursive: true });
  if (spawnSync('dpkg-deb', ['-x', deb, folder]).status === 0) return;
  // Not a Debian: a package is an ar archive with a tar archive in it.
  const members = spawnSync('ar', ['t', deb], { encoding: 'utf8' }).stdout?.split('\n') ?? [];
  const data = members.find((each) => each.startsWith('data.tar'));
  const command = `ar p "$1" ${data} | tar -x -f - ${data === undefined ? '' : flag(data)}`;
  const status = data === undefined ? 1 : spawnSync('sh', ['-c', command, 'sh', deb], { cwd: folder }).status;
  if (status !== 0) throw new Missing(`neither dpkg-deb nor ar and tar could unpack ${deb}`);
}

/** @param {string} data `data.tar.xz` */
function flag(data) {
  return data.endsWith('.xz') ? '-J' : data.endsWith('.gz') ? '-z' : '';
}

function aptLacks() {
  if (spawnSync('apt-get', ['--version']).status !== 0) return 'there is no apt-get here';
  if (!existsSync(KEYRING)) return `there is no ${KEYRING} here (package debian-archive-keyring)`;
  return undefined;
}

/** @param {string} cache folder @returns {string[]} options for apt-get, for lists that are there */
function configure(cache) {
  const root = join(cache, 'apt');
  const lists = join(root, 'state', 'lists');
  mkdirSync(join(lists, 'partial'), { recursive: true });
  mkdirSync(join(root, 'cache', 'archives', 'partial'), { recursive: true });
  const status = join(root, 'status');
  const sources = join(root, 'sources.list');
  const source = `deb [signed-by=${KEYRING}] ${process.env.PICOVM_DEBIAN_MIRROR ?? MIRROR} ${SUITE} main\n`;
  writeFileSync(status, '');
  const sameSource = existsSync(sources) && readFileSync(sources, 'utf8') === source;
  writeFileSync(sources, source);
  const settings = {
    'Dir::State': join(root, 'state'),
    'Dir::State::status': status,
    'Dir::Cache': join(root, 'cache'),
    'Dir::Etc::sourcelist': sources,
    'Dir::Etc::sourceparts': '/dev/null',
    'APT::Architecture': 'i386',
    'APT::Architectures': 'i386',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '2',
    'Acquire::http::Timeout': '30',
    // As root, apt would change to a user that cannot write here.
    'APT::Sandbox::User': 'root',
  };
  const options = ['-q', ...Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])];
  const fresh = sameSource && readdirSync(lists).some((each) => isFresh(join(lists, each)));
  if (!fresh) apt([...options, '--error-on=any', 'update'], root);
  return options;
}

/** A list older than a week may name packages that the mirror has no more. @param {string} list */
function isFresh(list) {
  const week = 7 * 24 * 3600 * 1000;
  return list.includes('_Packages') && Date.now() - statSync(list).ctimeMs < week;
}

/** @param {string[]} args @param {string} cwd */
function apt(args, cwd) {
  const { status, stderr, error } = spawnSync('apt-get', args, { cwd, encoding: 'utf8', timeout: PATIENCE });
  if (status === 0) return;
  const why = error?.message ?? stderr.split('\n').find((line) => /^[EW]:/.test(line)) ?? `status ${status}`;
  throw new Missing(`apt-get ${args[args.length - 2]} ${args[args.length - 1]} failed: ${why}`);
}
