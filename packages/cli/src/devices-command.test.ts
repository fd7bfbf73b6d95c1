import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { picovm } from './cli-process.test-util.ts';
import { DeviceProject, LAMP, modules } from './device-project.test-util.ts';

const project = new DeviceProject();
project.install('picovm-device-lamp', LAMP);
project.install('@acme/picovm-device-board', `${modules('fan', 'pump')}\nexport default pump;`);
project.install('acme-board', modules('board'), { keywords: ['picovm-device'] });
project.install('unrelated', `throw new Error('was imported');`);
project.install('picovm-device-next', modules('future').replace('apiVersion: 1', 'apiVersion: 2'));
project.install('picovm-device-boom', `throw new Error('no \\x1b[31mlicence');`);
project.install('picovm-device-exit', 'process.exit(7);');
project.install('picovm-device-late', `setTimeout(() => { throw new Error('late'); }); await new Promise(() => {});`);
project.install('picovm-device-loud', `console.log('NOISE');\nsetInterval(() => {}, 1000);\n${modules('loud')}`);
project.install('picovm-device-lying', 'export const plain = 1;');
project.write('plain.js', 'export const plain = 1;');
project.write('boom.js', `throw new Error('no licence');`);
mkdirSync(join(project.path, 'deep/er'), { recursive: true });

const BUILT_IN = ['debug-console', 'uart16550', 'vga-text', 'i8042', 'pic8259', 'pit8254', 'port92', 'rtc'];

test('lists what is built in and installed, with what --device needs, in 80 columns', async () => {
  const { status, stdout, stderr } = await picovm(['devices'], { cwd: join(project.path, 'deep/er') });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^uart16550 +built into picovm \d+\.\d+\.\d+$/m);
  expect(stdout).toContain(`
picovm-device-lamp                                                         1.2.3
  a lamp with a brightness
  claims   port 0x510-0x511; IRQ 5
  options  id=lamp     its name in this machine (string)
           base=0x510  first of its two ports (0x0 to 0xfffe)
           colour=red  its colour (red|green)
           dim=false   whether it begins dimmed (boolean)
           rom=FILE    what its second port gives (at most 16 bytes)
  in code  output
`);
  expect(stdout).toMatch(/^@acme\/picovm-device-board +1\.2\.3\n {2}a pump$/m);
  expect(stdout).toMatch(/^@acme\/picovm-device-board#fan +@acme\/picovm-device-board 1\.2\.3\n {2}a fan$/m);
  expect(stdout).not.toContain('NOISE');
  expect(stdout).not.toContain('\x1b');
  // A path that is longer has a line of its own.
  const lines = stdout.split('\n').filter((line) => !line.includes(project.path));
  expect(Math.max(...lines.map((line) => line.length))).toBe(80);
});

test('what cannot be used is listed with the reason, and costs nothing else', async () => {
  const { status, stdout } = await picovm(['devices', '--json', project.path]);
  expect(status).toBe(0);
  const boom = join(project.path, 'node_modules/picovm-device-boom/index.js');
  const entries: { device: string; builtIn: boolean; problem?: string; type?: string }[] = JSON.parse(stdout);
  expect(entries.filter(({ builtIn }) => builtIn).map(({ device }) => device)).toEqual(BUILT_IN);
  const installed = entries.filter(({ builtIn }) => !builtIn);
  expect(Object.fromEntries(installed.map(({ device, problem, type }) => [device, problem ?? type]))).toEqual({
    '@acme/picovm-device-board': 'pump',
    '@acme/picovm-device-board#fan': 'fan',
    'acme-board': 'board',
    'picovm-device-boom': `it threw when it was imported: no \x1b[31mlicence (thrown at ${boom}:1:7)`,
    'picovm-device-exit': 'it ended the process when it was imported',
    'picovm-device-lamp': 'lamp',
    'picovm-device-late': 'it threw when it was imported: late',
    'picovm-device-loud': 'loud',
    'picovm-device-lying': 'it exports no device',
    'picovm-device-next': 'it was made for version 2 of the device API, and this picovm has version 1: update picovm',
  });
  expect(entries.find(({ device }) => device === 'picovm-device-lamp')).toMatchObject({
    package: { name: 'picovm-device-lamp', version: '1.2.3' },
    ranges: [{ space: 'port', base: { option: 'base' }, length: 2 }],
    irqs: [5],
    options: { base: { type: 'integer', min: 0, max: 0xfffe, default: 0x510 } },
  });
});

test("a device's own project lists it, and of two packages with one name the nearer", async () => {
  project.write(
    'nested/package.json',
    '{ "name": "picovm-device-own", "version": "9.0.0", "type": "module", "exports": "./index.js" }',
  );
  project.write('nested/index.js', modules('own'));
  project.install('../nested/node_modules/picovm-device-lamp', modules('nearer'), {
    name: 'picovm-device-lamp',
    version: '2.0.0',
  });
  const { stdout } = await picovm(['devices', '--json', 'nested'], { cwd: project.path });
  const types = new Map(
    JSON.parse(stdout).map((entry: { device: string; type: string }) => [entry.device, entry.type]),
  );
  expect([types.get('picovm-device-own'), types.get('picovm-device-lamp')]).toEqual(['own', 'nearer']);
});

test('a file: its devices, as --device takes them, and nothing else', async () => {
  project.write('one.js', LAMP);
  project.write('deep/two.js', modules('fan', 'pump'));
  const one = await picovm(['devices', 'one.js'], { cwd: project.path });
  expect(one).toMatchObject({ status: 0, stderr: '' });
  expect(one.stdout).toMatch(/^\.\/one\.js\n {2}a lamp with a brightness\n {2}claims {3}port 0x510-0x511; IRQ 5\n/);
  expect(one.stdout).not.toContain('uart16550');
  const { stdout } = await picovm(['devices', '../two.js', '--json'], { cwd: join(project.path, 'deep/er') });
  const file = join(project.path, 'deep/two.js');
  expect(JSON.parse(stdout)).toMatchObject([
    { device: '../two.js#fan', builtIn: false, package: null, file, type: 'fan' },
    { device: '../two.js#pump', builtIn: false, package: null, file, type: 'pump' },
  ]);
});

test('with nothing installed, what is built in', async () => {
  const { status, stdout } = await picovm(['devices', '/']);
  expect(status).toBe(0);
  for (const type of BUILT_IN) expect(stdout).toMatch(new RegExp(`^${type} `, 'm'));
});

test.each([
  ['no such directory', ['nowhere'], 'nowhere: no such directory or file'],
  ['a file without devices', ['plain.js'], './plain.js: it exports no device'],
  ['a file that throws', ['./boom.js'], './boom.js: it threw when it was imported: no licence'],
  ['two directories', ['.', '.'], 'devices takes at most one directory or file'],
])('%s: one message, status 1', async (_name, args, message) => {
  const { status, stderr } = await picovm(['devices', ...args], { cwd: project.path });
  expect(stderr).toContain(message);
  expect({ status, lines: stderr.trimEnd().split('\n').length }).toEqual({ status: 1, lines: 1 });
});
