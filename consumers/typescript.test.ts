import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { emptyProject, HELLO_ROW, helloImage, needsRegistry, type Project, program } from './harness/index.ts';

/** As strict as TypeScript gets, and the types of the packages are checked, too. */
const strict = {
  target: 'es2023',
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  isolatedModules: true,
  verbatimModuleSyntax: true,
  skipLibCheck: false,
};

/** Node: without the DOM. */
const forNode = {
  compilerOptions: {
    ...strict,
    module: 'nodenext',
    lib: ['ES2023', 'ESNext.Disposable'],
    types: ['node'],
    rootDir: '.',
    outDir: 'out',
  },
  files: ['hello.ts', 'all.ts'],
};

/** A browser: without Node. */
const forBrowsers = {
  compilerOptions: {
    ...strict,
    module: 'preserve',
    moduleResolution: 'bundler',
    lib: ['ES2023', 'ESNext.Disposable', 'DOM', 'DOM.Iterable'],
    types: [],
    noEmit: true,
  },
  files: ['browser.ts'],
};

const FOR_BROWSERS = [
  '@picovm/core',
  '@picovm/core/x86',
  '@picovm/bios',
  '@picovm/boot',
  '@picovm/device-console',
  '@picovm/device-disk',
  '@picovm/device-hostcall',
  '@picovm/device-pc',
  '@picovm/device-pci',
  '@picovm/device-vga',
  '@picovm/kvm-native',
  '@picovm/machine-pc',
  '@picovm/testkit',
  '@picovm/worker',
  '@picovm/x86-interp',
];

const importing = (names: readonly string[]): string =>
  names.map((name, i) => `import * as package${i} from '${name}';\nvoid package${i};\n`).join('');

let project: Project;

beforeAll(async () => {
  if (inject('registryTrouble') !== '') return;
  const all = Object.keys(inject('tarballs'));
  project = await emptyProject({
    packages: all,
    registry: { typescript: '~5.9.3', '@types/node': '^20.19.0' },
    files: {
      'hello.bin': helloImage,
      'hello.ts': program('hello.ts'),
      'all.ts': importing(all.filter((name) => !name.startsWith('create-'))),
      'browser.ts': importing(FOR_BROWSERS),
      'tsconfig.json': JSON.stringify(forNode),
      'tsconfig.browser.json': JSON.stringify(forBrowsers),
    },
  });
});

afterAll(() => project?.[Symbol.asyncDispose]());

test('TypeScript, nodenext, without the DOM: the types of every package, and the hello kernel', async (context) => {
  needsRegistry(context);
  expect(await project.must('npx', ['tsc'])).toBe('');
  const output = await project.node('out/hello.js');
  expect(output).toContain(HELLO_ROW);
  expect(output).toMatch(/^kvm: /m);
});

test('TypeScript for a bundler, without Node: the types of the packages for browsers', async (context) => {
  needsRegistry(context);
  expect(await project.must('npx', ['tsc', '-p', 'tsconfig.browser.json'])).toBe('');
});
