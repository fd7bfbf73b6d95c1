import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// What chips and other implementations did: see conformance/README.md of this package for where it comes from.
const beside = fileURLToPath(new URL('../../../../../shared', import.meta.url));
const data = `${process.env.PICOVM_SHARED ?? beside}/conformance`;

/** The folder of the captures of single instructions on real chips (SingleStepTests): one folder a set in it. */
export const CAPTURES: string = `${data}/sst`;
/** The folder of the vectors of Berkeley TestFloat. */
export const VECTORS: string = `${data}/testfloat`;

/** The names of the files in a folder that may not be there. */
export function filesIn(folder: string, pattern: RegExp): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => pattern.test(name)) : [];
}

/** Why tests are skipped that need a folder. */
export function absent(folder: string): string {
  return `no data at ${folder}: packages/x86-interp/conformance/README.md tells where to get it, and PICOVM_SHARED where it is`;
}
