import { type DeviceArgument, parseDeviceArgument } from '../devices/device-argument.ts';
import { UsageError } from '../usage-error.ts';
import { type DriveArgument, type DriveOption, parseDrive } from './drive-argument.ts';
import type { RUN_OPTIONS } from './option-table.ts';
import { type OptionValues, oneOf } from './parse-args.ts';
import { parseNumber, parseSize } from './parse-number.ts';

const DEFAULT_MEMORY = '64M';
const MIB = 1 << 20;
const MAX_MEMORY = 3 * 2 ** 30;
const PAGE = 4096;
const DRIVES: readonly DriveOption[] = ['floppy', 'disk', 'cdrom'];
const MAX_FLOPPIES = 2;
const MAX_IDE = 4;

/** Where a Linux kernel can be entered. */
export type KernelEntry = 'auto' | 'direct' | '32-bit' | '16-bit';

/** What the options say of a `pc` that no file says. */
export interface PcMachineSettings {
  /** Bytes. */
  readonly memory: number;
  /** The command line of a kernel. */
  readonly append: string | undefined;
  readonly kernelEntry: KernelEntry;
  readonly bootOrder: readonly DriveOption[];
  /** Whether a guest that resets the machine starts anew. */
  readonly reboot: boolean;
}

/** The files that a `pc` begins with. */
export interface PcFileSettings {
  readonly drives: readonly DriveArgument[];
  readonly kernel: string | undefined;
  readonly initrds: readonly string[];
  readonly bios: string | undefined;
  readonly vgaBios: string | undefined;
}

/** What the options say of a `pc`. */
export interface PcSettings extends PcMachineSettings, PcFileSettings {
  readonly devices: readonly DeviceArgument[];
}

type Options = Partial<OptionValues<typeof RUN_OPTIONS>>;

/** @throws UsageError for each value that cannot be read */
export function pcSettings(options: Options): PcSettings {
  return {
    ...pcMachineSettings(options),
    ...pcFileSettings(options),
    devices: (options.device ?? []).map(parseDeviceArgument),
  };
}

function pcMachineSettings(options: Options): PcMachineSettings {
  const vcpus = parseNumber(options.vcpus ?? '1', '--vcpus');
  if (vcpus !== 1) throw new UsageError(`--vcpus: this machine has one virtual CPU, not ${vcpus}`);
  return {
    memory: parseMemory(options.memory ?? DEFAULT_MEMORY),
    append: options.append,
    kernelEntry: oneOf(options['kernel-entry'] ?? 'auto', '--kernel-entry', ['auto', 'direct', '32-bit', '16-bit']),
    bootOrder: parseBootOrder(options.boot),
    reboot: options['no-reboot'] !== true,
  };
}

/** @throws UsageError for each value that cannot be read */
export function pcFileSettings(options: Options): PcFileSettings {
  const drives = DRIVES.flatMap((option) => (options[option] ?? []).map((text) => parseDrive(option, text)));
  checkDriveCount(drives);
  return {
    drives,
    kernel: options.kernel,
    initrds: options.initrd ?? [],
    bios: options.bios,
    vgaBios: options['vga-bios'],
  };
}

/** @throws UsageError if there are more drives than a PC has places for */
export function checkDriveCount(drives: readonly DriveArgument[]): void {
  const floppies = drives.filter(({ option }) => option === 'floppy').length;
  if (floppies > MAX_FLOPPIES) throw new UsageError(`--floppy: a PC has two floppy drives, not ${floppies}`);
  const ide = drives.length - floppies;
  if (ide > MAX_IDE) throw new UsageError(`--disk and --cdrom: two IDE channels have four places, not ${ide}`);
}

function parseMemory(text: string): number {
  const size = parseSize(text, '--memory');
  if (size >= MIB && size <= MAX_MEMORY && size % PAGE === 0) return size;
  throw new UsageError(`--memory: that of a pc must be 1M to 3G and a multiple of 4K, not ${size} bytes`);
}

function parseBootOrder(text: string | undefined): readonly DriveOption[] {
  if (text === undefined) return DRIVES;
  const order = text.split(',').map((drive) => oneOf(drive, '--boot', DRIVES));
  const twice = order.find((drive, i) => order.indexOf(drive) !== i);
  if (twice !== undefined) throw new UsageError(`--boot: '${text}' has ${twice} twice`);
  return order;
}
