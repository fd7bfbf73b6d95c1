import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CreateError } from './create-error.ts';
import type { ProjectFile } from './template.ts';

/**
 * Writes a new project into a folder that does not exist or has nothing in it (`.git` may be there: a fresh repository).
 * It never overwrites a file.
 * @throws CreateError if something is there already, or the file system refuses
 */
export function writeProject(folder: string, files: readonly ProjectFile[]): void {
  refuseUsed(folder);
  try {
    for (const { path, text } of files) {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text, { flag: 'wx' });
    }
  } catch (error) {
    throw new CreateError(`cannot write the project into ${folder}: ${(error as Error).message}`);
  }
}

/** @throws CreateError if the folder cannot take a new project */
export function refuseUsed(folder: string): void {
  const found = entries(folder).filter((name) => name !== '.git');
  if (found.length === 0) return;
  throw new CreateError(
    `${folder} is not empty (it has ${found.slice(0, 3).join(', ')}${found.length > 3 ? ', …' : ''}): ` +
      'choose another name, or another folder with --dir',
  );
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    if (code === 'ENOTDIR') throw new CreateError(`${folder} is a file: choose another name, or a folder with --dir`);
    throw new CreateError(`cannot look into ${folder}: ${message}`);
  }
}
