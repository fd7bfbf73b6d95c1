// Names as in the manuals of the IBM PC/AT and PS/2 for the 8042.

export const STATUS_OUTPUT_FULL = 0x01;
export const STATUS_SYSTEM = 0x04;
export const STATUS_COMMAND = 0x08;
export const STATUS_UNLOCKED = 0x10;
export const STATUS_AUX = 0x20;

/** Bits of the command byte. */
export const KEYBOARD_INTERRUPT = 0x01;
export const AUX_INTERRUPT = 0x02;
export const SYSTEM_FLAG = 0x04;
export const KEYBOARD_DISABLED = 0x10;
export const AUX_DISABLED = 0x20;
export const TRANSLATION = 0x40;

/** Bits of the output port. */
export const PORT_RESET = 0x01;
export const PORT_A20 = 0x02;
export const PORT_KEYBOARD_FULL = 0x10;
export const PORT_AUX_FULL = 0x20;
/** After a reset: no reset, A20 on, all lines high. */
export const PORT_AT_RESET = 0xcf;
