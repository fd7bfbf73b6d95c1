import { UsageError } from '../usage-error.ts';

/** A part of what is typed: characters, or keys that are pressed together, by name. */
export type TypedPart = { readonly text: string } | { readonly keys: readonly string[] };

const PART = /\\(?:x([0-9a-f]{2})|\{([^{}]*)\}|([\s\S]?))|[^\\]+/gi;
const CHARACTERS: Readonly<Record<string, string>> = { n: '\n', t: '\t', b: '\b', e: '\x1b', r: '\r', '\\': '\\' };
const KNOWN = String.raw`\n, \r, \t, \b, \e, \\ and \xHH`;
const LAST_CODE = 0x7f;

/** What a keyboard is to type. @param what the option, for messages @throws UsageError naming what cannot be read */
export function unescapeWithKeys(text: string, what: string): TypedPart[] {
  const parts: TypedPart[] = [];
  for (const [whole, hex, keys, letter] of text.matchAll(PART)) {
    if (keys !== undefined) {
      parts.push({ keys: parseKeys(whole, keys, what) });
      continue;
    }
    const character = whole.startsWith('\\') ? escaped(whole, hex, letter, what, `${KNOWN}, and keys: \\{F1}`) : whole;
    const last = parts.at(-1);
    if (last !== undefined && 'text' in last) parts[parts.length - 1] = { text: last.text + character };
    else parts.push({ text: character });
  }
  return parts;
}

/** What a serial port is to be sent: UTF-8, and the bytes of `\xHH`. @throws UsageError naming what cannot be read */
export function unescapeBytes(text: string, what: string): Uint8Array {
  const encoder = new TextEncoder();
  const bytes: number[] = [];
  for (const [whole, hex, keys, letter] of text.matchAll(PART)) {
    if (keys !== undefined) throw new UsageError(`${what}: '${whole}' is a key, and a serial port has none`);
    if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else bytes.push(...encoder.encode(whole.startsWith('\\') ? escaped(whole, hex, letter, what, KNOWN) : whole));
  }
  return Uint8Array.from(bytes);
}

function escaped(whole: string, hex: string | undefined, letter: string, what: string, known: string): string {
  const code = hex === undefined ? undefined : Number.parseInt(hex, 16);
  if (code !== undefined && code <= LAST_CODE) return String.fromCharCode(code);
  if (code === undefined && letter !== '' && Object.hasOwn(CHARACTERS, letter)) return CHARACTERS[letter];
  throw new UsageError(`${what}: unknown '${whole}': there are ${known}`);
}

function parseKeys(whole: string, names: string, what: string): string[] {
  const keys = names.split('+').map((name) => name.trim());
  if (keys.includes('')) throw new UsageError(`${what}: '${whole}' has no key: write it like \\{ControlLeft+KeyC}`);
  return keys;
}
