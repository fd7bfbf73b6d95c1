/** Initialization command word 1 (8259A data sheet, figure 7): bit 4 tells it from the operation command words. */
export const ICW1 = 0x10;
/** ICW4 follows. */
export const ICW1_IC4 = 0x01;
/** There is no other chip: no ICW3 follows. */
export const ICW1_SINGLE = 0x02;
/** All inputs are level triggered. */
export const ICW1_LTIM = 0x08;
export const ICW1_KEPT: number = ICW1_IC4 | ICW1_SINGLE | ICW1_LTIM;

/** ICW2: the upper five bits of the vectors. */
export const ICW2_BASE = 0xf8;
/** ICW3 of a slave: the input of the master that it is wired to. */
export const ICW3_ID = 0x07;

/** 8086 mode; without it the chip answers an MCS-80's three INTA cycles. */
export const ICW4_8086 = 0x01;
/** Automatic end of interrupt. */
export const ICW4_AEOI = 0x02;
/** Special fully nested mode. */
export const ICW4_SFNM = 0x10;
export const ICW4_KEPT = 0x1f;

/** OCW3 has bit 3, OCW2 has not (figure 8). */
export const OCW3 = 0x08;
export const OCW3_READ_ISR = 0x01;
export const OCW3_READ = 0x02;
export const OCW3_POLL = 0x04;
export const OCW3_SPECIAL_MASK = 0x20;
export const OCW3_ENABLE_SPECIAL_MASK = 0x40;

/** OCW2: the level in bits 0 to 2, and what is done. */
export const OCW2_EOI = 0x20;
/** It names a level. */
export const OCW2_SPECIFIC = 0x40;
export const OCW2_ROTATE = 0x80;

/** Of a spurious interrupt: the chip answers as if input 7 asked. */
export const SPURIOUS_INPUT = 7;
/** The master's input that a PC wires the slave to. */
export const CASCADE_INPUT = 2;

/** Inputs that ELCR can make level triggered: not the timer, the keyboard, the cascade; not the clock, the FPU. */
export const ELCR_MASKS: readonly [number, number] = [0xf8, 0xde];
