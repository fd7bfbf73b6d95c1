import { hex } from '@picovm/core';

/** DEL and the C1 controls, which JSON does not escape by itself, and a terminal may obey. */
const CONTROLS = /[\x7f-\x9f]/g;

/** Plain data as JSON, indented. Big integers are hexadecimal strings; no control character comes through unescaped. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? hex(one) : one), 2);
  return text.replace(CONTROLS, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
