/** The modes of a counter by what they are for (8254 data sheet, "Mode Definitions"). */
export const TERMINAL_COUNT = 0;
export const ONE_SHOT = 1;
export const RATE_GENERATOR = 2;
export const SQUARE_WAVE = 3;
export const SOFTWARE_STROBE = 4;
export const HARDWARE_STROBE = 5;

/** Whether it starts again by itself. */
export function isPeriodic(mode: number): boolean {
  return mode === RATE_GENERATOR || mode === SQUARE_WAVE;
}

/** Whether it is the gate's rising edge that starts it, and nothing else. */
export function isTriggered(mode: number): boolean {
  return mode === ONE_SHOT || mode === HARDWARE_STROBE;
}
