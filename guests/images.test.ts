import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { cases } from './cases/index.ts';
import { assemble, assemblerVersion, imagePath, sources } from './images.mjs';

const REBUILD = 'run `npm run build:images` in guests/';

describe('guest images', () => {
  test('every source has its image', () => {
    expect(sources().filter((source) => !existsSync(imagePath(source)))).toEqual([]);
  });

  test('every program of the suite has a case, and every case its program', () => {
    const programs = sources()
      .filter((source) => source.startsWith('suite'))
      .map((source) => source.replace(/^suite[\\/](.*)\.asm$/, '$1'))
      .sort();
    expect(cases.map(({ name }) => name).sort()).toEqual(programs);
  });

  test('every image is what its source assembles to', (context) => {
    if (assemblerVersion() === undefined)
      context.skip('nasm is not on the PATH: the committed images are used unchecked');
    const stale = sources().filter((source) => !assemble(source).equals(readFileSync(imagePath(source))));
    expect(stale, REBUILD).toEqual([]);
  });
});
