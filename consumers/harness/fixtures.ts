import { readFileSync } from 'node:fs';

/** The image of the hello kernel, which is loaded at address 0. */
export const helloImage: Uint8Array = readFileSync(new URL('../../guests/hello.bin', import.meta.url));

/** A row of the screen that the hello kernel leaves. */
export const HELLO_ROW = '|  _  |  __/ | | (_) |   \\ V  V / (_) | |  | | (_| |_|';

/** The text of a file in `consumers/programs`: a user's program. */
export function program(name: string): string {
  return readFileSync(new URL(`../programs/${name}`, import.meta.url), 'utf8');
}
