import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, type TestContext, test } from 'vitest';
import { emptyProject, needsRegistry, type Project, program, projectIn } from './harness/index.ts';
import { npmCreate } from './harness/npm-create.ts';

// The life of a plugin, each test a step of it: made from the template, tested, packed, installed by somebody else, used.

// mov dx,0x530 / mov al,40 / out dx,al / inc ax / inc ax / out dx,al / in al,dx / mov bl,al / in al,dx / mov bh,al / hlt
const GUEST = Uint8Array.of(
  ...[0xba, 0x30, 0x05, 0xb0, 40, 0xee, 0x40, 0x40, 0xee],
  ...[0xec, 0x88, 0xc3, 0xec, 0x88, 0xc7, 0xf4],
);
const publint = fileURLToPath(new URL('../node_modules/publint/src/cli.js', import.meta.url));
/** The form of node:test's report, which differs between versions of Node. */
const TAP = { NODE_OPTIONS: '--test-reporter=tap' };

let author: Project;
let plugin: Project;
let user: Project;

beforeAll(async () => {
  author = await emptyProject();
  const settings = ['--description', 'it is foo', '--license', 'Apache-2.0', '--author', 'Foo Inc.'];
  expect(await npmCreate(author, 'picovm-device', ['foo', ...settings])).toContain('  cd picovm-device-foo\n');
  plugin = projectIn(author, 'picovm-device-foo');
});

afterAll(async () => {
  await author?.[Symbol.asyncDispose]();
  await user?.[Symbol.asyncDispose]();
});

test('it is a package of its own', async () => {
  const manifest = JSON.parse(await plugin.read('package.json'));
  expect(manifest).toMatchObject({ name: 'picovm-device-foo', license: 'Apache-2.0', author: 'Foo Inc.' });
  expect(await plugin.read('LICENSE')).toMatch(/Apache License[\s\S]*Copyright \d{4} Foo Inc\./);
  // The versions of the packages that were packed with it.
  const versions = ['core', 'testkit', 'x86-interp'].map((name) => manifest.devDependencies[`@picovm/${name}`]);
  for (const version of versions) expect(version).toMatch(/^\^\d+\.\d+\.\d+$/);
});

test('after npm install, npm test passes at once', async (context) => {
  needsRegistry(context);
  await plugin.install();
  const output = await plugin.must('npm', ['test'], { env: TAP });
  expect(output).toMatch(/^# fail 0$/m);
  expect(output).toMatch(/^# skipped 0$/m);
  // The device's own tests, and those of the kit.
  expect(Number(/^# pass (\d+)$/m.exec(output)?.[1])).toBeGreaterThan(8);
  expect(output).toContain('a guest uses it');
});

test('npm test fails when the device is broken', async (context) => {
  needsRegistry(context);
  const source = await plugin.read('src/index.ts');
  await plugin.write('src/index.ts', source.replace('[...bytes]', '[...bytes.subarray(1)]'));
  const { status, stdout } = await plugin.run('npm', ['test'], { env: TAP });
  await plugin.write('src/index.ts', source);
  expect(status).not.toBe(0);
  expect(stdout).toMatch(/^not ok .*takes its own snapshot back$/m);
});

test('npm pack builds it, and packs what is to be published and nothing else', async (context) => {
  needsRegistry(context);
  await plugin.must(process.execPath, ['-e', "fs.rmSync('dist', { recursive: true })"]);
  const [{ files }] = JSON.parse(
    await plugin.must('npm', ['pack', '--json', '--loglevel=error', '--foreground-scripts=false']),
  );
  expect(files.map(({ path }: { path: string }) => path).sort()).toEqual([
    'LICENSE',
    'README.md',
    'dist/index.d.ts',
    'dist/index.js',
    'package.json',
  ]);
  expect(await plugin.must(process.execPath, [publint, 'run', '.', '--strict'])).toContain('All good!');
});

test('somebody else installs it, and picovm devices lists it', async (context) => {
  needsRegistry(context);
  user = await emptyProject({
    files: { 'guest.bin': GUEST, 'probe.js': program('probe.js') },
    manifest: {
      dependencies: {
        picovm: '*',
        '@picovm/core': '*',
        '@picovm/kvm-native': '*',
        'picovm-device-foo': `file:${plugin.dir}/picovm-device-foo-0.1.0.tgz`,
      },
    },
  });
  await user.install();
  const list = await user.must('npx', ['picovm', 'devices']);
  expect(list).toContain('picovm-device-foo');
  expect(list).toContain('it is foo');
  expect(list).toContain('0x520');
});

const run = (...args: string[]) =>
  user.run('npx', ['picovm', 'run', 'guest.bin', '--load', '0', '--memory', '4K', '--registers', ...args]);

async function runsOn(context: TestContext, accelerator: string): Promise<void> {
  needsRegistry(context);
  const { status, stdout, stderr } = await run('--accel', accelerator, '--device', 'picovm-device-foo,base=0x530');
  expect(`${stdout}${stderr}`).toMatch(/ebx=00002a28/);
  expect(status).toBe(0);
}

test('a guest on the interpreter drives it', (context) => runsOn(context, 'interp'));

test('a guest on KVM drives it', async (context) => {
  needsRegistry(context);
  const probe = JSON.parse(await user.node('probe.js'));
  context.skip(!probe.available, `KVM: ${probe.reason}`);
  await runsOn(context, 'kvm');
});

test('a wrong option is one clear error', async (context) => {
  needsRegistry(context);
  const { status, stderr } = await run('--device', 'picovm-device-foo,base=0x530,depth=7');
  expect(status).toBe(1);
  expect(stderr).toMatch(/foo has no option 'depth': it has id, base, irq, capacity/);
});

test('the code of its README runs', async (context) => {
  needsRegistry(context);
  const readme = readFileSync(`${plugin.dir}/README.md`, 'utf8');
  const code = /^```js\n(.*?)^```$/ms.exec(readme)?.[1] ?? '';
  await user.write('readme.js', `${code}console.log(vm.ports.map());\nvm.dispose();\n`);
  expect(await user.node('readme.js')).toContain('base: 1328');
});
