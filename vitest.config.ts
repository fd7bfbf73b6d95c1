import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

const root = fileURLToPath(new URL('.', import.meta.url));
const packages = readdirSync(`${root}packages`).filter((dir) => existsSync(`${root}packages/${dir}/package.json`));

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

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    // Generous, because KVM may be emulated in software and a build machine may have two busy cores.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: ['default', './scripts/vitest-summary.mjs'],
    // The built packages run as Node runs them: transformed, the interpreter's inner loop would be slower.
    server: { deps: { external: [/\/packages\/[^/]+\/dist\//] } },
    projects: [
      ...packages.map((dir) => project(dir, `packages/${dir}`, sourceAliases())),
      project('guests', 'guests'),
      project('examples', 'examples'),
    ],
  },
});
