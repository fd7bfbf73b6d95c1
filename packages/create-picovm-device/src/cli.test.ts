import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEVICE_API_VERSION } from '@picovm/core';
import { describe, expect, test } from 'vitest';
import { CreateError, LICENCES, projectFiles } from './index.ts';
import { Workplace } from './terminal.test-util.ts';

const FILES = [
  '.github/workflows/ci.yml',
  '.gitignore',
  'LICENSE',
  'README.md',
  'package.json',
  'src/index.test.ts',
  'src/index.ts',
  'tsconfig.json',
];

function filesIn(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1))
    .sort();
}

describe('without a terminal', () => {
  test('it makes a whole project, with every placeholder filled in', async () => {
    using place = new Workplace();
    const { status, output } = await place.create(['my-timer', '--author', 'Me']);
    expect(status).toBe(0);
    expect(output).toBe(
      'picovm-device-my-timer is ready. Next:\n  cd picovm-device-my-timer\n  npm install\n  npm test\n',
    );
    const dir = join(place.dir, 'picovm-device-my-timer');
    expect(filesIn(dir)).toEqual(FILES);
    for (const file of FILES) expect(readFileSync(join(dir, file), 'utf8'), file).not.toMatch(/\$[a-z]/);
    expect(place.read('picovm-device-my-timer/src/index.ts')).toContain('export const myTimer = defineDevice({');
  });

  test('what is given stands in package.json, the source and the licence, whatever its characters', async () => {
    using place = new Workplace();
    const author = `"O'Neil" \\ $& <o@x.example>`;
    const description = `it's a "timer" \\ $1`;
    const options = ['--license', 'apache-2.0', '--author', author, '--description', description, '--dir', 'a/b'];
    expect((await place.create(['@me/my-timer', ...options])).output).toContain('  cd a/b\n');
    expect(JSON.parse(place.read('a/b/package.json'))).toMatchObject({
      name: '@me/picovm-device-my-timer',
      description,
      license: 'Apache-2.0',
      author,
      keywords: expect.arrayContaining(['picovm-device']),
    });
    expect(place.read('a/b/LICENSE')).toContain(`Copyright ${new Date().getFullYear()} ${author}\n`);
    expect(place.read('a/b/src/index.ts')).toContain(`description: 'it\\'s a "timer" \\\\ $1',`);
  });

  test.each(LICENCES)('it has the text of the licence %s', async (licence) => {
    using place = new Workplace();
    await place.create(['x', '--license', licence, '--author', 'Somebody', '--dir', '.']);
    const text = place.read('LICENSE');
    expect(text).toMatch(new RegExp(`Copyright (\\(c\\) )?${new Date().getFullYear()} Somebody`));
    expect(text).toContain(licence.replace('-2.0', ' License').replace('-2-', ' 2-').replace('-3-', ' 3-'));
    expect(JSON.parse(place.read('package.json')).license).toBe(licence);
    expect(place.read('README.md')).toContain(`${licence} licence`);
  });

  test.each([
    [[], 'it needs a name: npm create picovm-device my-timer'],
    [['My Timer'], "'My Timer' cannot be the name of a device"],
    [['a', 'b'], "one name is enough, not 'a' and 'b'"],
    [['x', '--license', 'GPL'], "there is no licence 'GPL' here: take MIT, Apache-2.0"],
    [['x', '--frob'], "Unknown option '--frob'; see --help"],
    [['x', '--dir'], "Option '--dir <value>' argument missing; see --help"],
    [['x', '--author', 'a\nb'], 'the author must be one line'],
    [['x', '--description', ''], 'the description must be one line'],
  ])('%j is one clear error, and nothing is written', async (args, message) => {
    using place = new Workplace();
    const { status, errors } = await place.create(args);
    expect(status).toBe(1);
    expect(errors).toMatch(/^create-picovm-device: .*\n$/);
    expect(errors).toContain(message);
    expect(readdirSync(place.dir)).toEqual([]);
  });

  test('--help tells the options, and makes nothing', async () => {
    using place = new Workplace();
    const { status, output } = await place.create(['--help']);
    expect(status).toBe(0);
    for (const option of ['--license', '--author', '--description', '--dir', '--yes']) expect(output).toContain(option);
    expect(readdirSync(place.dir)).toEqual([]);
  });
});

describe('where the project goes', () => {
  test('a folder with something in it is refused, and left alone', async () => {
    using place = new Workplace();
    mkdirSync(join(place.dir, 'picovm-device-x'));
    writeFileSync(join(place.dir, 'picovm-device-x/package.json'), 'mine');
    const { status, errors } = await place.create(['x']);
    expect(status).toBe(1);
    expect(errors).toMatch(
      /picovm-device-x is not empty \(it has package\.json\): choose another name, or .* --dir\n$/,
    );
    expect(filesIn(place.dir)).toEqual(['picovm-device-x/package.json']);
    expect(place.read('picovm-device-x/package.json')).toBe('mine');
  });

  test('an empty folder is taken, and one with a fresh repository in it', async () => {
    using place = new Workplace();
    mkdirSync(join(place.dir, '.git'));
    const { status, output } = await place.create(['x', '--dir', '.']);
    expect(status).toBe(0);
    expect(output).toBe('picovm-device-x is ready. Next:\n  npm install\n  npm test\n');
    expect(filesIn(place.dir)).toEqual(FILES);
  });

  test('a file is refused', async () => {
    using place = new Workplace();
    writeFileSync(join(place.dir, 'taken'), '');
    expect((await place.create(['x', '--dir', 'taken'])).errors).toMatch(/taken is a file: /);
    expect((await place.create(['x', '--dir', 'taken/below'])).errors).toMatch(/taken.below/);
  });
});

