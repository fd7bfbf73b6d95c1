import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

const root = fileURLToPath(new URL('.', import.meta.url));
const testFolder = `${root}scripts/test-folder.mjs`;
const packages = readdirSync(`${root}packages`).filter((dir) => existsSync(`${root}packages/${dir}/package.json`));

/**
 * What is the same on every Node: compilers, bundlers, templates and guides, the addon under sanitizers, and how much of a core an
 * idle guest costs. `PICOVM_TESTS=programs` leaves it out.
 */
const SAME_ON_EVERY_NODE = [
  ...['browser', 'create-device', 'guides', 'typescript'].map((name) => `consumers/${name}.test.ts`),
  'packages/kvm-native/src/native/sanitizers.test.ts',
  'guests/systems/idle.test.ts',
].map((file) => `${root}${file}`);

type Alias = { find: RegExp; replacement: string };

/**
 * Maps every entry point of every package to its source, so that the tests beside the code run without a build and a
 * failure points into the source. `guests` and `examples` get no such map: they use what users get, the built packages.
 */
function sourceAliases(): Alias[] {
  return packages.flatMap((dir) => {
    const manifest = JSON.parse(readFileSync(`${root}packages/${dir}/package.json`, 'utf8'));
    return Object.entries<{ default?: string }>(manifest.exports).flatMap(([subpath, { default: file }]) => {
      if (!file?.startsWith('./dist/')) return [];
      const name = subpath === '.' ? manifest.name : `${manifest.name}/${subpath.slice(2)}`;
      const source = file.replace('./dist/', 'src/').replace(/\.js$/, '.ts');
      return [{ find: new RegExp(`^${name}$`), replacement: `${root}packages/${dir}/${source}` }];
    });
  });
}

function project(name: string, dir: string, alias: Alias[] = []): TestProjectInlineConfiguration {
  return {
    extends: true,
    root: `${root}${dir}`,
    resolve: { alias },
    test: { name },
  };
}

/** The projects outside the repository, which install the packages from tarballs. */
function consumers(): TestProjectInlineConfiguration {
  const { test, ...rest } = project('consumers', 'consumers');
  const globalSetup = [testFolder, `${root}consumers/harness/global-setup.ts`];
  // An installation from an empty cache may take its time.
  return { ...rest, test: { ...test, globalSetup, testTimeout: 180_000, hookTimeout: 180_000 } };
}

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    // The template is the text of somebody else's project; `consumers` runs its tests.
    exclude: [
      ...['**/node_modules/**', '**/dist/**', 'template/**'],
      ...(process.env.PICOVM_TESTS === 'programs' ? SAME_ON_EVERY_NODE : []),
    ],
    // The runner itself has little to do: a core for each worker.
    maxWorkers: availableParallelism(),
    // Generous, because KVM may be emulated in software and a build machine may have two busy cores.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    globalSetup: testFolder,
    reporters: ['default', './scripts/vitest-summary.mjs'],
    // The built packages run as Node runs them: transformed, the interpreter's inner loop would be slower.
    server: { deps: { external: [/\/packages\/[^/]+\/dist\//] } },
    projects: [
      ...packages.map((dir) => project(dir, `packages/${dir}`, sourceAliases())),
      project('guests', 'guests'),
      project('examples', 'examples'),
      consumers(),
    ],
  },
});
