import { VmError } from './errors.ts';

/** So many letters may be wrong in a name that somebody meant. */
const MAX_TYPOS = 2;
/** Letters, or digits, of a value that a message shows. */
const MAX_SHOWN = 40;

/** A value as a message shows it, short and on one line: `'abc'`, `5n`, `an array`. Of any value at all. */
export function showValue(value: unknown): string {
  if (typeof value === 'string') return `'${shortened(value)}'`;
  if (typeof value === 'bigint') return `${shortened(String(value))}n`;
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'function') return 'a function';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

function shortened(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

/**
 * Refuses options that are no object, and names that there are not: for users without a type checker.
 * @param what takes them: `run()`
 * @param known the names that there are
 * @param noun what they are names of
 * @throws VmError `ERR_INVALID_ARGUMENT`
 */
export function checkNames(what: string, options: unknown, known: readonly string[], noun = 'option'): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new VmError('ERR_INVALID_ARGUMENT', `${what} takes an object of ${noun}s, not ${showValue(options)}`);
  }
  const name = Object.keys(options).find((one) => !known.includes(one));
  if (name === undefined) return;
  const message = `${what} has no ${noun} ${showValue(name)}: it has ${known.join(', ')}${didYouMean(name, known)}`;
  throw new VmError('ERR_INVALID_ARGUMENT', message, { name });
}

/** The end of a message about an unknown name: `; did you mean a or b?`, or nothing. */
export function didYouMean(name: string, known: readonly string[]): string {
  const lower = name.toLowerCase();
  const near = known.filter((one) => isMisspelt(lower, one.toLowerCase()));
  const wrongLetters = (one: string): number => distance(lower, one.toLowerCase());
  const fewest = Math.min(...near.map(wrongLetters));
  const meant = near.filter((one) => wrongLetters(one) === fewest);
  return meant.length === 0 ? '' : `; did you mean ${meant.join(' or ')}?`;
}

/** Whether a name is another one with a few wrong letters: up to two, and up to a third of them. */
export function isMisspelt(name: string, known: string): boolean {
  // What is much longer cannot be, and would take long to compare.
  if (Math.abs(name.length - known.length) > MAX_TYPOS) return false;
  return distance(name, known) <= Math.min(MAX_TYPOS, Math.floor(known.length / 3));
}

/** How many letters have to be put in, left out or replaced to make `b` of `a`. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      next.push(Math.min(next[j] + 1, row[j + 1] + 1, row[j] + (letter === b[j] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length];
}
