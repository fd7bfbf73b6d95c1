import type { FarPointer } from '@picovm/core/x86';
import { type DeviceArgument, parseDeviceArgument } from '../devices/device-argument.ts';
import type { RUN_OPTIONS } from './option-table.ts';
import { given, type OptionValues } from './parse-args.ts';
import { parseEntry } from './parse-entry.ts';
import { parseAddress, parseSize } from './parse-number.ts';

const DEFAULT_MEMORY = '1M';

/** What the options say of a `pico` machine, and of what it begins with. A snapshot says all of it. */
export interface MachineSettings {
  readonly machine: 'pico';
  /** Bytes. */
  readonly memory: number;
  readonly devices: readonly DeviceArgument[];
  readonly load: number | undefined;
  readonly entry: FarPointer | undefined;
}

/** @throws UsageError for each value that cannot be read */
export function machineSettings(options: OptionValues<typeof RUN_OPTIONS>): MachineSettings {
  return {
    machine: 'pico',
    memory: parseSize(options.memory ?? DEFAULT_MEMORY, '--memory'),
    devices: (options.device ?? []).map(parseDeviceArgument),
    load: given(options.load, (text) => parseAddress(text, '--load')),
    entry: given(options.entry, (text) => parseEntry(text, '--entry')),
  };
}
