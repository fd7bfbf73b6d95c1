import { memoryBlocks } from '@picovm/device-disk';
import { describe, expect, it } from 'vitest';
import type { PcOptions } from './index.ts';
import { bootFloppy, MIB, machine } from './pc.test-util.ts';

function cmos(options: Partial<PcOptions>, ...bytes: number[]): string[] {
  const pc = machine(options);
  const found = bytes.map((byte) => pc.rtc.cmos.read(byte).toString(16).padStart(2, '0'));
  pc.vm.dispose();
  return found;
}

// By what SeaBIOS and the technical reference of the AT have at these places.
describe('the CMOS memory', () => {
  it('has the floppy drives, and the equipment', () => {
    expect(cmos({}, 0x10, 0x14)).toEqual(['40', '07']);
    expect(cmos({ floppies: [] }, 0x10, 0x14)).toEqual(['00', '06']);
    expect(cmos({ floppies: [bootFloppy(), memoryBlocks(720 * 1024)] }, 0x10, 0x14)).toEqual(['43', '47']);
    expect(cmos({ floppies: [memoryBlocks(2880 * 1024)] }, 0x10)).toEqual(['50']);
  });

  it('has the order of drives', () => {
    expect(cmos({}, 0x3d, 0x38)).toEqual(['21', '31']);
    expect(cmos({ bootOrder: ['cdrom', 'disk'] }, 0x3d, 0x38)).toEqual(['23', '01']);
    expect(cmos({ bootOrder: [] }, 0x3d, 0x38)).toEqual(['00', '01']);
  });

  it('has the memory: KiB below 640 KiB, KiB above 1 MiB up to 64 MiB, 64 KiB above 16 MiB', () => {
    expect(cmos({ memory: 2 * MIB }, 0x15, 0x16, 0x17, 0x18, 0x34, 0x35)).toEqual(['80', '02', '00', '04', '00', '00']);
    expect(cmos({ memory: 20 * MIB }, 0x17, 0x18, 0x34, 0x35)).toEqual(['00', '4c', '40', '00']);
  });

  it('has the date: that of the option, of a virtual clock 1 January 2000, else that of the host', () => {
    const date = (options: Partial<PcOptions>): string => cmos(options, 0x32, 9, 8, 7).join('-');
    expect(date({ date: Date.UTC(1994, 11, 24) })).toBe('19-94-12-24');
    expect(date({})).toBe('20-00-01-01');
    const year = new Date().getUTCFullYear().toString();
    expect(cmos({ clock: undefined }, 0x32, 9).join('')).toBe(year);
  });
});
