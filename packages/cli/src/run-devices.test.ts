import { mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ProcessResult, picovm } from './cli-process.test-util.ts';
import { DeviceProject, LAMP, modules } from './device-project.test-util.ts';

// mov dx,0x510 / in al,dx / out 0xe9,al / inc dx / in al,dx / out 0xe9,al / dec dx / mov al,7 / out dx,al / hlt
const READ_LAMP = Uint8Array.of(0xba, 0x10, 0x05, 0xec, 0xe6, 0xe9, 0x42, 0xec, 0xe6, 0xe9, 0x4a, 0xb0, 7, 0xee, 0xf4);

const project = new DeviceProject();
project.write('guest.bin', READ_LAMP);
project.write('rom.bin', 'R');
project.write('a,b.bin', 'C');
project.install('picovm-device-lamp', LAMP);
project.install('@acme/picovm-device-board', modules('fan', 'pump'));
project.write('my-device.js', LAMP);

function run(...options: string[]): Promise<ProcessResult> {
  const args = ['run', 'guest.bin', '--accel', 'interp', '--screen', 'none', ...options];
  return picovm(args, { cwd: project.path });
}

function output(...bytes: number[]): object {
  return { status: 0, stdout: Buffer.from(bytes).toString(), stderr: '' };
}

describe('--device', () => {
  test('a package, as its manifest says', async () => {
    expect(await run('--device', 'picovm-device-lamp,rom=rom.bin,base=1296')).toEqual(output(9, 0x52));
  });

  test('a file, a flag, and a comma in a value', async () => {
    expect(await run('--device', './my-device.js,dim,rom=a,,b.bin')).toEqual(output(1, 0x43));
    expect(await run('--device', `${join(project.path, 'my-device.js')},dim=false,rom=rom.bin`)).toEqual(
      output(9, 0x52),
    );
  });

  test('several, by export and by id', async () => {
    const devices = ['@acme/picovm-device-board#fan', '@acme/picovm-device-board#fan,id=fan2'];
    const { status, stdout } = await run('--json', ...devices.flatMap((device) => ['--device', device]));
    expect(status).toBe(0);
    expect(Object.keys(JSON.parse(stdout).counters.devices)).toEqual(['vga', 'debugcon', 'com1', 'fan', 'fan2']);
  });

  test('a built-in type for a second time: what the guest writes to it is no output of the command', async () => {
    // mov dx,0x2f8 / mov al,'A' / out dx,al / hlt
    project.write('com2.bin', Uint8Array.of(0xba, 0xf8, 0x02, 0xb0, 0x41, 0xee, 0xf4));
    const args = ['run', 'com2.bin', '--accel', 'interp', '--json', '--device', 'uart16550,id=com2,base=0x2f8,irq=3'];
    const { stdout } = await picovm(args, { cwd: project.path });
    const { serial, counters } = JSON.parse(stdout);
    expect(serial).toBe('');
    expect(counters.devices.com2).toMatchObject({ writes: 1, metrics: { bytesOut: 1 } });
  });

  test("its counters and metrics are in the result, and its range in the machine's map", async () => {
    const { stdout } = await run('--json', '--device', 'picovm-device-lamp,id=desk');
    expect(JSON.parse(stdout).counters.devices.desk).toEqual({ reads: 2, writes: 1, metrics: { changes: 1 } });
    const map = await picovm(['map', '--accel', 'interp', '--device', 'picovm-device-lamp,id=desk,base=0x600'], {
      cwd: project.path,
    });
    expect(map.stdout).toContain('0x0600-0x0601  port    desk  (lamp)');
  });

  test('is found from the folder upwards, through links, in CommonJS, and in the project itself', async () => {
    project.install('picovm-device-linked', LAMP);
    mkdirSync(join(project.path, 'store'), { recursive: true });
    renameSync(join(project.path, 'node_modules/picovm-device-linked'), join(project.path, 'store/linked'));
    symlinkSync('../store/linked', join(project.path, 'node_modules/picovm-device-linked'), 'junction');
    project.write('apps/demo/guest.bin', READ_LAMP);
    project.write(
      'apps/demo/old.cjs',
      `module.exports = { lamp: require(${JSON.stringify(join(project.path, 'my-device.js'))}).lamp };`,
    );
    project.write(
      'apps/demo/package.json',
      '{ "name": "picovm-device-own", "type": "module", "exports": "./index.js" }',
    );
    project.write('apps/demo/index.js', `export { fan as default } from '@acme/picovm-device-board';`);
    const args = ['run', 'guest.bin', '--accel', 'interp', '--screen', 'none', '--device'];
    for (const device of ['picovm-device-linked', './old.cjs', 'picovm-device-own']) {
      expect(await picovm([...args, device], { cwd: join(project.path, 'apps/demo') })).toMatchObject({ status: 0 });
    }
  });

  test('a device that leaves a timer behind does not keep the command from ending', async () => {
    project.write('timer.js', `setInterval(() => {}, 1000); export { lamp } from './my-device.js';`);
    expect(await run('--device', './timer.js,rom=rom.bin')).toEqual(output(9, 0x52));
  });

  test('TypeScript runs where Node strips types, and otherwise the error says what to do', async () => {
    project.write('typed.ts', `${modules('fan')}\nconst fans: number = 1;\nexport { fans };`);
    const { status, stderr } = await run('--device', './typed.ts');
    if ((process.features as { typescript?: unknown }).typescript) expect(status).toBe(0);
    else {
      expect(stderr).toBe(
        `picovm: --device ./typed.ts: it is TypeScript, which Node ${process.versions.node} cannot run: build it to JavaScript, or use Node 24\n`,
      );
    }
  });
});

