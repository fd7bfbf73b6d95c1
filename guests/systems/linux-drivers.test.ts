import { createHash } from 'node:crypto';
import { decodeSnapshot, VirtualClock, type VmSnapshot } from '@picovm/core';
import { memoryBlocks } from '@picovm/device-disk';
import { interp } from '@picovm/x86-interp';
import { expect, type TestContext, test } from 'vitest';
import { systemBytes } from './files.ts';
import { PROMPT } from './initramfs.mjs';
import { checkMessages, linuxMachine, loadDrivers, messages, NO_CIPHER_TESTS, output } from './linux.ts';
import { PcSession } from './pc-session.ts';

// Debian's kernel with its own drivers of disks, CD-ROMs, floppies and the mouse. It comes to its shell once; every test goes on
// from there, in a machine of its own with media of its own.

// The first one has all of the start.
const PATIENT = { timeout: 300_000 };
const WAIT = { patienceMs: 200_000 };
const KIB = 1024;
const COMMAND_LINE = `console=ttyS0 ${NO_CIPHER_TESTS}`;

/** A medium whose sectors are all different. */
function medium(bytes: number, seed: number): Uint8Array {
  let x = seed;
  return Uint8Array.from({ length: bytes }, () => {
    x = (Math.imul(x, 1103515245) + 12345) | 0;
    return x >>> 16;
  });
}

const DISK = medium(4096 * KIB, 1);
const FLOPPY = medium(1440 * KIB, 2);
let atShell: VmSnapshot | undefined;

interface Linux extends Disposable {
  readonly session: PcSession;
  readonly disk: Uint8Array;
  readonly floppy: Uint8Array;
  readonly cd: Uint8Array;
  /** What a command prints. */
  run(command: string): Promise<string>;
}

async function linux(context: TestContext): Promise<Linux> {
  const file = (name: string): Uint8Array => systemBytes(context, name);
  const [disk, floppy, cd] = [DISK.slice(), FLOPPY.slice(), file('ipxe.iso')];
  const session = new PcSession({
    ...(await linuxMachine(file, { entry: 'direct', commandLine: COMMAND_LINE, drivers: true })),
    disks: [memoryBlocks(disk)],
    floppies: [memoryBlocks(floppy)],
    cdroms: [memoryBlocks(cd)],
    accelerator: interp(),
    clock: new VirtualClock(),
  });
  const run = (command: string): Promise<string> => output(session, command, WAIT);
  if (atShell === undefined) {
    await session.waitForSerial(PROMPT, WAIT);
    await loadDrivers(session, WAIT);
    session.report('Linux with its drivers');
    atShell = decodeSnapshot(session.save());
  } else {
    session.restore(atShell);
  }
  const dispose = (): void => {
    session.report(context.task.name);
    session[Symbol.dispose]();
  };
  return { session, disk, floppy, cd, run, [Symbol.dispose]: dispose };
}

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');

test("Linux's drivers find the devices, and have no complaint", PATIENT, async (context) => {
  using guest = await linux(context);
  checkMessages(await messages(guest.session, WAIT), true);
  const interrupts = await guest.run('cat /proc/interrupts');
  for (const name of ['i8042', 'ttyS0', 'floppy', 'ata_piix']) {
    expect(interrupts).toMatch(new RegExp(`^ *\\d+: +[1-9]\\d* .*${name}$`, 'm'));
  }
  expect(interrupts).toMatch(/^ERR: +0$/m);
});

test('Linux reads and writes a disk by DMA', PATIENT, async (context) => {
  using guest = await linux(context);
  expect(await guest.run('cat /sys/class/ata_device/dev1.0/dma_mode')).toContain('XFER_MW_DMA_2');
  expect(await guest.run('dd if=/dev/sda bs=64k count=16 | md5sum')).toContain(md5(guest.disk.subarray(0, 1024 * KIB)));
  // Not only at its beginning, and not only whole blocks: what is around it stays.
  await guest.run('dd if=/dev/sr0 of=/dev/sda bs=512 skip=100 seek=4001 count=777 && sync');
  const expected = DISK.slice();
  expected.set(guest.cd.subarray(512 * 100, 512 * 877), 512 * 4001);
  expect(md5(guest.disk)).toBe(md5(expected));
  // From the medium: Linux forgets what it knows.
  await guest.run('echo 3 > /proc/sys/vm/drop_caches');
  const read = await guest.run('dd if=/dev/sda bs=512 skip=4000 count=779 | md5sum');
  expect(read).toContain(md5(expected.subarray(512 * 4000, 512 * 4779)));
});

