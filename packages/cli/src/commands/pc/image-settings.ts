import { imageOption } from '../../machines/pc/image-option.ts';
import { checkDriveCount, type PcSettings } from '../../options/pc-settings.ts';
import { UsageError } from '../../usage-error.ts';

/**
 * The settings with an image operand in its place: as the floppy, disk, CD, kernel or firmware that it looks like, before
 * those of the options.
 * @throws UsageError if it looks like nothing, or its place is taken
 */
export function withImage(settings: PcSettings, image: string | undefined): PcSettings {
  if (image === undefined) return settings;
  const role = imageOption(image);
  switch (role) {
    case 'kernel':
    case 'bios':
      if (settings[role] === undefined) return { ...settings, [role]: image };
      throw new UsageError(`${image} looks like what --${role} gives already: leave one of them out`);
    case 'floppy':
    case 'disk':
    case 'cdrom': {
      const drive = { option: role, file: image, readonly: role === 'cdrom', overlay: false };
      const drives = [drive, ...settings.drives];
      checkDriveCount(drives);
      return { ...settings, drives };
    }
    default:
      return settings;
  }
}
