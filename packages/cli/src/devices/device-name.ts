import { isAbsolute } from 'node:path';
import { UsageError } from '../usage-error.ts';

/** What stands in a snapshot must not be code itself, and a `data:` URL is. On Windows, `C:` is a drive. */
const URL_SCHEME = /^[a-z][a-z0-9+.-]+:/i;
/** On Windows, a path to another computer or around the file system. */
const NETWORK_PATH = /^[\\/]{2}/;

/** Whether the name of a device is the path of a file. */
export function isPath(name: string): boolean {
  return name.startsWith('.') || isAbsolute(name);
}

/** @throws UsageError if it is a URL or a path on the network, from which nothing is imported */
export function checkDeviceName(name: string): void {
  if (URL_SCHEME.test(name)) throw new UsageError('it is a URL: give a package, or the path of a file');
  if (NETWORK_PATH.test(name)) throw new UsageError('it is a path on the network: give a file on this computer');
}
