import { memoryBlocks } from '@picovm/device-disk';
import { describe, expect, it } from 'vitest';
import type { BootDrive, Pc, PcOptions } from './index.ts';
import {
  bootCdrom,
  bootDisk,
  bootFloppy,
  byte,
  MIB,
  machine,
  pass,
  RESULT,
  run,
  STOP,
  screenOf,
  word,
} from './pc.test-util.ts';

/** Writes a number, and the drive that it is told to come from. */
const mark = (n: number): number[] => [
  ...[0x31, 0xc0, 0x8e, 0xd8, 0xc6, 0x06, ...word(RESULT), n, 0x88, 0x16, ...word(RESULT + 1)],
  ...STOP,
];
const FLOPPY = 1;
const DISK = 2;
const CDROM = 3;
const SECOND = 4;

async function booted(options: Partial<PcOptions>): Promise<[number, number]> {
  const pc = machine(options);
  expect(await run(pc)).toBe('halted');
  const found: [number, number] = [byte(pc), byte(pc, RESULT + 1)];
  pc.vm.dispose();
  return found;
}

const all = (): Partial<PcOptions> => ({
  floppies: [bootFloppy(...mark(FLOPPY)), bootFloppy(...mark(SECOND))],
  disks: [bootDisk(...mark(DISK)), bootDisk(...mark(SECOND))],
  cdroms: [bootCdrom(...mark(CDROM))],
});

describe('the built-in BIOS boots', () => {
  it.each<[BootDrive[] | undefined, number, number]>([
    [undefined, FLOPPY, 0],
    [['floppy'], FLOPPY, 0],
    [['disk', 'floppy'], DISK, 0x80],
    [['cdrom', 'disk'], CDROM, 0xe0],
  ])('by the order %j', async (bootOrder, number, drive) => {
    expect(await booted({ ...all(), ...(bootOrder && { bootOrder }) })).toEqual([number, drive]);
  });

  it('what comes next where a drive is empty, or has nothing to boot', async () => {
    const { disks, cdroms } = all();
    expect(await booted({ floppies: [undefined], disks })).toEqual([DISK, 0x80]);
    expect(await booted({ disks: [memoryBlocks(MIB)], cdroms })).toEqual([CDROM, 0xe0]);
    expect(await booted({ floppies: [], cdroms })).toEqual([CDROM, 0xe0]);
  });

  it('nothing, and says so', async () => {
    const pc = machine({ floppies: [undefined, undefined], cdroms: [undefined] });
    await pass(pc, 500);
    expect(screenOf(pc)).toMatch(/No bootable device/);
    expect(byte(pc)).toBe(0);
    pc.vm.dispose();
  });

  it('what was put into a drive since', async () => {
    const pc = machine({ floppies: [undefined], cdroms: [undefined] });
    const again = async (change: (pc: Pc) => void): Promise<number> => {
      change(pc);
      pc.vm.memory.writeU8(RESULT, 0);
      pc.restart();
      await pass(pc, 500);
      return byte(pc);
    };
    expect(await again(() => {})).toBe(0);
    expect(await again(({ ide }) => ide.insert('secondaryMaster', bootCdrom(...mark(CDROM))))).toBe(CDROM);
    expect(await again(({ fdc }) => fdc.insert(0, bootFloppy(...mark(FLOPPY))))).toBe(FLOPPY);
    expect(await again(({ fdc }) => fdc.eject(0))).toBe(CDROM);
    expect(await again(({ ide }) => ide.eject('secondaryMaster'))).toBe(0);
    pc.vm.dispose();
  });
});
