import type { DevicePlan } from '../../devices/device-plan.ts';
import type { DriveOption } from '../../options/drive-argument.ts';
import type { PcMachineSettings } from '../../options/pc-settings.ts';

/** What a file is to a `pc`: the option that names it. */
export type PcRole = DriveOption | 'kernel' | 'initrd' | 'bios' | 'vga-bios';

/** A file that a `pc` begins with. */
export interface PcFile {
  readonly role: PcRole;
  /** As it was given: a path or a URL. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Of a drive: whether the guest may not write to it. */
  readonly readonly: boolean;
}

/** What the command builds a `pc` machine from. */
export interface PcPlan extends PcMachineSettings {
  readonly machine: 'pc';
  /** Further devices, in their order. */
  readonly devices: readonly DevicePlan[];
  /** The files that it begins with; those of one role in their order. */
  readonly files: readonly PcFile[];
}
