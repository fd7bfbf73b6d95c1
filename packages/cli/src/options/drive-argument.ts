import { UsageError } from '../usage-error.ts';
import { splitAtCommas } from './split-at-commas.ts';

/** What is put into a drive. */
export type DriveOption = 'disk' | 'floppy' | 'cdrom';

/** What one `--disk`, `--floppy` or `--cdrom` says. */
export interface DriveArgument {
  readonly option: DriveOption;
  /** A path or, for disks and CDs, a URL. */
  readonly file: string;
  /** Whether the guest may not write to it. */
  readonly readonly: boolean;
  /** Whether what the guest writes is kept from the file. */
  readonly overlay: boolean;
  /** Opened also while others write to it, because nothing of it is looked at. */
  readonly unlocked?: boolean;
}

/** The ways in which a disk can be attached. */
const BUSES = ['ide'];

/** Reads the value of an option for a drive. @throws UsageError naming the part that cannot be read */
export function parseDrive(option: DriveOption, text: string): DriveArgument {
  const what = `--${option} ${text}`;
  const [file, ...rest] = splitAtCommas(text);
  if (file === '') throw new UsageError(`--${option} '${text}' has no file: write it like ${option}.img,ro`);
  let [readonly, overlay] = [option === 'cdrom', false];
  for (const item of rest) {
    if (item === 'ro') readonly = true;
    else if (item === 'overlay' && option !== 'cdrom') overlay = true;
    else if (item.startsWith('if=') && option === 'disk') checkBus(what, item.slice('if='.length));
    else throw new UsageError(`${what}: unknown '${item}': ${known(option)} (,, is a comma in a name)`);
  }
  if (option !== 'cdrom' && readonly && overlay) {
    throw new UsageError(`${what}: ro lets the guest write nothing, and overlay lets it write: give one of them`);
  }
  return { option, file, readonly, overlay };
}

function checkBus(what: string, bus: string): void {
  if (!BUSES.includes(bus)) throw new UsageError(`${what}: unknown if=${bus}: disks are attached by if=ide`);
}

function known(option: DriveOption): string {
  if (option === 'cdrom') return 'a CD takes no more than its file';
  return `it is one of ${option === 'disk' ? 'ro, overlay, if=ide' : 'ro, overlay'}`;
}
