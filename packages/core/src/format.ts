/** Formats an unsigned number as `0x` and at least `digits` hexadecimal digits. */
export function hex(value: number | bigint, digits = 1): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

/** Formats a range of addresses as `0x3f8-0x3ff`, both ends included. */
export function hexRange(base: number, length: number, digits = 1): string {
  return `${hex(base, digits)}-${hex(base + length - 1, digits)}`;
}