project.install('picovm-device-next', modules('future').replace('apiVersion: 1', 'apiVersion: 2'));
project.install(
  'picovm-device-old',
  'export const past = Object.assign(() => {}, { manifest: { type: "past", apiVersion: 0 } });',
);
project.install('picovm-device-boom', `throw new Error('no licence\\n\\x1b[31msecond line');`);
project.install('picovm-device-needy', `import 'picovm-device-parts';`);
project.install('picovm-device-unbuilt', '', { exports: './dist/index.js' });
project.write('syntax.js', 'export const = 1;');
project.write('stuck.js', 'await new Promise(() => {});');
project.write('plain.js', 'export const answer = 42; export function make() {} export class Lamp {}');
project.write('nothing.js', '');
project.write('broken.js', modules('broken').replace('({ attach() {} })', '{ throw new Error("out of parts"); }'));
project.write('loose.js', modules('loose').replace('attach() {}', 'attach() { throw new Error("no screws"); }'));
project.write('half.js', 'export const half = Object.assign(() => {}, { manifest: { type: "half", apiVersion: 1 } });');

test.each<[string, string, string]>([
  ['no name', ',base=1', "--device ',base=1' has no name"],
  ['an option without a name', 'picovm-device-lamp,=3', "'=3' is no option"],
  ['an option twice', 'picovm-device-lamp,base=1,base=2', "the option 'base' is given twice"],
  ['no such option', 'picovm-device-lamp,bse=1', "lamp has no option 'bse': it has id, base, colour, dim, rom, output"],
  ['no value', 'picovm-device-lamp,base', "the option 'base' needs a value: write it like base=0x510"],
  ['no number', 'picovm-device-lamp,base=abc', "base must be an integer from 0x0 to 0xfffe, not 'abc'"],
  ['a number out of range', 'picovm-device-lamp,base=0x20000', 'from 0x0 to 0xfffe, not'],
  ['a number below it', 'picovm-device-lamp,base=-1', 'from 0x0 to 0xfffe, not -'],
  ['neither true nor false', 'picovm-device-lamp,dim=maybe', "dim must be true or false, not 'maybe'"],
  ['none of the words', 'picovm-device-lamp,colour=blue', "colour must be one of red, green, not 'blue'"],
  ['a function', 'picovm-device-lamp,output=x', "'output' is a function of the host program: only code can give it"],
  ['no such file of bytes', 'picovm-device-lamp,rom=no.bin', 'rom: no.bin: no such file'],
  ['a file of bytes that is too long', 'picovm-device-lamp,rom=my-device.js', 'the device takes at most 16'],
  ['bytes without an end', 'picovm-device-lamp,rom=/dev/zero', '/dev/zero is no file'],
  ['no such package', 'picovm-device-nix', 'an installed package: npm install picovm-device-nix'],
  ['no such package with the name of a built-in type', 'picovm-device-vga', 'package: npm install picovm-device-vga'],
  ['no such package of a scope', '@acme/nix/sub', 'an installed package: npm install @acme/nix'],
  [
    'a misspelt built-in type',
    'urt1655',
    'neither built in (debug-console, i8042, pic8259, pit8254, port92, rtc, uart16550, vga-text) nor an installed package: did you mean uart16550?',
  ],
  ['half of a built-in type', 'vga', 'an installed package: did you mean vga-text?'],
  ['another name of a built-in type', 'vga-screen,id=vga2', 'an installed package: did you mean vga-text?'],
  ['the beginning of a built-in type', 'uart', 'an installed package: did you mean uart16550?'],
  ['a package without its prefix', 'lamp', 'an installed package: did you mean picovm-device-lamp?'],
  [
    'what nobody knows',
    'foo',
    "installed package: see 'picovm devices'; packages with devices are called picovm-device-NAME",
  ],
  ['a path on the network', '//host/share/x.js', 'it is a path on the network: give a file on this computer'],
  [
    'a package that lacks another',
    'picovm-device-needy',
    'it needs the package picovm-device-parts, which is not installed',
  ],
  ['a package without its file', 'picovm-device-unbuilt', 'dist/index.js: has it been built?'],
  ['no such entry point', 'picovm-device-lamp/extra', "it has no such entry point: Package subpath './extra'"],
  ['a URL', 'data:text/javascript;export {}', 'it is a URL: give a package, or the path of a file'],
  ['no such file', './no.js', 'there is no such file'],
  ['a folder', '.', 'it is no file'],
  ['a file without its ./', 'my-device.js', 'it is a file: write it as ./my-device.js'],
  ['a syntax error', './syntax.js', `it is no JavaScript that Node ${process.versions.node} can run: Unexpected token`],
  ['a module that throws', 'picovm-device-boom', 'it threw when it was imported: no licence'],
  ['a module that never loads', './stuck.js', 'its top-level await waits for something that never comes'],
  ['no device', './plain.js', 'it is no device: it exports Lamp (class), answer (number) and make (function)'],
  ['an empty module', './nothing.js', 'it is no device: it exports nothing'],
  ['what only looks like a device', './half.js', 'half has no whole manifest'],
  [
    'several devices',
    '@acme/picovm-device-board',
    'pick one, as @acme/picovm-device-board#fan or @acme/picovm-device-board#pump',
  ],
  ['no such export', './my-device.js#nix', "it has no export 'nix': its devices are lamp"],
  ['an export that is no device', './my-device.js#helper', "no device is its export 'helper'"],
  [
    'a newer API',
    'picovm-device-next',
    'future was made for version 2 of the device API, and this picovm has version 1: update picovm',
  ],
  ['an older API', 'picovm-device-old', 'past was made for version 0 of the device API'],
  ['a device that cannot be made', './broken.js', 'it could not be made: out of parts (thrown at '],
  ['a device that cannot be attached', './loose.js', 'loose threw in attach: no screws (thrown at '],
  ['a range that is taken', 'picovm-device-lamp,base=0x3ff', 'which overlaps 0x3f8-0x3ff of com1'],
  [
    'an id that is taken',
    'uart16550,base=0x2f8',
    'two devices have the id com1 (one is a uart16550): give one another id, with id=NAME',
  ],
])('--device with %s: one sentence, status 1', async (_name, device, message) => {
  const { status, stdout, stderr } = await run('--device', device);
  expect(stderr).toContain(message);
  expect(stderr).toMatch(new RegExp(`^picovm: --device '?${device.replace(/[$.*+?^()|[\]{}/\\]/g, '\\$&')}`));
  expect(stderr.trimEnd()).not.toMatch(/\p{Cc}/u);
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
});

