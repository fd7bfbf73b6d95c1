import { decodeSnapshot, VirtualClock } from '@picovm/core';
import { memoryBlocks } from '@picovm/device-disk';
import { kvm } from '@picovm/kvm-native';
import { interp } from '@picovm/x86-interp';
import { expect, test } from 'vitest';
import { playGrub } from './boots.ts';
import { systemBytes } from './files.ts';
import { PcSession } from './pc-session.ts';

const PATIENT = { timeout: 120_000 };

function grub(image: Uint8Array): PcSession {
  // A copy: a machine may write to its floppy.
  const floppies = [memoryBlocks(image.slice())];
  return new PcSession({ accelerator: interp(), clock: new VirtualClock(), floppies });
}

/** That two snapshots are the same bit for bit, without a listing of millions of bytes. */
function same(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.from(one).equals(other);
}

test('a boot repeats bit for bit', PATIENT, async (context) => {
  const image = systemBytes(context, 'grub-floppy');
  using one = grub(image);
  using other = grub(image);
  await playGrub(one, {});
  await playGrub(other, {});
  expect(other.figures().instructions).toBe(one.figures().instructions);
  expect(other.screen).toBe(one.screen);
  expect(same(one.save(), other.save())).toBe(true);
});

test('GRUB, left at its menu, goes on in a new machine, and is the same at the end', PATIENT, async (context) => {
  const image = systemBytes(context, 'grub-floppy');
  using first = grub(image);
  await first.waitForScreen('highlighted entry');
  const menu = first.save();
  await playGrub(first, {});
  using second = grub(image);
  second.restore(decodeSnapshot(menu));
  expect(second.screen).toContain('GNU GRUB');
  await playGrub(second, {});
  expect(second.screen).toBe(first.screen);
  expect(second.figures().instructions).toBe(first.figures().instructions);
  expect(same(first.save(), second.save())).toBe(true);
});

test('U-Boot on KVM, left at its prompt, goes on in a new machine', PATIENT, async (context) => {
  const accelerator = kvm();
  const probe = await accelerator.probe();
  if (!probe.available) return context.skip(`kvm: ${probe.reason}`);
  const firmware = systemBytes(context, 'u-boot.rom');
  using first = new PcSession({ accelerator, firmware });
  await first.waitForSerial('Hit any key to stop autoboot');
  first.send(' ');
  await first.waitForSerial('=> ');
  using second = new PcSession({ accelerator, firmware });
  second.restore(decodeSnapshot(first.save()));
  second.send('echo a new machine\n');
  await second.waitForSerial('\na new machine');
});
