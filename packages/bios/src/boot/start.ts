import type { Drive } from '../disk/drives.ts';
import { BDA } from '../guest/bda.ts';
import type { Guest } from '../guest/guest.ts';
import { print } from '../video/characters.ts';

/** How a drive answered: it is booted, there is nothing to boot, what there is has no signature, or the call waits. */
export type BootResult = 'booted' | 'failed' | 'unsigned' | 'waiting';

/** Where boot sectors go. */
export const BOOT_ADDRESS = 0x7c00;
/** What the screen calls them. */
export const DRIVE_NAMES = { floppy: 'floppy', disk: 'hard disk', cdrom: 'CD-ROM' } as const;

/** Says what is booted, and makes the stub jump there. @param drive the number in DL */
export function start(guest: Guest, kind: Drive['kind'], drive: number, segment: number, offset: number): void {
  guest.registers.edx = drive;
  guest.memory.write16(BDA.RESET_FLAG, 0);
  print(guest, `Booting from ${DRIVE_NAMES[kind]}...\n`);
  guest.returnTo = { segment, offset };
}
