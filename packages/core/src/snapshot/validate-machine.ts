import { PAGE_SIZE } from '../memory/arena.ts';
import type { ClockDescription } from '../time/clock.ts';
import { type FieldReader, malformed } from './field-reader.ts';
import type { DeviceDescription, MachineDescription, RegionDescription } from './vm-snapshot.ts';

/**
 * Makes sure that a value describes a machine.
 * @throws VmError `ERR_SNAPSHOT_FORMAT`
 */
export function validateMachine(fields: FieldReader): MachineDescription {
  const cpu = fields.record('cpu');
  return {
    accelerator: fields.string('accelerator', 100),
    cpu: { arch: cpu.string('arch', 100), model: cpu.string('model', 100) },
    memory: checkRegions(fields.records('memory')),
    devices: checkDevices(fields.records('devices')),
    ranges: fields.records('ranges').map((range) => ({
      space: range.oneOf('space', ['port', 'mmio']),
      base: range.integer('base'),
      length: range.integer('length'),
      owner: range.string('owner'),
    })),
    clock: checkClock(fields.record('clock')),
  };
}

function checkRegions(list: readonly FieldReader[]): RegionDescription[] {
  const regions = list.map((region) => ({
    base: region.integer('base'),
    size: region.integer('size'),
    name: region.string('name'),
    readonly: region.boolean('readonly'),
  }));
  regions.forEach(({ base, size, name }, i) => {
    const before = regions[i - 1];
    const whole = base % PAGE_SIZE === 0 && size % PAGE_SIZE === 0 && size > 0 && base + size <= 2 ** 52;
    if (!whole || (before !== undefined && before.base + before.size > base)) {
      throw malformed(`the memory region ${name} is none, or overlaps the one before it`);
    }
  });
  return regions;
}

function checkDevices(list: readonly FieldReader[]): DeviceDescription[] {
  const devices = list.map((device) => ({
    id: device.string('id'),
    type: device.string('type'),
    version: device.unknown('version') === null ? null : device.integer('version', Number.MAX_SAFE_INTEGER, 1),
  }));
  if (new Set(devices.map(({ id }) => id)).size !== devices.length) throw malformed('two devices have the same id');
  return devices;
}

function checkClock(fields: FieldReader): ClockDescription {
  const settings = fields.record('settings');
  return {
    kind: fields.string('kind', 100),
    settings: Object.fromEntries(
      settings.names().map((name) => {
        const value = settings.unknown(name);
        if (!Number.isFinite(value) && typeof value !== 'string' && typeof value !== 'boolean') {
          throw malformed(`the clock's setting ${name} is no number, text or boolean`);
        }
        return [name, value as number | string | boolean];
      }),
    ),
  };
}
