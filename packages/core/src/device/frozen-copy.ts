/**
 * A copy of plain data (strings, finite numbers, booleans, null, and lists and records of them) that nobody can change.
 * Fields that are undefined are left out, as in JSON.
 * @param refuse makes the error for anything else, out of the path to it: `options.base`
 */
export function frozenCopy(value: unknown, refuse: (path: string) => Error, path = ''): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) return value;
  if (typeof value !== 'object') throw refuse(path);
  const copy = (key: string, part: unknown): unknown => frozenCopy(part, refuse, path === '' ? key : `${path}.${key}`);
  if (Array.isArray(value)) return Object.freeze(value.map((part, i) => copy(String(i), part)));
  // A byte array, a Map or an instance of a class is no record.
  if (Object.prototype.toString.call(value) !== '[object Object]') throw refuse(path);
  const fields = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.freeze(Object.fromEntries(fields.map(([key, part]) => [key, copy(key, part)])));
}
