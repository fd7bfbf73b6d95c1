import { checkNames, showValue, VmError } from '@picovm/core';
import type { PcOptions } from './pc-types.ts';

// As a record, so that the compiler misses a name that is missing here.
const OPTIONS: Record<keyof PcOptions, true> = {
  accelerator: true,
  memory: true,
  floppies: true,
  disks: true,
  cdroms: true,
  bootOrder: true,
  firmware: true,
  videoBios: true,
  boot: true,
  date: true,
  reboot: true,
  onSerial: true,
  onDebug: true,
  onFirmwareLog: true,
  onSpeaker: true,
  devices: true,
  clock: true,
  logger: true,
};

const FUNCTIONS = ['onSerial', 'onDebug', 'onFirmwareLog', 'onSpeaker'] as const;
const LISTS = ['floppies', 'disks', 'cdroms', 'bootOrder'] as const;
const DRIVES = ['floppy', 'disk', 'cdrom'];
const MAX_FLOPPIES = 2;

/** What the devices cannot check. @throws VmError `ERR_INVALID_ARGUMENT` */
export function checkPcOptions(options: PcOptions): void {
  checkNames('pc()', options, Object.keys(OPTIONS));
  for (const name of LISTS) {
    const list: unknown = options[name];
    if (list !== undefined && !Array.isArray(list)) refuse(`${name} must be a list, not ${showValue(list)}`);
  }
  for (const name of FUNCTIONS) {
    const callback: unknown = options[name];
    if (callback !== undefined && typeof callback !== 'function') {
      refuse(`${name} must be a function, not ${showValue(callback)}`);
    }
  }
  const { floppies = [], bootOrder = [], reboot, firmware, videoBios, boot } = options;
  if (floppies.length > MAX_FLOPPIES) refuse(`there are ${floppies.length} floppies, but a PC has drives A: and B:`);
  const wrong = bootOrder.find((drive, i) => !DRIVES.includes(drive) || bootOrder.indexOf(drive) !== i);
  if (wrong !== undefined) {
    refuse(`bootOrder has each of ${DRIVES.join(', ')} once at most, not ${bootOrder.map(showValue).join(', ')}`);
  }
  if (reboot !== undefined && typeof reboot !== 'boolean') {
    refuse(`reboot must be true or false, not ${showValue(reboot)}`);
  }
  for (const [name, rom] of Object.entries({ firmware, videoBios })) {
    // Of another realm, too: some test runners have one of their own.
    if (rom !== undefined && rom?.BYTES_PER_ELEMENT !== 1) {
      refuse(`${name} must be a Uint8Array, not ${showValue(rom)}: read its file first`);
    }
  }
  if (videoBios !== undefined && firmware === undefined) {
    refuse('a videoBios is for a firmware ROM: the built-in BIOS has its own');
  }
  if (boot === undefined) return;
  if (!Array.isArray(boot?.segments) || typeof boot.cpu?.mode !== 'string') {
    refuse(`boot must be a plan as the loaders of @picovm/boot make it, not ${showValue(boot)}: await it first`);
  }
  if (boot.cpu.mode === 'reset') refuse('boot is a firmware: give its ROM as the option firmware');
}

function refuse(problem: string): never {
  throw new VmError('ERR_INVALID_ARGUMENT', `pc(): ${problem}`);
}
