import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { expect, inject, test } from 'vitest';
import { stepsOf } from './harness/document.ts';
import { emptyProject, HELLO_ROW, helloImage, needsRegistry, type Project } from './harness/index.ts';

// Somebody with an empty folder, the packages' tarballs, and the documentation.
const root = new URL('../', import.meta.url);
const text = (path: string): string => readFileSync(new URL(path, root), 'utf8');

/** The fenced blocks of code in a document. */
function codeBlocks(path: string): string[] {
  return [...text(path).matchAll(/^```[jt]s\n(.*?)^```$/gms)].map(([, code]) => code);
}

/** The packages that some code imports: what its reader installs, and nothing else. */
function importsOf(code: string): string[] {
  const names = [...code.matchAll(/from '((?:@picovm\/)?[\w-]+)(?:\/[\w/-]+)?'/g)].map(([, name]) => name);
  return [...new Set(names)].filter((name) => Object.hasOwn(inject('tarballs'), name));
}

/** A project with what some code imports, and with guest images under the names that the READMEs call them by. */
function projectWith(code: string): Promise<Project> {
  const bootImage = readFileSync(new URL('examples/os-test/boot.bin', root));
  const images = { 'guests/hello.bin': helloImage, 'kernel.bin': helloImage, 'boot.bin': bootImage };
  return emptyProject({ packages: importsOf(code), files: { 'main.js': code, ...images } });
}

async function run(code: string): Promise<string> {
  await using project = await projectWith(code);
  return await project.node('main.js');
}

test.each(codeBlocks('README.md').map((code) => [importsOf(code).join(', '), code]))(
  'the hello kernel, with the code of the README for %s',
  async (_packages, code) => {
    const output = await run(code);
    expect(output).toContain(HELLO_ROW);
    expect(output).toContain('the guest halted at 0000:000d');
  },
);

test('the README shows the hello kernel with core, x86-interp and device-vga alone', () => {
  const imports = codeBlocks('README.md').map((code) => importsOf(code).sort());
  expect(imports).toContainEqual(['@picovm/core', '@picovm/device-vga', '@picovm/x86-interp']);
});

const readmes = readdirSync(new URL('packages/', root)).map((dir) => [`packages/${dir}/README.md`]);

test.for(readmes)('the examples of %s run as they stand', async ([readme], context) => {
  const examples = codeBlocks(readme).filter((code) => /^import .* from /m.test(code));
  expect(examples).not.toEqual([]);
  await using project = await projectWith(examples.join(''));
  // An example of several files names them in their first lines.
  const paths = examples.map((code, i) => /^\/\/ (\S+\.js)\n/.exec(code)?.[1] ?? `example-${i}.js`);
  for (const [i, code] of examples.entries()) await project.write(paths[i], onNodeTest(code));
  for (const [i, code] of examples.entries()) {
    if (/^(export |serveMachine\()/m.test(code)) continue; // for another one to import, or to start
    const { status, stdout, stderr } = await project.run(process.execPath, [paths[i]]);
    context.skip(stderr.includes('ERR_ACCELERATOR_UNAVAILABLE'), `an example needs KVM: ${/VmError.*/.exec(stderr)}`);
    expect(status, `${code}${stdout}${stderr}`).toBe(0);
    // What the example says that it prints.
    for (const [, says] of code.matchAll(/console\.log\(.*\);? \/\/ (.+)$/gm)) expect(stdout).toContain(says);
  }
});

/** Tests of an example run with the runner that is there anyway: the kit takes any. */
function onNodeTest(code: string): string {
  return code.replace(/^(import \{ test \} from) 'vitest';/m, "$1 'node:test';");
}

test('a device inline, in ten lines', async () => {
  const guide = stepsOf(text('docs/guides/write-a-device.md'));
  const first = guide.find((step) => step.kind === 'file' && step.path === 'first.js');
  const code = first?.kind === 'file' ? first.text : '';
  const device = /^const counter = \{\n.*?^\};$/ms.exec(code)?.[0] ?? '';
  expect(device.split('\n')).toHaveLength(10);
  expect(await run(code)).toBe('halted, al = 42, count = 43\n');
});

test('the example of testing an operating system, copied: its tests pass, and the bug is found', async (context) => {
  needsRegistry(context); // vitest
  await using project = await emptyProject();
  const isOurs = (path: string) => !path.includes('node_modules');
  cpSync(new URL('examples/os-test/', root), project.dir, { recursive: true, filter: isOurs });
  await project.install();

  const passed = await project.must('npm', ['test'], { env: { NODE_OPTIONS: '--test-reporter=tap' } });
  expect(passed).toContain('tiny-os on interp');
  expect(passed).toMatch(/^# fail 0$/m);
  await project.must('npm', ['run', 'test:vitest']);

  const { status, stdout } = await project.run('npm', ['run', 'test:bug']);
  expect(status).not.toBe(0);
  expect(stdout).toContain('the screen must show "count = 10", but the guest halted at 0000:7c60');
  expect(stdout).toContain('|count = :');
  expect(stdout).toContain('last exits, the newest last:');
});
