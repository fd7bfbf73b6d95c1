// Publishes what npm does not have yet: packs all packages, and publishes each tarball whose version is new, those first
// that others depend on. Then it tags the commit. `npm run release` builds, and calls it; .github/workflows/release.yml
// sets up who it is for npm, and the provenance.
//
//   node scripts/packages/publish.mjs

import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { LIBCS, portabilityProblems } from '../../packages/kvm-native/scripts/native/portable-link.mjs';
import { packAll } from './pack.mjs';
import { unpack } from './tarball.mjs';

/** @typedef {import('./tarball.mjs').Packed} Packed */

const root = fileURLToPath(new URL('../..', import.meta.url));

/** @param {string[]} args @param {Record<string, string>} [env] @returns {Promise<string>} the standard output */
async function npm(args, env) {
  const options = { env: { ...process.env, ...env }, shell: process.platform === 'win32', cwd: tmpdir() };
  return (await promisify(execFile)('npm', args, options)).stdout;
}

/**
 * Publishes a tarball.
 * @param {string} tarball absolute: npm takes a relative one for a repository on GitHub
 * @param {{ dryRun?: boolean, env?: Record<string, string> }} [options]
 */
export async function publish(tarball, { dryRun = false, env } = {}) {
  await npm(['publish', tarball, '--access', 'public', ...(dryRun ? ['--dry-run'] : [])], env);
}

/** @param {Packed} packed */
async function isPublished({ name, manifest }) {
  try {
    return (await npm(['view', `${name}@${manifest.version}`, 'version'])).trim() !== '';
  } catch (error) {
    if (/\bE404\b/.test(String(/** @type {{ stderr?: string }} */ (error).stderr))) return false;
    throw error;
  }
}

/** What others need comes before them. @param {Packed[]} packages @returns {Packed[]} */
function inOrder(packages) {
  /** @type {Packed[]} */
  const sorted = [];
  const visit = (/** @type {Packed} */ packed) => {
    const { dependencies, peerDependencies } = packed.manifest;
    for (const name of Object.keys({ ...dependencies, ...peerDependencies })) {
      const needed = packages.find((other) => other.name === name);
      if (needed !== undefined && !sorted.includes(needed)) visit(needed);
    }
    if (!sorted.includes(packed)) sorted.push(packed);
  };
  packages.forEach(visit);
  return sorted;
}

/**
 * The addon goes out for both C libraries, or not at all.
 * @param {Packed[]} packages
 */
function checkAddons(packages) {
  const packed = packages.find(({ name }) => name === '@picovm/kvm-native');
  if (packed === undefined) throw new Error('there is no @picovm/kvm-native');
  for (const libc of LIBCS) {
    const addon = `prebuilds/linux-x64/kvm-native.napi.${libc}.node`;
    if (!packed.files.includes(addon)) throw new Error(`@picovm/kvm-native lacks ${addon}`);
    const problems = portabilityProblems(join(packed.dir, addon), libc);
    if (problems.length > 0) throw new Error(`${addon} would not load everywhere: ${problems.join(', ')}`);
  }
}

/**
 * A token for npm, if NPM_TOKEN has one.
 * @param {string} home @returns {Promise<Record<string, string>>} what npm finds in its environment
 */
async function credentials(home) {
  const token = process.env.NPM_TOKEN;
  if (!token) return {};
  const registry = (await npm(['config', 'get', 'registry']))
    .trim()
    .replace(/^https?:/, '')
    .replace(/\/?$/, '/');
  const file = join(home, 'npmrc');
  writeFileSync(file, `${registry}:_authToken=\${NPM_TOKEN}\n`);
  return { NPM_CONFIG_USERCONFIG: file };
}

async function main() {
  const home = mkdtempSync(join(tmpdir(), 'picovm-publish-'));
  try {
    const tarballs = [...packAll(join(home, 'tarballs'))];
    const packages = inOrder(tarballs.map(([name, tarball]) => unpack(name, tarball, join(home, 'node_modules'))));
    checkAddons(packages);

    const env = await credentials(home);
    for (const packed of packages) {
      const what = `${packed.name}@${packed.manifest.version}`;
      if (await isPublished(packed)) {
        console.log(`${what} is published already`);
        continue;
      }
      await publish(packed.tarball, { env });
      console.log(`${what} is published`);
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
  const changeset = join(root, 'node_modules/@changesets/cli/bin.js');
  return spawnSync(process.execPath, [changeset, 'tag'], { cwd: root, stdio: 'inherit' }).status ?? 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main();
