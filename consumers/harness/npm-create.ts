import { inject } from 'vitest';
import type { Project } from './project.ts';

/** `npm create NAME -- ARGUMENTS`, with the tarball of create-NAME instead of the registry's package. */
export function npmCreate(project: Project, name: string, args: readonly string[]): Promise<string> {
  const packageName = `create-${name}`;
  const from = ['--yes', '--package', `file:${inject('tarballs')[packageName]}`];
  return project.must('npm', ['exec', ...from, '--', packageName, ...args]);
}
