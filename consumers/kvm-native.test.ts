import { existsSync } from 'node:fs';
import { chmod, mkdir, realpath, symlink } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { emptyProject, HELLO_ROW, helloImage, type Project, program } from './harness/index.ts';

// What builds of native addons have been known to call.
const BUILD_TOOLS = [
  'c++',
  'g++',
  'gcc',
  'cc',
  'clang',
  'clang++',
  'make',
  'cmake',
  'ninja',
  'python',
  'python3',
  'node-gyp',
];

const addonIsBuilt = existsSync(new URL('../packages/kvm-native/prebuilds', import.meta.url));
let project: Project;
/** A PATH with Node, npm and a shell; of the build tools it has imposters, which leave a note when they are called. */
let PATH: string;

beforeAll(async () => {
  project = await emptyProject({
    files: { 'hello.bin': helloImage, 'elsewhere.js': program('elsewhere.js'), 'probe.js': program('probe.js') },
    manifest: { dependencies: { picovm: '*', '@picovm/kvm-native': '*' } },
  });
  PATH = `${project.dir}/bin`;
  await mkdir(PATH);
  const which = async (command: string) => realpath((await project.must('sh', ['-c', `command -v ${command}`])).trim());
  await symlink(process.execPath, `${PATH}/node`);
  for (const command of ['npm', 'npx', 'sh']) await symlink(await which(command), `${PATH}/${command}`);
  for (const command of BUILD_TOOLS) {
    await project.write(`bin/${command}`, `#!${PATH}/sh\necho "${command} $*" >> ${project.dir}/calls\nexit 127\n`);
    await chmod(`${PATH}/${command}`, 0o755);
  }
  // With the scripts of packages allowed, as they were for years.
  const scripts = { npm_config_ignore_scripts: 'false', npm_config_dangerously_allow_all_scripts: 'true' };
  await project.install('npm', { env: { PATH, ...scripts } });
});

afterAll(() => project?.[Symbol.asyncDispose]());

const picovm = (...args: string[]) => project.run('npx', ['picovm', ...args], { env: { PATH } });

test('with no compiler: npm installs picovm without a try to build', async () => {
  expect(await project.run('gcc', ['--version'], { env: { PATH } })).toMatchObject({ status: 127 });
  expect(await project.read('calls')).toBe('gcc --version\n');
});

test('with no compiler: picovm doctor says what it has', async () => {
  const { status, stdout, stderr } = await picovm('doctor');
  expect(`${stdout}${stderr}`).toMatch(/^interp +can run here/m);
  expect(stdout).toMatch(/^kvm +\S/m);
  expect(status).toBe(0);
});

test('with no compiler: npx picovm runs the hello kernel', async () => {
  const { status, stdout, stderr } = await picovm('run', 'hello.bin', '--load', '0', '--memory', '4K');
  expect(stdout, stderr).toContain(HELLO_ROW);
  expect(status).toBe(0);
});

test('with no compiler: the prebuilt addon in the package runs the hello kernel on KVM', async (context) => {
  const probe = JSON.parse(await project.node('probe.js'));
  // The package has what this checkout has built.
  if (addonIsBuilt) expect(probe.code).not.toBe('addon-not-built');
  context.skip(!probe.available, `KVM: ${probe.reason}`);
  const { status, stdout, stderr } = await picovm(
    'run',
    'hello.bin',
    '--load',
    '0',
    '--memory',
    '4K',
    '--accel',
    'kvm',
  );
  expect(stdout, stderr).toContain(HELLO_ROW);
  expect(status).toBe(0);
});

test.each([
  ['macOS on ARM', ['darwin', 'arm64'], 'not-linux', /this is darwin/],
  ['Windows', ['win32', 'x64'], 'not-linux', /this is win32/],
  ['Linux on ARM', ['linux', 'arm64'], 'not-x86-64', /this Node is for arm64/],
  ['no Node at all', ['none'], 'not-linux', /no Node\.js/],
])('@picovm/kvm-native on %s: imports, and its probe says why KVM is not there', async (_name, args, code, reason) => {
  const probe = JSON.parse(await project.node('elsewhere.js', ...args));
  expect(probe).toMatchObject({ available: false, code, reason: expect.stringMatching(reason) });
  expect(probe.hint).toContain('@picovm/x86-interp');
});
