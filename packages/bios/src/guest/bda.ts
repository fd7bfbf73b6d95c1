/** Linear addresses in the BIOS data area (IBM PC/AT technical reference, "BIOS data area"; video from the VGA's). */
export const BDA = {
  /** Four words: ports of COM1 to COM4. */
  COM: 0x400,
  /** Three words: ports of LPT1 to LPT3. */
  LPT: 0x408,
  /** Segment of the extended BIOS data area. */
  EBDA_SEGMENT: 0x40e,
  /** What INT 11h gives. */
  EQUIPMENT: 0x410,
  /** What INT 12h gives: KiB. */
  MEMORY: 0x413,
  /** Shift states. */
  KEY_FLAGS: 0x417,
  /** Keys that are held. */
  KEY_HELD: 0x418,
  /** The number that is typed with Alt. */
  ALT_NUMBER: 0x419,
  /** Offset of the next key in the buffer. */
  KEY_HEAD: 0x41a,
  /** Offset of the next free place. */
  KEY_TAIL: 0x41c,
  /** The buffer itself. */
  KEY_BUFFER: 0x41e,
  /** Which floppy drives are calibrated; bit 7: it interrupted. */
  FLOPPY_CALIBRATED: 0x43e,
  /** Which floppy motors run. */
  FLOPPY_MOTORS: 0x43f,
  /** Ticks until they are switched off. */
  FLOPPY_MOTOR_COUNT: 0x440,
  /** Status of the last floppy operation. */
  FLOPPY_STATUS: 0x441,
  VIDEO_MODE: 0x449,
  COLUMNS: 0x44a,
  PAGE_SIZE: 0x44c,
  PAGE_START: 0x44e,
  /** Eight words: column and row. */
  CURSORS: 0x450,
  /** Scan lines: last, first. */
  CURSOR_SHAPE: 0x460,
  PAGE: 0x462,
  CRTC_PORT: 0x463,
  /** What a colour adapter's mode register would have. */
  CGA_MODE: 0x465,
  /** What its colour register would have. */
  CGA_PALETTE: 0x466,
  /** Ticks since midnight, 32 bits. */
  TICKS: 0x46c,
  /** Not 0: midnight passed. */
  MIDNIGHT: 0x470,
  /** Bit 7: Ctrl-Break was pressed. */
  BREAK: 0x471,
  /** 1234h: no memory test. */
  RESET_FLAG: 0x472,
  /** Status of the last disk operation. */
  DISK_STATUS: 0x474,
  /** Number of hard disks. */
  DISKS: 0x475,
  LPT_TIMEOUT: 0x478,
  COM_TIMEOUT: 0x47c,
  /** Offsets of the keyboard buffer's ends. */
  KEY_BUFFER_START: 0x480,
  KEY_BUFFER_END: 0x482,
  /** Rows of text less one. */
  ROWS: 0x484,
  /** Scan lines of a character. */
  CHAR_HEIGHT: 0x485,
  VIDEO_CONTROL: 0x487,
  VIDEO_SWITCHES: 0x488,
  VGA_FLAGS: 0x489,
  DISPLAY_COMBINATION: 0x48a,
  /** Keyboard: the last byte was E0 (bit 1) or E1 (bit 0), right Ctrl and Alt, 101 keys. */
  KEY_STATUS: 0x496,
  /** Far pointer to what INT 15h, AH=83h sets at the end. */
  WAIT_FLAG: 0x498,
  /** Microseconds that are left. */
  WAIT_COUNT: 0x49c,
  /** Bit 0: somebody waits. */
  WAIT_ACTIVE: 0x4a0,
  VIDEO_SAVE_POINTER: 0x4a8,
} as const;

/** Linear address of the extended BIOS data area, and what is in it. */
export const EBDA_BASE = 0x9fc00;
/** Offsets in the extended BIOS data area. */
export const EBDA = {
  /** KiB. */
  SIZE: 0x00,
  /** Far pointer to the program that takes packets of the mouse. */
  MOUSE_HANDLER: 0x22,
  /** Bits 0 to 2: bytes of the packet that are there. */
  MOUSE_COUNT: 0x26,
  /** Bit 7: there is a handler; bits 0 to 2: bytes of a packet, less one. */
  MOUSE_FLAGS: 0x27,
  /** The bytes. */
  MOUSE_PACKET: 0x28,
  /** Four words for the handler: status, x, y, z. */
  MOUSE_WORDS: 0x40,
  /** Parameter tables of the first two hard disks, 16 bytes each. */
  DISK_TABLES: 0x50,
  /** When the wait of INT 15h, AH=86h is over: nanoseconds of guest time, a double. */
  WAIT_UNTIL: 0x80,
  /** Segment at which the search for option ROMs goes on. */
  ROM_SCAN: 0x88,
  /** El Torito emulation: see `cd-boot.ts`. */
  CD: 0x90,
  /** The last status of INT 13h for CD-ROMs. */
  CD_STATUS: 0xb0,
  /** The VBE mode that was set, a word. */
  VBE_MODE: 0xb2,
  /** When a program last asked for a key or the ticks, a double; how often it has done so at once, a word. */
  POLLED_AT: 0xb8,
  POLLS: 0xc0,
} as const;
