import { type Device, VmError } from '@picovm/core';
import { memoryBlocks } from '@picovm/device-disk';
import { describe, expect, it } from 'vitest';
import { pc } from './index.ts';
import { MIB, machine } from './pc.test-util.ts';

/** What `pc` says of options. */
function refusal(options: object): string {
  try {
    machine(options).vm.dispose();
  } catch (error) {
    if (error instanceof VmError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'none';
}

const disk = memoryBlocks(MIB);

describe('pc() refuses', () => {
  it.each<[string, object, RegExp]>([
    ['options that it has not', { ram: 1 }, /pc\(\) has no option 'ram'.*memory/],
    ['memory that is no number of pages', { memory: 3 * MIB + 1 }, /3145729 bytes: give a multiple of 4096/],
    ['too little memory', { memory: MIB - 4096 }, /from 1048576/],
    ['too much memory', { memory: 3 * 2 ** 30 + 4096 }, /to 3221225472/],
    ['three floppies', { floppies: [undefined, undefined, undefined] }, /there are 3 floppies.*A: and B:/],
    ['a floppy that is no list', { floppies: disk }, /floppies must be a list/],
    ['a floppy that is none', { floppies: [{}] }, /floppy: a disk must be a block backend/],
    ['a floppy that is too large', { floppies: [memoryBlocks(8 * MIB)] }, /floppy|disk/],
    ['a disk that is none', { disks: [new Uint8Array(512)] }, /primaryMaster/],
    ['a disk that is missing', { disks: [undefined] }, /primaryMaster/],
    [
      'five drives',
      { disks: [disk, disk, disk], cdroms: [disk, undefined] },
      /3 disks and 2 CD-ROM drives.*four places/,
    ],
    ['drives to boot from that there are not', { bootOrder: ['usb'] }, /bootOrder has each of floppy, disk, cdrom/],
    ['a drive twice', { bootOrder: ['disk', 'disk'] }, /once at most, not 'disk', 'disk'/],
    ['firmware that is no bytes', { firmware: 'bios.bin' }, /firmware must be a Uint8Array.*read its file/],
    ['firmware of no size that ROMs have', { firmware: new Uint8Array(0x8000) }, /whole 4 KiB/],
    ['a video BIOS for the built-in BIOS', { videoBios: new Uint8Array(512) }, /videoBios is for a firmware ROM/],
    ['a plan that is still a promise', { boot: Promise.resolve() }, /boot must be a plan.*await it first/],
    [
      'a firmware as a plan',
      { boot: { protocol: 'firmware', segments: [], cpu: { mode: 'reset' } } },
      /as the option firmware/,
    ],
    ['reboot that is neither', { reboot: 1 }, /reboot must be true or false, not 1/],
    ['a date that is none', { date: Number.NaN }, /date/],
    ['output that is no function', { onSerial: 'x' }, /onSerial must be a function, not 'x'/],
    ['devices that are none', { devices: [{}] }, /device/],
    ['a device with a name that the machine has', { devices: [{ id: 'vga', type: 'x', attach: () => {} }] }, /vga/],
  ])('%s', (_what, options, message) => {
    const said = refusal(options);
    expect(said).toMatch(/^ERR_/);
    expect(said).toMatch(message);
  });

  it('a machine without an accelerator', () => {
    expect(() => pc({} as Parameters<typeof pc>[0])).toThrow(/accelerator/);
  });

  it('a plan for more memory than it has, and gives everything back', () => {
    const disposed: string[] = [];
    const mine = (): Device => ({ id: 'mine', type: 'mine', attach() {}, dispose: () => void disposed.push('mine') });
    for (const mode of ['real', 'protected']) {
      const segments = [{ name: 'kernel', address: 16 * MIB, bytes: new Uint8Array(512) }];
      const boot = { protocol: 'flat', segments, cpu: { mode } };
      expect(refusal({ boot, devices: [mine()] })).toMatch(/kernel/);
    }
    expect(disposed).toEqual(['mine', 'mine']);
  });
});
