import { describe, expect, it } from 'vitest';
import { memoryBlocks, readOnly } from '../index.ts';
import { driver, SIZE } from './floppy.test-util.ts';

describe('the main status register', () => {
  it('goes through the phases of a command', () => {
    const { msr, give, take } = driver();
    expect(msr()).toBe(0x80);
    give(0x04);
    expect(msr()).toBe(0x90);
    give(0x00);
    expect(msr()).toBe(0xd0);
    take();
    expect(msr()).toBe(0x80);
  });

  it('says busy, and nothing else, while a disk is read', () => {
    const { msr, send, wait } = driver();
    send(0xe6, 0, 0, 0, 1, 2, 18, 27, 0xff);
    expect(msr()).toBe(0x10);
    wait();
    expect(msr()).toBe(0xd0);
  });

  it('says which drives seek, and takes commands meanwhile', () => {
    const { msr, send, wait, line } = driver();
    send(0x0f, 0x01, 10);
    expect(msr()).toBe(0x82);
    send(0x07, 0x00);
    expect(msr()).toBe(0x83);
    wait();
    expect(msr()).toBe(0x80);
    expect(line.level).toBe(true);
  });

  it('is zero in reset, and commands are not heard', () => {
    const { msr, dor, give } = driver();
    dor(0x18);
    expect(msr()).toBe(0);
    give(0x10);
    dor(0x1c);
    expect(msr()).toBe(0x80);
  });
});

describe('control commands', () => {
  it.each([
    ['VERSION', [0x10], [0x90]],
    ['LOCK', [0x94], [0x10]],
    ['unlock', [0x14], [0x00]],
    ['PART ID, which came with later chips', [0x18], [0x80]],
    ['SCAN EQUAL', [0x11], [0x80]],
    ['no command', [0x1f], [0x80]],
    ['a command with bits that it does not have', [0x84], [0x80]],
    ['SENSE INTERRUPT STATUS with no interrupt', [0x08], [0x80]],
  ])('%s', (_name, command, answer) => {
    const { send, result, msr, line } = driver();
    send(...command);
    expect(result()).toEqual(answer);
    expect(msr()).toBe(0x80);
    expect(line.level).toBe(false);
  });

  it('SENSE DRIVE STATUS tells track 0 and write protection', () => {
    const { send, result, seek, fdc } = driver();
    const status = (...command: number[]): number[] => {
      send(...command);
      return result();
    };
    expect(status(0x04, 0x00)).toEqual([0x38]);
    expect(status(0x04, 0x05)).toEqual([0x3d]);
    expect(status(0x04, 0x02)).toEqual([0x2a]);
    seek(0x0f, 0x00, 5);
    expect(status(0x04, 0x00)).toEqual([0x28]);
    fdc.insert(0, readOnly(memoryBlocks(SIZE)));
    expect(status(0x04, 0x04)).toEqual([0x6c]);
  });

  it('DUMPREG gives back what SPECIFY, CONFIGURE, PERPENDICULAR MODE, LOCK and seeks have set', () => {
    const { send, result, seek, command, dma } = driver();
    send(0x03, 0xdf, 0x02);
    send(0x13, 0x00, 0x57, 0x20);
    send(0x12, 0x84 | 0x03);
    send(0x94);
    result();
    seek(0x0f, 0x00, 7);
    seek(0x0f, 0x03, 9);
    dma.program(512);
    command(0xe6, 0, 7, 0, 1, 2, 17, 27, 0xff);
    send(0x0e);
    expect(result()).toEqual([7, 0, 0, 9, 0xdf, 0x02, 17, 0x80 | 0x07, 0x57, 0x20]);
  });

  it('PERPENDICULAR MODE changes the drives only if it is told to', () => {
    const { send, result } = driver();
    const set = (value: number): number => {
      send(0x12, value);
      send(0x0e);
      return result()[7];
    };
    expect(set(0x80 | 0x14)).toBe(0x14);
    expect(set(0x3f)).toBe(0x17);
    expect(set(0x00)).toBe(0x14);
  });
});

describe('seeks', () => {
  it('end after a while, with an interrupt that SENSE INTERRUPT STATUS takes back', () => {
    const { send, sense, line, clock } = driver();
    send(0x0f, 0x04, 40);
    clock.advance(100_000);
    expect(line.level).toBe(false);
    clock.advance(900_000);
    expect(line.level).toBe(true);
    expect(sense()).toEqual([0x24, 40]);
    expect(line.level).toBe(false);
    expect(sense()).toEqual([0x80]);
  });

  it('RECALIBRATE goes to track 0, and says so only if there is a drive', () => {
    const { seek } = driver();
    seek(0x0f, 0, 60);
    expect(seek(0x07, 0)).toEqual([0x20, 0]);
    expect(seek(0x07, 1)).toEqual([0x21, 0]);
    expect(seek(0x07, 2)).toEqual([0x72, 0]);
  });

  it('RECALIBRATE makes 79 steps, and may be wanted twice', () => {
    const { seek } = driver();
    seek(0x0f, 0, 83);
    expect(seek(0x07, 0)).toEqual([0x70, 0]);
    expect(seek(0x07, 0)).toEqual([0x20, 0]);
  });

  it('RELATIVE SEEK counts from where the heads are', () => {
    const { seek, send, result } = driver();
    seek(0x0f, 0, 30);
    expect(seek(0xcf, 0, 5)).toEqual([0x20, 35]);
    expect(seek(0x8f, 0, 15)).toEqual([0x20, 20]);
    send(0x4f);
    expect(result()).toEqual([0x80]);
  });

  it('of several drives end one by one', () => {
    const { send, sense, clock, line } = driver();
    send(0x0f, 0x01, 2);
    send(0x0f, 0x00, 70);
    clock.advance(200_000);
    expect(sense()).toEqual([0x21, 2]);
    expect(line.level).toBe(false);
    clock.advance(1_000_000);
    expect(sense()).toEqual([0x20, 70]);
  });
});

