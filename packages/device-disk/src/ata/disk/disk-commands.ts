/** How a command moves sectors. */
export interface SectorCommand {
  readonly kind: 'read' | 'write' | 'verify';
  /** A 48-bit address and a 16-bit count. */
  readonly ext: boolean;
  readonly dma: boolean;
  /** Blocks as SET MULTIPLE MODE said. */
  readonly multiple: boolean;
}

const PIO = { ext: false, dma: false, multiple: false };
const EXT = { ...PIO, ext: true };
const read = 'read';
const write = 'write';
const verify = 'verify';

/** The commands that move sectors, by opcode. Those with and without retries (…1h, CBh) are the same. */
export const SECTOR_COMMANDS: Readonly<Record<number, SectorCommand>> = {
  32: { ...PIO, kind: read },
  33: { ...PIO, kind: read },
  36: { ...EXT, kind: read },
  37: { ...EXT, kind: read, dma: true },
  41: { ...EXT, kind: read, multiple: true },
  48: { ...PIO, kind: write },
  49: { ...PIO, kind: write },
  52: { ...EXT, kind: write },
  53: { ...EXT, kind: write, dma: true },
  57: { ...EXT, kind: write, multiple: true },
  60: { ...PIO, kind: write },
  64: { ...PIO, kind: verify },
  65: { ...PIO, kind: verify },
  66: { ...EXT, kind: verify },
  196: { ...PIO, kind: read, multiple: true },
  197: { ...PIO, kind: write, multiple: true },
  200: { ...PIO, kind: read, dma: true },
  201: { ...PIO, kind: read, dma: true },
  202: { ...PIO, kind: write, dma: true },
  203: { ...PIO, kind: write, dma: true },
};

export const RECALIBRATE = 0x10;
export const READ_NATIVE_MAX_EXT = 0x27;
export const SEEK = 0x70;
export const INITIALIZE_DEVICE_PARAMETERS = 0x91;
export const SET_MULTIPLE_MODE = 0xc6;
export const FLUSH_CACHE = 0xe7;
export const FLUSH_CACHE_EXT = 0xea;
export const IDENTIFY_DEVICE = 0xec;
export const SET_FEATURES = 0xef;
export const READ_NATIVE_MAX = 0xf8;

// The second opcodes are those of ATA-1.
export const STANDBY_IMMEDIATE = 0xe0;
export const IDLE_IMMEDIATE = 0xe1;
export const STANDBY = 0xe2;
export const IDLE_COMMAND = 0xe3;
export const CHECK_POWER_MODE = 0xe5;
export const SLEEP = 0xe6;

/** What an opcode of ATA-1 is called since: 94h to 99h are E0h to E6h. */
export function modernOpcode(command: number): number {
  if (command >= 0x94 && command <= 0x97) return command + 0x4c;
  return command === 0x98 || command === 0x99 ? command + 0x4d : command;
}
