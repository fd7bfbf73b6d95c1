import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A line of a stack trace, with the place in parentheses or alone. */
const FRAME = /^ +at (?:async )?(?:.+ \()?(.+?:\d+:\d+)\)?$/;
/** Not where a device's author looks: Node, and the copy of core that the device has. */
const NOT_A_DEVICE = /^node:|[/\\]@picovm[/\\]core[/\\]/;
/** Also where a module of ours is built into a chunk. */
const OWN_FOLDER = dirname(fileURLToPath(import.meta.url)).replace(/[/\\]chunks$/, '');

/**
 * Where a device of others threw: `FILE:LINE:COLUMN` of the innermost function in the stack of the error's cause that
 * belongs neither to picovm nor to Node. Undefined if there is none, or what was thrown has no stack.
 */
export function throwSite({ cause }: Pick<Error, 'cause'>): string | undefined {
  for (const line of stackOf(cause).split('\n')) {
    const place = FRAME.exec(line)?.[1];
    if (place === undefined || NOT_A_DEVICE.test(place)) continue;
    const path = pathOf(place);
    if (!path.startsWith(OWN_FOLDER)) return path;
  }
  return undefined;
}

/** The same of what was thrown itself, as the end of a sentence; empty if it is not known. */
export function thrownAt(thrown: unknown): string {
  const site = throwSite({ cause: thrown });
  return site === undefined ? '' : ` (thrown at ${site})`;
}

/** The whole stack of the error's cause, or what was thrown instead of an error. */
export function stackOf(cause: unknown): string {
  return cause instanceof Error && typeof cause.stack === 'string' ? cause.stack : String(cause);
}

function pathOf(place: string): string {
  if (!place.startsWith('file:')) return place;
  const [, url, position] = /^(.*?)((?::\d+){2})$/.exec(place) as RegExpExecArray;
  try {
    return fileURLToPath(url) + position;
  } catch {
    return place;
  }
}
