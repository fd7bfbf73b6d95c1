// The registers and status bits of the 82077AA, as a PC AT wires it (data sheet, sections 2 and 6).

/** Offsets from the first port. */
export const DOR = 2;
export const TDR = 3;
/** Reads as the main status register, writes to the data rate select register. */
export const MSR_DSR = 4;
export const FIFO = 5;

/** Digital output register: which drive, not in reset, DMA and interrupts let through, motors. */
export const DOR_DRIVE = 0x03;
export const DOR_RUN = 0x04;
export const DOR_GATE = 0x08;

/** Data rate select register. */
export const DSR_RESET = 0x80;
export const RATE_MASK = 0x03;

/** Digital input register. */
export const DIR_CHANGED = 0x80;

/** Main status register. */
export const MSR_RQM = 0x80;
export const MSR_DIO = 0x40;
export const MSR_NON_DMA = 0x20;
export const MSR_BUSY = 0x10;

/** Status register 0: how it ended, seek end, equipment check. */
export const ST0_ABNORMAL = 0x40;
export const ST0_INVALID = 0x80;
export const ST0_POLLED = 0xc0;
export const ST0_SEEK_END = 0x20;
export const ST0_CHECK = 0x10;

/** Status register 1. */
export const ST1_END = 0x80;
export const ST1_DATA_ERROR = 0x20;
export const ST1_OVERRUN = 0x10;
export const ST1_NO_DATA = 0x04;
export const ST1_NOT_WRITABLE = 0x02;
export const ST1_NO_ADDRESS_MARK = 0x01;

/** Status register 2. */
export const ST2_CONTROL_MARK = 0x40;
export const ST2_DATA_ERROR = 0x20;
export const ST2_WRONG_CYLINDER = 0x10;

/** Status register 3; the bits that say ready and two-sided are always one. */
export const ST3_ALWAYS = 0x28;
export const ST3_PROTECTED = 0x40;
export const ST3_TRACK_0 = 0x10;

/** CONFIGURE: implied seeks; the FIFO is off. */
export const CONFIG_IMPLIED_SEEK = 0x40;
export const CONFIG_NO_FIFO = 0x20;
export const CONFIG_MASK = 0x7f;

/** The head select bit of a command's second byte, and of ST0 and ST3. */
export const HEAD = 0x04;
/** Its unit bits. */
export const UNIT = 0x03;

/** Bytes of a sector, and the code for it in IDs. */
export const SECTOR = 512;
export const SIZE_CODE = 2;
