import { ticksOfRtc } from '../clock/ticks.ts';
import type { DiskGeometry } from '../connection.ts';
import { BDA, EBDA, EBDA_BASE } from '../guest/bda.ts';
import type { Guest } from '../guest/guest.ts';
import { ROM_AT, ROM_SEGMENT, romVectors } from '../rom/rom-image.ts';
import { memoryBytes } from '../system/memory-map.ts';
import { print } from '../video/characters.ts';
import { setMode } from '../video/set-mode.ts';
import { setUpChips } from './chips.ts';

const BDA_BASE = 0x400;
const BDA_SIZE = 0x100;
const EBDA_SIZE = 0x400;
const VECTORS = 256;
/** Those from here to 67h are for programs, and those from 78h on: DOS and others look whether they are 0. */
const FIRST_USER_VECTOR = 0x60;
const LAST_USER_VECTOR = 0x67;
const FIRST_FREE_VECTOR = 0x78;
/** Tables, where vectors are no code. */
const TABLES: readonly (readonly [vector: number, offset: number])[] = [
  [0x1d, ROM_AT.videoParameters],
  [0x1e, ROM_AT.disketteParameters],
  [0x1f, ROM_AT.font8x8 + 0x400],
  [0x43, ROM_AT.font8x16],
];
const DISK_VECTORS = [0x41, 0x46];
/** Coprocessor, mouse; 80 columns in colour. */
const EQUIPMENT = 0x0026;
const KEY_BUFFER = 0x1e;
const KEY_BUFFER_END = 0x3e;
const KEYS_101 = 0x10;

/** POST: the tables in memory, the chips, the screen, the banner. */
export function post(guest: Guest, rom: Uint8Array, banner: string): void {
  guest.transfers.clear();
  setVectors(guest, rom);
  setUpAreas(guest);
  setUpChips(guest);
  setMode(guest, 3);
  guest.memory.write32(BDA.TICKS, ticksOfRtc(guest));
  if (banner !== '') print(guest, `${banner}\n\n`);
}

function setVectors({ memory, drives }: Guest, rom: Uint8Array): void {
  for (let vector = 0; vector < VECTORS; vector++) {
    const user = (vector >= FIRST_USER_VECTOR && vector <= LAST_USER_VECTOR) || vector >= FIRST_FREE_VECTOR;
    set(vector, user ? 0 : ROM_AT.dummy, user ? 0 : ROM_SEGMENT);
  }
  for (const [vector, offset] of [...romVectors(rom), ...TABLES]) set(vector, offset, ROM_SEGMENT);
  DISK_VECTORS.forEach((vector, n) => {
    set(vector, EBDA.DISK_TABLES + 16 * n, EBDA_BASE >> 4);
    const disk = drives.of('disk')[n];
    if (disk !== undefined) memory.writeBytes(EBDA_BASE + EBDA.DISK_TABLES + 16 * n, diskTable(disk.geometry));
  });

  function set(vector: number, offset: number, segment: number): void {
    memory.write16(4 * vector, offset);
    memory.write16(4 * vector + 2, segment);
  }
}

// Cylinders, heads, control byte (more than 8 heads), landing zone, sectors.
function diskTable({ cylinders, heads, sectors }: DiskGeometry): Uint8Array {
  const table = new Uint8Array(16);
  table.set([cylinders & 0xff, cylinders >> 8, heads]);
  table[8] = heads > 8 ? 0x08 : 0;
  table.set([cylinders & 0xff, cylinders >> 8, sectors], 12);
  return table;
}

function setUpAreas(guest: Guest): void {
  const { memory, connection, drives } = guest;
  const warm = memory.read16(BDA.RESET_FLAG);
  memory.writeBytes(BDA_BASE, new Uint8Array(BDA_SIZE));
  const tables = memory.readBytes(EBDA_BASE + EBDA.DISK_TABLES, 32);
  memory.writeBytes(EBDA_BASE, new Uint8Array(EBDA_SIZE));
  memory.writeBytes(EBDA_BASE + EBDA.DISK_TABLES, tables);
  memory.write8(EBDA_BASE + EBDA.SIZE, EBDA_SIZE / 1024);
  memory.write16(EBDA_BASE + EBDA.ROM_SCAN, 0xc800);
  memory.write16(BDA.RESET_FLAG, warm);
  const ports = (connection.serialPorts ?? []).slice(0, 4);
  ports.forEach((port, n) => {
    memory.write16(BDA.COM + 2 * n, port);
    memory.write8(BDA.COM_TIMEOUT + n, 1);
  });
  const floppies = Math.min(4, drives.of('floppy').length);
  const floppyBits = floppies === 0 ? 0 : 1 | ((floppies - 1) << 6);
  memory.write16(BDA.EQUIPMENT, EQUIPMENT | floppyBits | (ports.length << 9));
  memory.write16(BDA.EBDA_SEGMENT, EBDA_BASE >> 4);
  memory.write16(BDA.MEMORY, Math.min(EBDA_BASE, memoryBytes(connection)) >> 10);
  memory.write16(BDA.KEY_HEAD, KEY_BUFFER);
  memory.write16(BDA.KEY_TAIL, KEY_BUFFER);
  memory.write16(BDA.KEY_BUFFER_START, KEY_BUFFER);
  memory.write16(BDA.KEY_BUFFER_END, KEY_BUFFER_END);
  memory.write8(BDA.KEY_STATUS, KEYS_101);
  memory.write8(BDA.VGA_FLAGS, 0x11);
  memory.write8(BDA.DISKS, drives.of('disk').length);
  memory.writeBytes(BDA.LPT_TIMEOUT, Uint8Array.of(20, 20, 20));
}
