/** What REQUEST SENSE tells: key, and additional code and qualifier in one number (SPC-2, 7.23; MMC-3, annex). */
export interface Sense {
  readonly key: number;
  /** ASC << 8 | ASCQ. */
  readonly code: number;
}

const sense = (key: number, code: number): Sense => ({ key, code });

export const NO_SENSE: Sense = sense(0, 0);
export const NOT_READY_TRAY_CLOSED: Sense = sense(2, 0x3a01);
export const NOT_READY_TRAY_OPEN: Sense = sense(2, 0x3a02);
export const UNRECOVERED_READ_ERROR: Sense = sense(3, 0x1100);
export const HARDWARE_ERROR: Sense = sense(4, 0x4400);
export const INVALID_OPERATION_CODE: Sense = sense(5, 0x2000);
export const OUT_OF_RANGE: Sense = sense(5, 0x2100);
export const INVALID_FIELD: Sense = sense(5, 0x2400);
export const SAVING_NOT_SUPPORTED: Sense = sense(5, 0x3900);
export const REMOVAL_PREVENTED: Sense = sense(5, 0x5302);
export const MEDIUM_MAY_HAVE_CHANGED: Sense = sense(6, 0x2800);

/** Bytes of what REQUEST SENSE gives. */
export const SENSE_LENGTH = 18;

/** Fixed format, current error. */
export function putSense(reply: Uint8Array, { key, code }: Sense): void {
  reply.fill(0, 0, SENSE_LENGTH);
  reply[0] = 0x70;
  reply[2] = key;
  reply[7] = SENSE_LENGTH - 8;
  reply[12] = code >>> 8;
  reply[13] = code & 0xff;
}