describe('a reset', () => {
  it('interrupts once, and has a status for each of four drives', () => {
    const { dor, line, wait, sense } = driver();
    dor(0x00);
    dor(0x0c);
    expect(line.level).toBe(false);
    wait();
    expect(line.level).toBe(true);
    expect(sense()).toEqual([0xc0, 0]);
    expect(line.level).toBe(false);
    expect([sense(), sense(), sense()]).toEqual([
      [0xc1, 0],
      [0xc2, 0],
      [0xc3, 0],
    ]);
    expect(sense()).toEqual([0x80]);
  });

  it('can be asked about before it interrupts, which it then does not', () => {
    const { dor, line, wait, sense } = driver();
    dor(0x00);
    dor(0x0c);
    expect(sense()).toEqual([0xc0, 0]);
    wait();
    expect(line.level).toBe(false);
  });

  it('is done by the data rate select register too, by itself', () => {
    const { machine, line, wait, sense, msr } = driver();
    machine.writePort(0x3f4, 0x80);
    expect(msr()).toBe(0x80);
    wait();
    expect(line.level).toBe(true);
    expect(sense()).toEqual([0xc0, 0]);
  });

  it('of which not everything is asked for does not get into the way of a seek', () => {
    const { dor, wait, sense, seek } = driver();
    dor(0x00);
    dor(0x0c);
    wait();
    sense();
    expect(seek(0x0f, 0, 3)).toEqual([0x20, 3]);
  });

  it('keeps what SPECIFY says and, if it is locked, the FIFO', () => {
    const { send, dor, result } = driver();
    send(0x03, 0xaf, 0x1e);
    send(0x13, 0x00, 0x1b, 0x11);
    const afterReset = (): number[] => {
      dor(0x00);
      dor(0x0c);
      send(0x0e);
      return result().slice(4);
    };
    send(0x94);
    result();
    expect(afterReset()).toEqual([0xaf, 0x1e, 0, 0x80, 0x4b, 0x11]);
    send(0x14);
    result();
    expect(afterReset()).toEqual([0xaf, 0x1e, 0, 0, 0x60, 0]);
  });

  it('takes GAP and WGATE back, and keeps which drives are perpendicular', () => {
    const { send, dor, result } = driver();
    send(0x12, 0x84 | 0x03);
    dor(0x00);
    dor(0x0c);
    send(0x0e);
    expect(result()[7]).toBe(0x04);
  });

  it('does not get into the way of a transfer, whose result is all that there is to tell', () => {
    const { dor, command, sense, dma, wait } = driver();
    dor(0x00);
    dor(0x0c);
    dma.program(512);
    expect(command(0xe6, 0, 0, 0, 1, 2, 18, 27, 0xff)[0]).toBe(0);
    wait();
    expect(sense()).toEqual([0x80]);
  });

  it('interrupts nobody if the gate is shut', () => {
    const { dor, wait, line } = driver();
    dor(0x00);
    dor(0x04);
    wait();
    expect(line.level).toBe(false);
    dor(0x0c);
    expect(line.level).toBe(true);
  });
});

describe('the disk-change line', () => {
  it('is up until the heads move with a disk in the drive', () => {
    const { dir, seek, fdc } = driver();
    expect(dir()).toBe(0x80);
    seek(0x07, 0);
    expect(dir()).toBe(0x80);
    seek(0x0f, 0, 1);
    expect(dir()).toBe(0);
    const disk = fdc.eject(0);
    expect(dir()).toBe(0x80);
    seek(0x0f, 0, 2);
    expect(dir()).toBe(0x80);
    fdc.insert(0, disk ?? memoryBlocks(512));
    expect(dir()).toBe(0x80);
    seek(0x0f, 0, 1);
    expect(dir()).toBe(0);
  });

  it('is that of the selected drive', () => {
    const { dir, dor, seek } = driver();
    seek(0x0f, 0, 1);
    expect(dir()).toBe(0);
    dor(0x2d);
    expect(dir()).toBe(0x80);
    dor(0x0e);
    expect(dir()).toBe(0);
  });
});

it('the tape drive register keeps two bits, and what the AT does not have floats', () => {
  const { machine } = driver();
  machine.writePort(0x3f3, 0xfe);
  expect(machine.readPort(0x3f3)).toBe(0xfe);
  machine.writePort(0x3f3, 0);
  expect(machine.readPort(0x3f3)).toBe(0xfc);
  expect([machine.readPort(0x3f0), machine.readPort(0x3f1), machine.readPort(0x3f2)]).toEqual([0xff, 0xff, 0x1c]);
});
