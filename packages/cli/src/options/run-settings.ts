import { UsageError } from '../usage-error.ts';
import type { RUN_OPTIONS } from './option-table.ts';
import { given, type OptionValues, oneOf } from './parse-args.ts';
import { parseAddress, parseDuration, parseNumber, parseSize } from './parse-number.ts';

/** Of one dump: as text it is five times that. */
const MAX_DUMP = 16 << 20;

/** A range of guest memory to print. */
export interface DumpRange {
  readonly address: number;
  readonly length: number;
}

/** Where the bytes of COM1 and of the debug console go. */
export type SerialSetting = { to: 'stdout'; input: boolean } | { to: 'none' } | { to: 'file'; path: string };

/** Where a picture goes, and which option says so. */
export interface PictureSetting {
  readonly option: '--png' | '--screenshot';
  readonly path: string;
}

/** What the options of `picovm run` and `picovm resume` say of how to run, and what to show. */
export interface RunSettings {
  readonly accel: 'auto' | 'kvm' | 'interp';
  /** The processor, if the interpreter runs the guest, and who asked for it, to begin messages with. */
  readonly cpu: { readonly model: string; readonly origin: string } | undefined;
  readonly screen: 'final' | 'live' | 'none';
  readonly serial: SerialSetting;
  /** Milliseconds. */
  readonly timeout: number | undefined;
  readonly maxExits: number | undefined;
  readonly trace: 'exits' | 'io' | 'mmio' | undefined;
  readonly registers: boolean;
  readonly dumps: readonly DumpRange[];
  /** Where a picture of the screen goes. */
  readonly picture: PictureSetting | undefined;
  /** Where a snapshot of the machine goes, however the run ends. */
  readonly snapshotOnStop: string | undefined;
  readonly json: boolean;
}

/** The options that say so, as they were given. */
type RunOptions = Omit<OptionValues<typeof RUN_OPTIONS>, 'device'>;

/** @throws UsageError for each value that cannot be read */
export function runSettings(options: RunOptions): RunSettings {
  const maxExits = given(options['max-exits'], (text) => parseNumber(text, '--max-exits'));
  if (maxExits === 0) throw new UsageError('--max-exits: a run of 0 exits does nothing: give at least 1');
  const accel = oneOf(options.accel ?? 'auto', '--accel', ['auto', 'kvm', 'interp']);
  if (options.cpu !== undefined && accel === 'kvm') {
    throw new UsageError("--cpu: guests of kvm have the host's own processor: leave it out, or give --accel interp");
  }
  return {
    accel: options.cpu === undefined ? accel : 'interp',
    cpu: given(options.cpu, (model) => ({ model, origin: '--cpu' })),
    screen: oneOf(options.screen ?? 'final', '--screen', ['final', 'live', 'none']),
    serial: parseSerial(options.serial),
    timeout: given(options.timeout, (text) => parseDuration(text, '--timeout')),
    maxExits,
    trace: given(options.trace, (text) => oneOf(text, '--trace', ['exits', 'io', 'mmio'])),
    registers: options.registers ?? false,
    dumps: (options.dump ?? []).map(parseDump),
    picture: parsePicture(options),
    snapshotOnStop: options['snapshot-on-stop'],
    json: options.json ?? false,
  };
}

function parseSerial(text: string | undefined): SerialSetting {
  // Only who asks for stdio gets stdin read: a script's own input must not vanish into a guest.
  if (text === undefined) return { to: 'stdout', input: false };
  if (text === 'stdio') return { to: 'stdout', input: true };
  if (text === 'none') return { to: 'none' };
  if (text.startsWith('file:') && text.length > 'file:'.length) return { to: 'file', path: text.slice('file:'.length) };
  throw new UsageError(`--serial: unknown '${text}': it is one of stdio, none, file:PATH`);
}

function parsePicture({ png, screenshot }: Pick<RunOptions, 'png' | 'screenshot'>): PictureSetting | undefined {
  if (png === undefined) return given(screenshot, (path) => ({ option: '--screenshot', path }));
  if (screenshot === undefined) return { option: '--png', path: png };
  throw new UsageError('--png and --screenshot are two names of one option: give one of them');
}

function parseDump(text: string): DumpRange {
  const [address, length, ...rest] = text.split(':');
  if (length === undefined || rest.length > 0) {
    throw new UsageError(`--dump: '${text}' is no range: write it like 0x7c00:512 or 0:0x200`);
  }
  const range = { address: parseAddress(address, '--dump'), length: parseSize(length, '--dump') };
  if (range.length > MAX_DUMP)
    throw new UsageError(`--dump: '${text}' is more than ${MAX_DUMP >> 20}M: dump less of it`);
  if (range.length === 0) throw new UsageError(`--dump: '${text}' has no bytes: give a length of at least 1`);
  return range;
}
