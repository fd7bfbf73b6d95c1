import type { PcFile } from '../machines/pc/pc-plan.ts';
import { printable } from '../output/printable.ts';
import { UsageError } from '../usage-error.ts';

/** A file as the command line names it. */
interface NamedFile {
  /** With its dashes. */
  readonly option: string;
  readonly path: string;
}

/**
 * A snapshot may come from anybody, and says which files its machine had. It opens none of them: the user names them all
 * again, with the same options in the same order.
 * @param path of the snapshot, for messages
 * @throws UsageError naming what is missing, or too much
 */
export function checkNamedFiles(path: string, saved: readonly PcFile[], named: readonly NamedFile[]): void {
  const roles = new Set([...saved.map(({ role }) => `--${role}`), ...named.map(({ option }) => option)]);
  for (const option of roles) {
    const needed = saved.filter(({ role }) => `--${role}` === option);
    const given = named.filter((file) => file.option === option);
    const missing = needed[given.length];
    if (missing !== undefined) {
      throw new UsageError(
        `${path}: its machine had ${option} ${describe(missing)}: give ${option} once more, with that file${rest(saved)}`,
      );
    }
    if (given.length > needed.length) {
      throw new UsageError(
        `${option} ${printable(given[needed.length].path)}: the machine of ${path} had ${needed.length === 0 ? 'none' : `only ${needed.length}`}`,
      );
    }
  }
}

/** @throws UsageError for a file that has another size than that of the snapshot's machine */
export function checkFileSizes(path: string, saved: readonly PcFile[], opened: readonly PcFile[]): void {
  const seen = new Map<string, number>();
  for (const file of opened) {
    const index = seen.get(file.role) ?? 0;
    seen.set(file.role, index + 1);
    const was = saved.filter(({ role }) => role === file.role)[index];
    if (was === undefined || was.size === file.size) continue;
    throw new UsageError(
      `--${file.role} ${printable(file.path)} has ${file.size} bytes, and that of ${path} was ${describe(was)}: give that file`,
    );
  }
}

function describe({ path, size }: PcFile): string {
  return `${printable(path)} (${size} bytes)`;
}

function rest(saved: readonly PcFile[]): string {
  if (saved.length < 2) return '';
  return `; all its files: ${saved.map((file) => `--${file.role} ${describe(file)}`).join(', ')}`;
}
