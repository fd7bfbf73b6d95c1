// The commands of the 82077AA by the low five bits of their first byte (data sheet, table 5-1).

export const READ_TRACK = 0x02;
export const SPECIFY = 0x03;
export const SENSE_DRIVE = 0x04;
const WRITE_DATA = 0x05;
const READ_DATA = 0x06;
export const RECALIBRATE = 0x07;
export const SENSE_INTERRUPT = 0x08;
const WRITE_DELETED = 0x09;
export const READ_ID = 0x0a;
export const READ_DELETED = 0x0c;
export const FORMAT_TRACK = 0x0d;
export const DUMPREG = 0x0e;
export const SEEK = 0x0f;
export const VERSION = 0x10;
export const PERPENDICULAR = 0x12;
export const CONFIGURE = 0x13;
export const LOCK = 0x14;
export const VERIFY = 0x16;

/** The bits of a first byte above the command: multi-track, MFM, skip; of LOCK and SEEK: lock, relative and direction. */
export const OPCODE = 0x1f;
export const MULTI_TRACK = 0x80;
export const SKIP = 0x20;
export const RELATIVE = 0x80;
export const STEP_IN = 0x40;

/** How many bytes a command has, the first among them, and which bits its first byte may have above the opcode. */
const COMMANDS: Readonly<Record<number, readonly [length: number, flags: number]>> = {
  [READ_TRACK]: [9, 0x40],
  [SPECIFY]: [3, 0],
  [SENSE_DRIVE]: [2, 0],
  [WRITE_DATA]: [9, 0xc0],
  [READ_DATA]: [9, 0xe0],
  [RECALIBRATE]: [2, 0],
  [SENSE_INTERRUPT]: [1, 0],
  [WRITE_DELETED]: [9, 0xc0],
  [READ_ID]: [2, 0x40],
  [READ_DELETED]: [9, 0xe0],
  [FORMAT_TRACK]: [6, 0x40],
  [DUMPREG]: [1, 0],
  [SEEK]: [3, 0xc0],
  [VERSION]: [1, 0],
  [PERPENDICULAR]: [2, 0],
  [CONFIGURE]: [4, 0],
  [LOCK]: [1, 0x80],
  [VERIFY]: [9, 0xe0],
};

/** Bytes of the command that begins with `first`; 0 if there is no such command. */
export function commandLength(first: number): number {
  const [length, flags] = COMMANDS[first & OPCODE] ?? [0, 0];
  // Direction without "relative" is no command.
  if ((first & ~OPCODE & ~flags) !== 0 || ((first & OPCODE) === SEEK && (first & 0xc0) === STEP_IN)) return 0;
  return length;
}

/** Whether a command has an execution phase in which it looks for something on the disk. */
export function isTransfer(first: number): boolean {
  const opcode = first & OPCODE;
  return commandLength(first) === 9 || opcode === READ_ID || opcode === FORMAT_TRACK;
}

/** Whether it changes the disk. */
export function isWrite(first: number): boolean {
  const opcode = first & OPCODE;
  return opcode === WRITE_DATA || opcode === WRITE_DELETED || opcode === FORMAT_TRACK;
}