describe('a device that throws while the guest uses it', () => {
  const source = LAMP.replace('level = value;', 'explode(value);');
  const explode = "function explode(value) {\n  throw new Error('no \\x1b[31mbulb ' + value);\n}\n";
  project.write('bomb.js', `${explode}${source}`);
  project.write('bare.js', source.replace('explode(value)', "throw 'no bulb'"));
  const site = `${join(project.path, 'bomb.js')}:2:9`;

  test('the error says where, and how to see more', async () => {
    const { status, stderr } = await run('--device', './bomb.js');
    expect(status).toBe(2);
    expect(stderr).toContain('lamp threw while the guest did a 1-byte write at port 0x510: no  [31mbulb 7\n');
    expect(stderr).toContain(`\nthrown at ${site} (PICOVM_DEBUG=1 in the environment shows the whole stack)\n`);
    expect(JSON.parse((await run('--device', './bomb.js', '--json')).stdout)).toMatchObject({
      error: { code: 'ERR_DEVICE', at: site },
    });
  });

  test('with PICOVM_DEBUG=1 the whole stack', async () => {
    const args = ['run', 'guest.bin', '--accel', 'interp', '--device', './bomb.js'];
    const { stderr } = await picovm(args, { cwd: project.path, env: { PICOVM_DEBUG: '1' } });
    expect(stderr).toMatch(/\nError: no {2}\[31mbulb 7\n {4}at explode \(.+bomb\.js:2:9\)\n {4}at .*write /);
  });

  test('what is no error has no place', async () => {
    const { status, stderr } = await run('--device', './bare.js');
    expect(status).toBe(2);
    expect(stderr).toContain('at port 0x510: no bulb\nthrown within picovm, or without a stack: PICOVM_DEBUG=1');
  });
});

test('a package whose peer dependency is missing: the error says to install @picovm/core', async () => {
  const lonely = new DeviceProject();
  lonely.write('guest.bin', READ_LAMP);
  lonely.install('picovm-device-lamp', LAMP);
  renameSync(join(lonely.path, 'node_modules/@picovm'), join(lonely.path, 'node_modules/@elsewhere'));
  const { status, stderr } = await picovm(['run', 'guest.bin', '--device', 'picovm-device-lamp'], { cwd: lonely.path });
  expect(stderr).toBe(
    'picovm: --device picovm-device-lamp: it needs the package @picovm/core, which is not installed: npm install @picovm/core\n',
  );
  expect(status).toBe(1);
});
