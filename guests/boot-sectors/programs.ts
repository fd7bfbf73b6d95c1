import { readFileSync } from 'node:fs';
import { memoryBlocks } from '@picovm/device-disk';
import type { Machine } from '../systems/boots.ts';
import type { PcSession } from '../systems/pc-session.ts';

/** A boot sector of this folder, and what somebody does with it. */
export interface Program {
  /** The file, and where it needs to be told from another one what it does. */
  readonly name: string;
  readonly file: string;
  /** What it boots from. Default: a floppy. */
  readonly drive?: 'floppy' | 'disk';
  readonly machine?: Machine;
  play(session: PcSession): Promise<void>;
  /** Why KVM cannot run it where it emulates instructions. */
  readonly emulatedKvmLacks?: string;
}

const FLOPPY = 1440 * 1024;
const DISK = 8 * 2 ** 20;

/** A machine that has the program in its drive. */
export function machineOf({ file, drive = 'floppy', machine }: Program): Machine {
  const image = new Uint8Array(drive === 'floppy' ? FLOPPY : DISK);
  image.set(readFileSync(new URL(`${file}.bin`, import.meta.url)));
  const blocks = memoryBlocks(image);
  return { ...machine, ...(drive === 'floppy' ? { floppies: [blocks] } : { disks: [blocks] }) };
}

/** The colour of a point of a graphics mode as 0xRRGGBB; undefined in a text mode. */
export function pixel({ pc }: PcSession, x: number, y: number): number | undefined {
  const screen = pc.vga.screen();
  if (screen.kind !== 'graphics') return undefined;
  const at = 4 * (y * screen.width + x);
  return (screen.data[at] << 16) | (screen.data[at + 1] << 8) | screen.data[at + 2];
}

/** Runs until a point has a colour. */
export async function waitForPixel(session: PcSession, x: number, y: number, color: number): Promise<void> {
  const what = `colour ${color.toString(16)} at ${x}, ${y}`;
  await session.until(() => (pixel(session, x, y) === color ? true : undefined), what, { patienceMs: 60_000 });
}
