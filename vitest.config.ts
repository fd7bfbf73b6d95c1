import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

const root = fileURLToPath(new URL('.', import.meta.url));
const testFolder = `${root}scripts/test-folder.mjs`;
const packages = readdirSync(`${root}packages`).filter((dir) => existsSync(`${root}packages/${dir}/package.json`));

const SAME_ON_EVERY_NODE = ['browser', 'create-device', 'guides', 'typescript'].map((name) => `${name}.test.ts`);

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

/**
 * The projects outside the repository, which install the packages from tarballs. `PICOVM_CONSUMERS=programs` leaves out what
 * is the same on every Node: compilers, bundlers, templates and guides.
 */
function consumers(): TestProjectInlineConfiguration {
  const { test, ...rest } = project('consumers', 'consumers');
  const exclude = process.env.PICOVM_CONSUMERS === 'programs' ? SAME_ON_EVERY_NODE : [];
  const globalSetup = [testFolder, `${root}consumers/harness/global-setup.ts`];
  // An installation from an empty cache may take its time.
  return { ...rest, test: { ...test, globalSetup, exclude, testTimeout: 180_000, hookTimeout: 180_000 } };
}

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    // The template is the text of somebody else's project; `consumers` runs its tests.
    exclude: ['**/node_modules/**', '**/dist/**', 'template/**'],
    // Generous, because KVM may be emulated in software and a build machine may have two busy cores.
    testTimeout: 30_000,
    hookTimeout: 30_000,
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