test('Linux reads and writes a disk by PIO', PATIENT, async (context) => {
  using guest = await linux(context);
  await guest.run('cd /lib/drivers/disks && busybox rmmod ata_piix && busybox rmmod libata');
  await guest.run('insmod *-libata.ko dma=0 && insmod *-ata_piix.ko');
  await guest.run('until [ -b /dev/sda -a -b /dev/sr0 ]; do sleep 0.1; done');
  expect(await guest.run('cat /sys/class/ata_device/*/dma_mode')).not.toContain('DMA');
  expect(await guest.run('dd if=/dev/sda bs=64k count=4 | md5sum')).toContain(md5(guest.disk.subarray(0, 256 * KIB)));
  expect(await guest.run('dd if=/dev/sr0 bs=64k count=4 | md5sum')).toContain(md5(guest.cd.subarray(0, 256 * KIB)));
  await guest.run('dd if=/dev/sr0 of=/dev/sda bs=512 skip=100 seek=4001 count=77 conv=fsync');
  const expected = DISK.slice();
  expected.set(guest.cd.subarray(512 * 100, 512 * 177), 512 * 4001);
  expect(md5(guest.disk)).toBe(md5(expected));
});

test('Linux reads a CD-ROM, and the files on it', PATIENT, async (context) => {
  using guest = await linux(context);
  expect(await guest.run('cat /sys/class/ata_device/dev2.0/dma_mode')).toContain('XFER_MW_DMA_2');
  expect(await guest.run('dd if=/dev/sr0 bs=64k count=16 | md5sum')).toContain(md5(guest.cd.subarray(0, 1024 * KIB)));
  await guest.run('mount -t iso9660 -o ro /dev/sr0 /mnt');
  const files = isoFiles(guest.cd);
  expect(files.length).toBeGreaterThan(3);
  const sums = await guest.run('md5sum /mnt/*.*');
  for (const bytes of files) expect(sums).toContain(md5(bytes));
});

test('Linux reads and writes a floppy', PATIENT, async (context) => {
  using guest = await linux(context);
  expect(await guest.run('dd if=/dev/fd0 bs=64k count=4 | md5sum')).toContain(md5(guest.floppy.subarray(0, 256 * KIB)));
  await guest.run('dd if=/dev/sr0 of=/dev/fd0 bs=512 skip=100 seek=1001 count=77 conv=fsync');
  const expected = FLOPPY.slice();
  expected.set(guest.cd.subarray(512 * 100, 512 * 177), 512 * 1001);
  expect(md5(guest.floppy)).toBe(md5(expected));
});

test('Linux follows the mouse', PATIENT, async (context) => {
  using guest = await linux(context);
  guest.session.send('hexdump -C -n 6 /dev/input/mice; echo "DO""NE"\n');
  await guest.session.waitForSerial('DO""NE');
  await guest.session.pass(100);
  guest.session.pc.input.mouse.move(5, 3);
  await guest.session.pass(100);
  guest.session.pc.input.mouse.buttons({ right: true });
  // Up is positive there.
  expect(await guest.session.waitForSerial('\nDONE')).toContain('28 05 fd 0a 00 00');
});

test('Linux tells the time by the clock of the board, and counts it by the timer of ACPI', PATIENT, async (context) => {
  using guest = await linux(context);
  const { clock } = guest.session.pc.vm;
  expect(await guest.run('hwclock -u -r')).toContain('Sat Jan  1 00:00:');
  const source = '/sys/devices/system/clocksource/clocksource0';
  await guest.run(`echo acpi_pm > ${source}/current_clocksource`);
  expect(await guest.run(`cat ${source}/current_clocksource`)).toContain('acpi_pm');
  const uptime = async (): Promise<number> => Number.parseFloat(await guest.run('cat /proc/uptime'));
  const [from, guestFrom] = [clock.now(), await uptime()];
  await guest.run('sleep 2');
  const [to, guestTo] = [clock.now(), await uptime()];
  const passed = (to - from) / 1e9;
  expect(passed).toBeGreaterThan(2);
  expect(Math.abs(guestTo - guestFrom - passed)).toBeLessThan(0.2);
});

/** The files in the first folder of an ISO 9660 image (ECMA-119, 8.4 and 9.1). */
function isoFiles(image: Uint8Array): Uint8Array[] {
  const view = new DataView(image.buffer, image.byteOffset, image.length);
  const extent = (record: number): Uint8Array => {
    const start = view.getUint32(record + 2, true) * 2048;
    return image.subarray(start, start + view.getUint32(record + 10, true));
  };
  const files: Uint8Array[] = [];
  const folder = extent(16 * 2048 + 156);
  for (let at = 0; at < folder.length && folder[at] !== 0; at += folder[at] as number) {
    const record = folder.byteOffset - image.byteOffset + at;
    const isFolder = ((image[record + 25] as number) & 2) !== 0;
    if (!isFolder) files.push(extent(record));
  }
  return files;
}
