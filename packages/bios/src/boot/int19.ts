import type { Drive } from '../disk/drives.ts';
import { CD_STATE } from '../disk/emulated.ts';
import { advance } from '../disk/move-sectors.ts';
import type { Guest } from '../guest/guest.ts';
import { print } from '../video/characters.ts';
import { bootCdrom } from './cd-boot.ts';
import { BOOT_ADDRESS, type BootResult, DRIVE_NAMES, start } from './start.ts';

const SECTOR = 512;
const SIGNATURE = 0xaa55;
/**
 * Floppies of the first years have no signature, and neither have boot sectors whose author forgot it. What they begin with: jumps,
 * `cli`, `cld`, `xor ax, ax`, `mov ax, ...`, and `push cs` or `mov ax, cs` with what comes next.
 */
const BEGINNINGS = ['e9', 'ea', 'eb', 'fa', 'fc', '31c0', '33c0', '29c0', '2bc0', 'b8', '8cc88e', '0e07', '0e1f'];

/** INT 19h: boots the first drive that has something to boot. If none has, the stub goes on with INT 18h. */
export function int19(guest: Guest): void {
  const { memory } = guest;
  if (guest.token === 0) {
    memory.write8(CD_STATE.active, 0);
    nextDrive(guest, 0);
  }
  const candidates = bootOrder(guest);
  for (let n = memory.read8(CD_STATE.bootIndex); n < candidates.length; nextDrive(guest, ++n)) {
    const drive = candidates[n];
    const result = drive.kind === 'cdrom' ? bootCdrom(guest, drive) : bootSector(guest, drive);
    if (result === 'waiting') return;
    if (result === 'booted') return;
    const where = `${DRIVE_NAMES[drive.kind]} ${drive.number.toString(16)}h`;
    const why =
      result === 'unsigned' ? `no signature (55 AA in bytes 510, 511) on ${where}` : `nothing to boot on ${where}`;
    print(guest, `Boot failed: ${why}\n`);
  }
}

/** INT 18h: nothing could be booted. The stub halts. */
export function int18(guest: Guest): void {
  print(guest, 'No bootable device.\n');
}

function bootSector(guest: Guest, drive: Drive): BootResult {
  const { blocks, number, kind } = drive;
  if (blocks === undefined || drive.total === 0) return 'failed';
  const progress = advance(guest, { blocks, offset: 0, length: SECTOR });
  if (progress === undefined) return 'waiting';
  if (progress.state !== 'done') return 'failed';
  const { data } = progress;
  const signed = (data[510] | (data[511] << 8)) === SIGNATURE;
  if (!signed && data.every((byte) => byte === data[0])) return 'failed';
  if (!signed && !(kind === 'floppy' && beginsAsCode(data))) return 'unsigned';
  guest.memory.writeBytes(BOOT_ADDRESS, data);
  start(guest, kind, number, 0, BOOT_ADDRESS);
  return 'booted';
}

function beginsAsCode(sector: Uint8Array): boolean {
  const begin = Array.from(sector.subarray(0, 3), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return BEGINNINGS.some((bytes) => begin.startsWith(bytes));
}

function bootOrder({ connection, drives }: Guest): Drive[] {
  const { bootOrder: kinds = ['floppy', 'disk', 'cdrom'] } = connection;
  return [...new Set(kinds)].flatMap((kind) => drives.of(kind).filter(({ blocks }) => blocks !== undefined));
}

function nextDrive({ memory }: Guest, index: number): void {
  memory.write8(CD_STATE.bootIndex, index);
  memory.write8(CD_STATE.bootStep, 0);
}
