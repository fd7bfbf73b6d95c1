import type { Drive } from '../disk/drives.ts';
import { CD_STATE } from '../disk/emulated.ts';
import { advance } from '../disk/move-sectors.ts';
import type { Guest } from '../guest/guest.ts';
import { print } from '../video/characters.ts';
import { bootCdrom } from './cd-boot.ts';
import { BOOT_ADDRESS, type BootResult, DRIVE_NAMES, start } from './start.ts';

const SECTOR = 512;
const SIGNATURE = 0xaa55;
/** Old floppies have no signature: their first instruction is a jump. */
const JUMPS = [0xeb, 0xe9];

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
    print(guest, `Boot failed: nothing to boot on ${DRIVE_NAMES[drive.kind]} ${drive.number.toString(16)}h\n`);
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
  if (!signed && !(kind === 'floppy' && JUMPS.includes(data[0]))) return 'failed';
  guest.memory.writeBytes(BOOT_ADDRESS, data);
  start(guest, kind, number, 0, BOOT_ADDRESS);
  return 'booted';
}

function bootOrder({ connection, drives }: Guest): Drive[] {
  const { bootOrder: kinds = ['floppy', 'disk', 'cdrom'] } = connection;
  return [...new Set(kinds)].flatMap((kind) => drives.of(kind).filter(({ blocks }) => blocks !== undefined));
}

function nextDrive({ memory }: Guest, index: number): void {
  memory.write8(CD_STATE.bootIndex, index);
  memory.write8(CD_STATE.bootStep, 0);
}
