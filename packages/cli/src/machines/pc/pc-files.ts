import { readImage } from '../../commands/read-image.ts';
import type { DriveOption } from '../../options/drive-argument.ts';
import type { PcFileSettings } from '../../options/pc-settings.ts';
import { printable } from '../../output/printable.ts';
import type { Progress } from '../../output/progress.ts';
import { UsageError } from '../../usage-error.ts';
import { type OpenDrive, openDrive } from './open-drive.ts';
import type { PcFile, PcRole } from './pc-plan.ts';

const KIB = 1024;
/** Of a firmware ROM. */
const PAGE = 4 * KIB;
const MIN_ROM = 64 * KIB;
const MAX_ROM = 16 * KIB * KIB;

/** A file that was read whole. */
export interface LoadedFile {
  readonly role: PcRole;
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** The files of a `pc`, opened and read. Whoever has them closes them. */
export class PcFiles {
  readonly drives: readonly OpenDrive[];
  readonly kernel: LoadedFile | undefined;
  readonly initrds: readonly LoadedFile[];
  readonly bios: LoadedFile | undefined;
  readonly vgaBios: LoadedFile | undefined;

  private constructor(drives: readonly OpenDrive[], loaded: readonly LoadedFile[]) {
    this.drives = drives;
    this.kernel = loaded.find(({ role }) => role === 'kernel');
    this.initrds = loaded.filter(({ role }) => role === 'initrd');
    this.bios = loaded.find(({ role }) => role === 'bios');
    this.vgaBios = loaded.find(({ role }) => role === 'vga-bios');
  }

  /** @throws UsageError (as a rejection) naming the option whose file cannot be had; then none stays open */
  static async open(settings: PcFileSettings, progress: Progress): Promise<PcFiles> {
    const { kernel, initrds, bios, vgaBios } = settings;
    if (kernel === undefined && initrds.length > 0) throw new UsageError('--initrd is for a kernel: give --kernel too');
    if (bios === undefined && vgaBios !== undefined) {
      throw new UsageError('--vga-bios is for a firmware ROM, which --bios gives: the built-in BIOS has its own');
    }
    const drives: OpenDrive[] = [];
    try {
      for (const argument of settings.drives) drives.push(await openDrive(argument));
      const load = (role: PcRole, path: string | undefined): LoadedFile[] =>
        path === undefined ? [] : [{ role, path, bytes: readFile(role, path, progress) }];
      const loaded = [
        ...load('kernel', kernel),
        ...initrds.flatMap((path) => load('initrd', path)),
        ...load('bios', bios),
        ...load('vga-bios', vgaBios),
      ];
      for (const file of loaded) if (file.role === 'bios') checkRom(file);
      return new PcFiles(drives, loaded);
    } catch (error) {
      for (const { blocks } of drives) await blocks.close?.();
      throw error;
    } finally {
      progress.clear();
    }
  }

  /** The files as data. */
  list(): PcFile[] {
    const { kernel, initrds, bios, vgaBios } = this;
    const drives = this.drives.map(({ argument: { option, file, readonly }, size }): PcFile => {
      return { role: option, path: file, size, readonly };
    });
    const loaded = [kernel, ...initrds, bios, vgaBios].filter((file) => file !== undefined);
    return [...drives, ...loaded.map(({ role, path, bytes }) => ({ role, path, size: bytes.length, readonly: true }))];
  }

  /** What is in the drives of one kind. */
  in(option: DriveOption): OpenDrive[] {
    return this.drives.filter(({ argument }) => argument.option === option);
  }

  /**
   * Writes out what is still held back, closes everything, and says what is dropped.
   * @returns whether all that the guest wrote is where it belongs
   */
  async close(): Promise<boolean> {
    let well = true;
    for (const { argument, blocks, overlay } of this.drives) {
      const what = `--${argument.option} ${printable(argument.file)}`;
      const changed = overlay?.changedBytes ?? 0;
      try {
        if (!argument.readonly) await blocks.flush();
        await blocks.close?.();
      } catch (error) {
        well = false;
        const why = printable((error as Error).message);
        console.error(`picovm: ${what}: what the guest wrote is not all in the file: ${why}`);
      }
      if (changed > 0)
        console.error(`picovm: ${what}: the guest changed ${changed / KIB}K, which are dropped (overlay)`);
    }
    return well;
  }
}

function checkRom({ path, bytes: { length } }: LoadedFile): void {
  if (length % PAGE === 0 && length >= MIN_ROM && length <= MAX_ROM) return;
  throw new UsageError(`--bios ${printable(path)} has ${length} bytes: a firmware ROM has 64K to 16M, and whole 4K`);
}

function readFile(role: PcRole, path: string, progress: Progress): Uint8Array {
  try {
    return readImage(path, (done, total) => progress.update(`reading ${printable(path)}`, done, total));
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`--${role} ${printable(error.message)}`);
    throw error;
  }
}
