import { isVmError, messageOf, VmError } from '../errors.ts';

/** Names the path in what a function says of a snapshot. */
export async function withPath<T>(path: string, action: () => T | Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!isVmError(error)) throw error;
    throw new VmError(error.code, `${path}: ${error.message}`, { ...error.details, path, cause: error });
  }
}

/** The error for what the operating system refused, with its code. A VmError is passed on as it is. */
export function fileError(verb: string, path: string, cause: unknown): Error {
  if (isVmError(cause)) return cause;
  const error = new Error(`cannot ${verb} the snapshot ${path}: ${messageOf(cause)}`, { cause });
  const { code } = cause as { code?: unknown };
  return typeof code === 'string' ? Object.assign(error, { code, path }) : error;
}
