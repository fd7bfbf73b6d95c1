// Plays the next release, in a copy of the repository: changesets sets the versions and writes the changelogs, every package
// is packed, and npm is asked to publish each tarball, but not really. Nothing is published, and nothing changes here.
//
//   node scripts/packages/release-dry-run.mjs     (npm run release:check; after a build)

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeCoreVersion } from './core-version.mjs';
import { packAll, publicPackages, readJson } from './pack.mjs';
import { publish } from './publish.mjs';

/**
 * @typedef {object} Release what changesets plans for one package
 * @property {string} name
 * @property {'none' | 'patch' | 'minor' | 'major'} type
 * @property {string} oldVersion
 * @property {string} newVersion
 * @property {string[]} changesets
 */

const root = fileURLToPath(new URL('../..', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'picovm-release-'));
const copy = join(home, 'repository');
/** @type {string[]} */
const wrong = [];

/** @param {string} cwd @param {string} command @param {string[]} args */
function must(cwd, command, ...args) {
  const shell = process.platform === 'win32' && command === 'npm';
  const result = spawnSync(command, args, { cwd, encoding: 'utf8', shell, maxBuffer: 1 << 28 });
  if (result.status !== 0) {
    const output = `${result.stdout}${result.stderr || (result.error ?? '')}`;
    throw new Error(`${basename(command)} ${args.join(' ')} failed:\n${output}`);
  }
  return result.stdout;
}

/** A copy with a history of one commit, because changesets asks git which commit added a changeset. */
function copyRepository() {
  cpSync(root, copy, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !['.git', '.turbo', 'node_modules'].includes(relative(root, path)),
  });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction');
  const git = (/** @type {string[]} */ ...args) => must(copy, 'git', ...args);
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  const author = ['-c', 'user.name=release-dry-run', '-c', 'user.email=release-dry-run@example.invalid'];
  git(...author, '-c', 'commit.gpgsign=false', 'commit', '--quiet', '--no-verify', '--message', 'dry run');
}

/** @param {string[]} args */
const changeset = (...args) => must(copy, process.execPath, join(root, 'node_modules/@changesets/cli/bin.js'), ...args);

/** @returns {Release[]} */
function plan() {
  changeset('status', '--output', 'plan.json');
  return readJson(join(copy, 'plan.json')).releases.filter((/** @type {Release} */ { type }) => type !== 'none');
}

/** @param {Release[]} releases */
function checkVersions(releases) {
  for (const { name, type, oldVersion, newVersion } of releases) {
    console.log(`${name.padEnd(26)}${oldVersion} -> ${newVersion}`);
    // Below 1.0.0 a breaking change is a minor one. A major one would come from a peer dependency's range.
    if (type === 'major') wrong.push(`${name} would become ${newVersion}: a major release, which nobody has decided`);
  }
  for (const { dir, manifest } of publicPackages(copy)) {
    const { name, version } = manifest;
    if (version === '0.0.0') wrong.push(`${name} would be published as 0.0.0: it has no changeset`);
    const release = releases.find((release) => release.name === name);
    if (release === undefined) continue;
    if (release.newVersion !== version) wrong.push(`${name} is ${version}, and planned was ${release.newVersion}`);
    checkChangelog(name, version, join(dir, 'CHANGELOG.md'));
  }
}

// A test compares them as well, which would fail in the pull request of the release.
function checkCoreVersion() {
  const { version } = readJson(join(copy, 'packages/core/package.json'));
  const source = readFileSync(join(copy, 'packages/core/src/version.ts'), 'utf8');
  if (!source.includes(`CORE_VERSION = '${version}'`))
    wrong.push(`version.ts of core does not say ${version}:\n${source}`);
}

/** @param {string} name @param {string} version @param {string} file */
function checkChangelog(name, version, file) {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const [title, ...sections] = text.split(/^## /m);
  const section = sections.find((section) => section.startsWith(`${version}\n`)) ?? '';
  if (title.trim() !== `# ${name}` || !/^- \S/m.test(section)) {
    wrong.push(`${name}: CHANGELOG.md says nothing about ${version}:\n${text}`);
  }
}

/** @param {Map<string, string>} tarballs */
function checkRanges(tarballs) {
  // Without a registry that has them, npm can install them together only if their ranges fit each other.
  must(home, 'npm', 'init', '--yes');
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--fetch-retries=0'];
  must(home, 'npm', 'install', ...quiet, ...[...tarballs.values()].map((tarball) => `./${relative(home, tarball)}`));
  for (const name of tarballs.keys()) {
    const { peerDependencies = {} } = readJson(join(home, 'node_modules', name, 'package.json'));
    for (const [peer, range] of Object.entries(peerDependencies)) {
      // A plugin goes with every core that knows its API version: a narrow range would put two cores into a user's tree.
      if (!/^>=\S+ <\S+$/.test(range)) wrong.push(`${name}: the peer range of ${peer} is '${range}'`);
    }
  }
}

try {
  copyRepository();
  const releases = plan();
  changeset('version');
  writeCoreVersion(copy);
  // What changesets writes has to pass CI in its pull request.
  const manifests = publicPackages(copy).map(({ dir }) => join(dir, 'package.json'));
  must(copy, process.execPath, join(root, 'node_modules/@biomejs/biome/bin/biome'), 'format', ...manifests);
  checkVersions(releases);
  checkCoreVersion();
  const tarballs = packAll(join(home, 'tarballs'), copy);
  checkRanges(tarballs);
  // Only what changes: npm refuses a version that is there already.
  await Promise.all(releases.map(({ name }) => publish(/** @type {string} */ (tarballs.get(name)), { dryRun: true })));
  for (const line of wrong) console.log(`WRONG  ${line}`);
  console.log(`${releases.length} packages to release, all accepted by npm publish --dry-run`);
} catch (error) {
  wrong.push(String(error));
  console.log(/** @type {Error} */ (error).message);
} finally {
  rmSync(home, { recursive: true, force: true });
}
process.exitCode = wrong.length === 0 ? 0 : 1;
