/** Offsets of the registers (PC16550D data sheet, table II). Some have another one behind the divisor latch bit. */
export const DATA = 0;
/** Interrupt enable; the divisor's upper byte with DLAB. */
export const IER = 1;
/** Interrupt identification for reading, FIFO control for writing. */
export const IIR_FCR = 2;
export const LCR = 3;
export const MCR = 4;
export const LSR = 5;
export const MSR = 6;
export const SCR = 7;

/** Interrupt enable register: received data, transmitter empty, line status, modem status. */
export const IER_RECEIVED_DATA = 0x01;
export const IER_TRANSMITTER_EMPTY = 0x02;
export const IER_LINE_STATUS = 0x04;
export const IER_MODEM_STATUS = 0x08;
export const IER_MASK = 0x0f;

/** Interrupt identification register: the causes in the order of their priority. */
export const IIR_LINE_STATUS = 0x06;
export const IIR_RECEIVED_DATA = 0x04;
export const IIR_CHARACTER_TIMEOUT = 0x0c;
export const IIR_TRANSMITTER_EMPTY = 0x02;
export const IIR_MODEM_STATUS = 0x00;
export const IIR_NONE = 0x01;
export const IIR_FIFOS_ENABLED = 0xc0;

export const FCR_ENABLE = 0x01;
export const FCR_CLEAR_RECEIVER = 0x02;
/** Bits 6 and 7 choose one of four trigger levels. */
export const FCR_TRIGGER_SHIFT = 6;
export const TRIGGER_LEVELS: readonly number[] = [1, 4, 8, 14];

/** Line control register: bits 0 and 1 are the word length less 5. */
export const LCR_WORD_LENGTH = 0x03;
export const LCR_STOP_BITS = 0x04;
export const LCR_PARITY = 0x08;
export const LCR_BREAK = 0x40;
export const LCR_DLAB = 0x80;

export const MCR_DTR = 0x01;
export const MCR_RTS = 0x02;
export const MCR_OUT1 = 0x04;
export const MCR_OUT2 = 0x08;
export const MCR_LOOPBACK = 0x10;
export const MCR_MASK = 0x1f;

export const LSR_DATA_READY = 0x01;
export const LSR_OVERRUN = 0x02;
export const LSR_PARITY = 0x04;
export const LSR_FRAMING = 0x08;
export const LSR_BREAK = 0x10;
/** Transmitter holding register and shift register are empty: always, because transmission takes no time. */
export const LSR_TRANSMITTER_EMPTY = 0x60;
export const LSR_FIFO_ERROR = 0x80;
/** What a line status interrupt is for, and what reading the register clears. */
export const LSR_ERRORS: number = LSR_OVERRUN | LSR_PARITY | LSR_FRAMING | LSR_BREAK;

/** Modem status register: the lines above, what changed below. */
export const MSR_CTS = 0x10;
export const MSR_DSR = 0x20;
export const MSR_RI = 0x40;
export const MSR_DCD = 0x80;
export const MSR_LINES = 0xf0;
export const MSR_DELTAS = 0x0f;
/** Trailing edge of the ring indicator. */
export const MSR_TERI = 0x04;

export const FIFO_SIZE = 16;
