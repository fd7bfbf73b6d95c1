/** Offsets of the ports: the counters have 0 to 2. */
export const CONTROL_PORT = 3;

/** Control word (8254 data sheet, figure 7): what is kept of it, and read back as the counter's status. */
export const CONTROL_KEPT = 0x3f;
export const CONTROL_BCD = 0x01;
export const CONTROL_MODE_SHIFT = 1;
export const CONTROL_ACCESS_SHIFT = 4;
export const CONTROL_ACCESS = 0x30;
/** In place of a counter: the read-back command. */
export const READ_BACK = 3;

/** How counts are read and written: bits 4 and 5 of the control word. 0 is the counter latch command. */
export const ACCESS_LATCH = 0;
export const ACCESS_LOW = 1;
export const ACCESS_HIGH = 2;
export const ACCESS_BOTH = 3;

/** Read-back command: counters are chosen by bits 1 to 3; what is not latched has its bit set. */
export const READ_BACK_NO_COUNT = 0x20;
export const READ_BACK_NO_STATUS = 0x10;

export const STATUS_OUT = 0x80;
export const STATUS_NULL_COUNT = 0x40;

/** Port 61h of a PC: the gate of counter 2. */
export const PORT61_GATE = 0x01;
/** The output of counter 2 gets to the speaker. */
export const PORT61_SPEAKER = 0x02;
/** Kept: the two above, and the enables of two errors that do not happen here. */
export const PORT61_KEPT = 0x0f;
/** Changes with each refresh of memory. */
export const PORT61_REFRESH = 0x10;
export const PORT61_OUT2 = 0x20;