describe('on a terminal', () => {
  test('it asks for what is not given, and takes the defaults for empty answers', async () => {
    using place = new Workplace();
    const { status, output } = await place.create(['--author', 'Me', '--license', 'ISC'], ['my-timer', '']);
    expect(status).toBe(0);
    expect(output).toContain('Name, such as my-timer: Description, one line [a queue of bytes behind three ports]: ');
    expect(output).not.toMatch(/Licence|Author/);
    expect(JSON.parse(place.read('picovm-device-my-timer/package.json'))).toMatchObject({
      license: 'ISC',
      description: 'a queue of bytes behind three ports',
    });
  });

  test('it asks again after an answer that cannot be', async () => {
    using place = new Workplace();
    const { status, output } = await place.create([], ['', 'My Timer', 'x', 'a thing', 'beer', 'bsd-2-clause', 'Me']);
    expect(status).toBe(0);
    expect(output).toContain("'My Timer' cannot be the name of a device");
    expect(output).toContain("there is no licence 'beer' here");
    expect(JSON.parse(place.read('picovm-device-x/package.json'))).toMatchObject({
      description: 'a thing',
      license: 'BSD-2-Clause',
      author: 'Me',
    });
  });

  test('a licence may be given by its number', async () => {
    using place = new Workplace();
    const { status, output } = await place.create([], ['x', '', '0', '6', '2', 'Me']);
    expect(status).toBe(0);
    expect(output).toContain('Licence, by name or number: 1 MIT, 2 Apache-2.0, ');
    expect(output).toContain("there is no licence '0' here");
    expect(output).toContain("there is no licence '6' here");
    expect(JSON.parse(place.read('picovm-device-x/package.json'))).toMatchObject({ license: 'Apache-2.0' });
  });

  test('it asks for another name when there is something in the folder', async () => {
    using place = new Workplace();
    await place.create(['x', '--author', 'Me']);
    const { status, output } = await place.create([], ['x', 'y', '', '', 'Me']);
    expect(status).toBe(0);
    expect(output).toMatch(/picovm-device-x is not empty .*\nName/);
    expect(readdirSync(place.dir).sort()).toEqual(['picovm-device-x', 'picovm-device-y']);
  });

  test('what is wrong on the command line is told before it asks', async () => {
    using place = new Workplace();
    const { status, output, errors } = await place.create(['--license', 'GPL'], ['x']);
    expect({ status, output }).toEqual({ status: 1, output: '' });
    expect(errors).toContain("there is no licence 'GPL' here");
  });

  test('the end of the input cancels it', async () => {
    using place = new Workplace();
    const { status, errors } = await place.create([], ['x', 'a thing']);
    expect({ status, errors }).toEqual({ status: 1, errors: 'create-picovm-device: cancelled: nothing was written\n' });
    expect(readdirSync(place.dir)).toEqual([]);
  });

  test('with --yes it asks nothing', async () => {
    using place = new Workplace();
    const { status, output } = await place.create(['x', '--yes', '--author', 'Me'], []);
    expect(status).toBe(0);
    expect(output).toMatch(/^picovm-device-x is ready/);
  });
});

describe('projectFiles, for programs', () => {
  const settings = { name: 'my-timer', description: 'a timer', licence: 'MIT', author: 'Me' };

  test('it gives the files that the command writes', async () => {
    using place = new Workplace();
    await place.create(['my-timer', '--description', 'a timer', '--author', 'Me', '--dir', '.']);
    const files = projectFiles(settings, new Date().getFullYear());
    expect(files.map(({ path }) => path).sort()).toEqual(FILES);
    for (const { path, text } of files) expect(text).toBe(place.read(path));
  });

  test.each([
    [{ name: 'My Timer' }, "'My Timer' cannot be the name of a device"],
    [{ licence: '../package' }, "there is no licence '../package' here"],
    [{ author: 'a\nb' }, 'the author must be one line'],
  ])('%j is refused', (wrong, message) => {
    expect(() => projectFiles({ ...settings, ...wrong }, 2026)).toThrow(CreateError);
    expect(() => projectFiles({ ...settings, ...wrong }, 2026)).toThrow(message);
  });
});

test('the template keeps up with the repository', async () => {
  using place = new Workplace();
  await place.create(['x', '--dir', '.']);
  expect(place.read('src/index.ts')).toContain(`apiVersion: ${DEVICE_API_VERSION},`);
  const vga = JSON.parse(readFileSync(new URL('../../device-vga/package.json', import.meta.url), 'utf8'));
  const made = JSON.parse(place.read('package.json'));
  expect(`workspace:${made.peerDependencies['@picovm/core']}`).toBe(vga.peerDependencies['@picovm/core']);
  expect(made.engines).toEqual(vga.engines);
});
