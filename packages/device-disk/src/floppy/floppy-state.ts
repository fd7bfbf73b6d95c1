import { type DeviceState, StateReader } from '@picovm/core';
import { CONFIG_MASK, DOR_RUN } from './bits.ts';
import { type FloppyController, PERPENDICULAR_MASK, RATE_UNSET, TDR_MASK } from './controller.ts';
import { LAST_CYLINDER } from './drive.ts';
import type { FloppyGeometry } from './geometry.ts';
import { commandLength } from './opcodes.ts';
import { LONGEST_SEEK, RESET_TIME, UNITS } from './seeks.ts';
import { IDLE } from './transfer.ts';
import { readTransfer, saveTransfer } from './transfer-state.ts';

/** Everything that a guest could tell apart, as plain data. */
export function saveFloppy(controller: FloppyController): DeviceState {
  const { dor, tdr, rate, command, result, seeks, drives } = controller;
  const { config, precompensationTrack, locked, perpendicular, endOfTrack } = controller;
  return {
    version: 1,
    dor,
    tdr,
    rate,
    command: command.slice(0, controller.commandLength),
    result: result.slice(0, controller.resultLength),
    resultAt: controller.resultAt,
    resultInterrupt: controller.resultInterrupt,
    specify: controller.specify.slice(),
    config,
    precompensationTrack,
    locked,
    perpendicular,
    endOfTrack,
    cylinders: seeks.cylinders.slice(),
    seekStatuses: seeks.statuses.slice(),
    // One more than the nanoseconds that are left, and 0 for no seek.
    seekTimes: seeks.timers.map(({ remaining }) => remaining + 1),
    polled: seeks.polled,
    resetInterrupt: seeks.resetInterrupt,
    resetTime: seeks.resetTimer.remaining + 1,
    heads: Uint8Array.from(drives, ({ cylinder }) => cylinder),
    changed: drives.map(({ changed }) => Number(changed)),
    disks: drives.map(({ disk }) => disk?.sectors ?? 0),
    geometries: Uint8Array.from(drives.flatMap(({ disk }) => numbersOf(disk?.geometry))),
    ...saveTransfer(controller.transfer),
  };
}

/**
 * Reads all of a state before it changes anything.
 * @throws VmError `ERR_DEVICE_STATE`
 */
export function restoreFloppy(id: string, controller: FloppyController, state: DeviceState): void {
  const reader = new StateReader(id, state, 1);
  const { seeks, drives, transfer } = controller;
  const saved = {
    dor: reader.integer('dor', 0xff),
    tdr: reader.register('tdr', TDR_MASK),
    rate: reader.integer('rate', RATE_UNSET),
    resultInterrupt: reader.boolean('resultInterrupt'),
    config: reader.register('config', CONFIG_MASK),
    precompensationTrack: reader.integer('precompensationTrack', 0xff),
    locked: reader.boolean('locked'),
    perpendicular: reader.register('perpendicular', PERPENDICULAR_MASK),
    endOfTrack: reader.integer('endOfTrack', 0xff),
  };
  const command = reader.bytes('command', 8);
  const result = reader.bytes('result', 10);
  const resultAt = reader.integer('resultAt', Math.max(0, result.length - 1));
  const specify = reader.bytes('specify', 2, 2);
  const cylinders = reader.bytes('cylinders', UNITS, UNITS);
  const statuses = reader.bytes('seekStatuses', UNITS, UNITS);
  const times = listOf(reader, 'seekTimes', UNITS, LONGEST_SEEK + 1);
  const polled = reader.integer('polled', (1 << UNITS) - 1);
  const resetInterrupt = reader.boolean('resetInterrupt');
  const resetTime = reader.integer('resetTime', RESET_TIME + 1);
  const heads = reader.bytes('heads', drives.length, drives.length);
  const changed = listOf(reader, 'changed', drives.length, 1);
  const geometries = reader.bytes('geometries', 3 * drives.length, 3 * drives.length);
  checkDisks(reader, controller, geometries);
  if (heads.some((cylinder) => cylinder > LAST_CYLINDER)) throw reader.error('has heads beyond the last cylinder');
  if (command.length > 0 && command.length >= commandLength(command[0])) {
    throw reader.error('has a command that is complete, or none');
  }
  if (saved.resultInterrupt && (result.length !== 7 || resultAt > 0)) {
    throw reader.error('has an interrupt for a result that has none');
  }
  const phase = readTransfer(reader, controller, (specify[1] & 1) !== 0);
  const busy = [command.length > 0, result.length > 0, phase.stage !== IDLE].filter(Boolean).length;
  if (busy > ((saved.dor & DOR_RUN) === 0 ? 0 : 1)) throw reader.error('is in more than one phase');

  transfer.abort();
  Object.assign(controller, saved);
  controller.command.fill(0);
  controller.command.set(command);
  controller.commandLength = command.length;
  controller.result.fill(0);
  controller.result.set(result);
  controller.resultLength = result.length;
  controller.resultAt = resultAt;
  controller.specify.set(specify);
  drives.forEach((drive, i) => {
    drive.cylinder = heads[i];
    drive.changed = changed[i] === 1;
    if (drive.disk !== undefined) drive.disk.geometry = geometryAt(geometries, i);
  });
  seeks.cylinders.set(cylinders);
  seeks.statuses.set(statuses);
  seeks.polled = polled;
  seeks.resetInterrupt = resetInterrupt;
  seeks.timers.forEach((timer, unit) => {
    timer.set(times[unit] - 1);
  });
  seeks.resetTimer.set(resetTime - 1);
  phase.apply();
  controller.changed();
}

function listOf(reader: StateReader, field: string, length: number, max: number): readonly number[] {
  const list = reader.integers(field, length, max);
  if (list.length !== length) throw reader.error(`has ${list.length} numbers as ${field}, not ${length}`);
  return list;
}

function checkDisks(reader: StateReader, { drives }: FloppyController, geometries: Uint8Array): void {
  const disks = listOf(reader, 'disks', drives.length, 2 ** 32);
  drives.forEach(({ disk }, i) => {
    const has = disk?.sectors ?? 0;
    if (disks[i] !== has)
      throw reader.error(`has ${nameOf(disks[i])} in drive ${i}, and the device has ${nameOf(has)}`);
    const [cylinders, heads, sectors] = geometries.subarray(3 * i);
    const none = cylinders === 0 && heads === 0 && sectors === 0;
    const right = cylinders >= 40 && cylinders <= 86 && heads >= 1 && heads <= 2 && sectors >= 8 && sectors <= 48;
    if (!none && (disk === undefined || !right)) throw reader.error(`has an impossible disk in drive ${i}`);
  });
}

function nameOf(sectors: number): string {
  return sectors === 0 ? 'no disk' : `a disk of ${sectors} sectors`;
}

function numbersOf(geometry: FloppyGeometry | undefined): readonly number[] {
  return geometry === undefined ? [0, 0, 0] : [geometry.cylinders, geometry.heads, geometry.sectors];
}

function geometryAt(bytes: Uint8Array, drive: number): FloppyGeometry | undefined {
  const [cylinders, heads, sectors] = bytes.subarray(3 * drive);
  return cylinders === 0 ? undefined : { cylinders, heads, sectors };
}
