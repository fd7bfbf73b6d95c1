/** Text of others for a terminal, in one line: each run of control characters is a blank. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}
