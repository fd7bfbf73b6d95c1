// What a drive is doing with its buffer.

/** Waits for a command. */
export const IDLE = 0;
/** The guest reads data from the data register. */
export const DATA_IN = 1;
/** The guest writes data, or a packet, to the data register. */
export const DATA_OUT = 2;
/** The bus master moves data to memory, as soon as it is started. */
export const DMA_IN = 3;
/** The bus master brings data from memory. */
export const DMA_OUT = 4;
/** The backend is at work: the drive is busy. */
export const MEDIA = 5;
