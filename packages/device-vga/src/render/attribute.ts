/** The number of the foreground colour in an attribute byte, 0 to 15. */
export function foreground(attribute: number): number {
  return attribute & 0x0f;
}

/** The number of the background colour in an attribute byte: 0 to 7 where bit 7 means blinking, else 0 to 15. */
export function background(attribute: number, blink: boolean): number {
  return (attribute >> 4) & (blink ? 0x07 : 0x0f);
}

/** Whether a character with this attribute byte blinks. */
export function blinks(attribute: number, blink: boolean): boolean {
  return blink && (attribute & 0x80) !== 0;
}

/** Whether a character shows nothing but its background: NUL, the space and the no-break space. */
export function isBlank(character: number): boolean {
  return character === 0x00 || character === 0x20 || character === 0xff;
}
