import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { readLibrary } from '../packages/kvm-native/scripts/native/elf.mjs';
import {
  BUN,
  bunOnMusl,
  emptyProject,
  MUSL,
  muslTrouble,
  needsRegistry,
  type Project,
  program,
} from './harness/index.ts';

const PREBUILDS = 'node_modules/@picovm/kvm-native/prebuilds/linux-x64';
const LIBCS = ['glibc', 'musl'] as const;
/** What each C library calls its libraries. */
const LIBRARIES = { glibc: ['libc.so.6', 'libm.so.6', 'libpthread.so.0', 'librt.so.1'], musl: ['libc.so'] };
/** Node 20 itself needs 2.28. */
const NEWEST_GLIBC_MINOR = 28;

const isHost = process.platform === 'linux' && process.arch === 'x64';
const built = LIBCS.filter((libc) =>
  existsSync(new URL(`../packages/kvm-native/prebuilds/linux-x64/kvm-native.napi.${libc}.node`, import.meta.url)),
);

function needsBinaries(context: TestContext): void {
  context.skip(
    built.length < LIBCS.length,
    'the addon was not built for both C libraries: see what `npm run build` says',
  );
}

const files = {
  'loads-addon.js': program('loads-addon.js'),
  'kvm-guest.js': program('kvm-guest.js'),
  'probe.js': program('probe.js'),
};
const packages = ['@picovm/core', '@picovm/kvm-native', 'picovm'];

describe.each(['npm', 'pnpm'] as const)('installed with %s', (manager) => {
  let project: Project;
  beforeAll(async () => {
    project = await emptyProject({ manager, packages, files });
    return () => project[Symbol.asyncDispose]();
  }, 200_000);

  test('the package has what was built, and this process takes the addon for its C library', async (context) => {
    const path = (libc: string) => `${project.dir}/${PREBUILDS}/kvm-native.napi.${libc}.node`;
    for (const libc of LIBCS) expect(existsSync(path(libc))).toBe(built.includes(libc));
    needsBinaries(context);
    expect(await project.node('loads-addon.js')).toBe('it loads\n');
    const probe = JSON.parse(await project.node('probe.js'));
    context.skip(!probe.available, `KVM: ${probe.reason}`);
    const { stdout } = await project.run('npx', ['picovm', 'doctor']);
    expect(stdout).toMatch(
      /^ +uses \/.*\/prebuilds\/linux-x64\/kvm-native\.napi\.(glibc|musl)\.node \(prebuilt for \1\)$/m,
    );
  });
});

describe('the prebuilt addon', () => {
  let project: Project;
  beforeAll(async () => {
    project = await emptyProject({ packages: ['@picovm/core', '@picovm/kvm-native'], files });
    return () => project[Symbol.asyncDispose]();
  }, 200_000);
  const addon = (libc: string) => `${project.dir}/${PREBUILDS}/kvm-native.napi.${libc}.node`;

  test.for(LIBCS)(
    'for %s: needs no other library, no newer version, and holds no more than it must',
    (libc, context) => {
      needsBinaries(context);
      const { needed, undefinedSymbols, defined, sections } = readLibrary(addon(libc));
      expect(needed.filter((name) => !LIBRARIES[libc].includes(name))).toEqual([]);
      const versions = new Set(undefinedSymbols.map(({ version }) => version).filter(Boolean));
      for (const version of versions) {
        const [, name, number] = /^(\w+)_(?:(\d+\.\d+)(?:\.\d+)?)$/.exec(version) ?? [];
        expect(name, version).toBe('GLIBC');
        const [major, minor] = number.split('.').map(Number);
        expect(major, version).toBe(2);
        expect(minor, version).toBeLessThanOrEqual(NEWEST_GLIBC_MINOR);
      }
      expect(versions.size > 0).toBe(libc === 'glibc');
      expect(defined.sort()).toEqual(['napi_register_module_v1', 'node_api_module_get_api_version_v1']);
      expect(sections.filter((name) => /^\.(symtab|debug)/.test(name))).toEqual([]);
      expect(statSync(addon(libc)).size).toBeLessThan(500_000);
    },
  );

  test('for musl: takes from it nothing that it lacks', (context) => {
    needsBinaries(context);
    context.skip(!existsSync(MUSL), 'there is no musl here (Debian and Ubuntu: apt-get install musl)');
    const has = new Set(readLibrary(MUSL).defined);
    const lacking = readLibrary(addon('musl')).undefinedSymbols.filter(({ name, weak }) => !weak && !has.has(name));
    expect(lacking.map(({ name }) => name).filter((name) => !/^(napi|node_api)_/.test(name))).toEqual([]);
  });

  test('for musl: runs guests in a process on musl', { timeout: 300_000 }, async (context) => {
    needsBinaries(context);
    const trouble = muslTrouble();
    context.skip(trouble !== '', trouble);
    needsRegistry(context);
    await using onMusl = await emptyProject({ packages: ['@picovm/core', '@picovm/kvm-native'], files });
    // npm would leave it out on this C library.
    await onMusl.must('npm', [
      'install',
      '--force',
      '--no-save',
      '--libc=musl',
      ...Object.entries(BUN).map((at) => at.join('@')),
    ]);
    const bun = await bunOnMusl(onMusl);
    if (typeof bun === 'string') return context.skip(bun);
    expect(await bun('loads-addon.js')).toBe('it loads\n');
    const probe = JSON.parse(await bun('probe.js'));
    if (!probe.available) return context.skip(`KVM: ${probe.reason}`);
    expect(probe.implementation).toMatch(/\.musl\.node \(prebuilt for musl\)$/);
    expect(await bun('kvm-guest.js')).toBe('port 233: 72\nit was interrupted\nERR_KVM\n');
  });
});

describe.skipIf(!isHost)('npx picovm-build-kvm', () => {
  test('without the headers of Node-API, or without a compiler: says what is missing', async () => {
    await using project = await emptyProject({ packages: ['@picovm/core', '@picovm/kvm-native'] });
    const build = (env: Record<string, string>) => project.run('npx', ['picovm-build-kvm'], { env });
    expect(await build({ CXX: 'no-such-compiler' })).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/no C\+\+ compiler \(looked for no-such-compiler\): install one/),
    });
    const { status, stdout } = await build({});
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /npm install --no-save node-addon-api@\S+ node-api-headers@|no C\+\+ compiler|linux\/kvm\.h/,
    );
  });

  test('with them: builds an addon, which is then used', { timeout: 200_000 }, async (context) => {
    context.skip(!existsSync('/usr/include/linux/kvm.h'), 'there are no kernel headers');
    const compiler = process.env.CXX ?? 'c++';
    context.skip(spawnSync(compiler, ['--version']).status !== 0, `there is no C++ compiler (${compiler})`);
    needsRegistry(context);
    await using project = await emptyProject({
      packages: ['@picovm/core', '@picovm/kvm-native'],
      registry: { 'node-addon-api': '^8.9.2', 'node-api-headers': '^1.9.0' },
      files,
    });
    const { status, stdout, stderr } = await project.run('npx', ['picovm-build-kvm']);
    expect(stdout, stderr).toMatch(/the addon is built/);
    expect(status).toBe(0);
    expect(await project.node('loads-addon.js')).toBe('it loads\n');
    const probe = JSON.parse(await project.node('probe.js'));
    context.skip(!probe.available, `KVM: ${probe.reason}`);
    expect(probe.implementation).toMatch(/\/build\/kvm-native\.node \(built on this machine\)$/);
  });
});
