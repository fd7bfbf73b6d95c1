import { type BootPlan, type ImageKind, planBoot } from '@picovm/boot';
import { type Accelerator, type Device, isVmError } from '@picovm/core';
import type { X86Vcpu } from '@picovm/core/x86';
import { type Pc, pc, pcMemory } from '@picovm/machine-pc';
import type { DevicePlan } from '../../devices/device-plan.ts';
import type { DriveOption } from '../../options/drive-argument.ts';
import type { Step } from '../../options/parse-steps.ts';
import type { PcMachineSettings } from '../../options/pc-settings.ts';
import { printable } from '../../output/printable.ts';
import type { Progress } from '../../output/progress.ts';
import { Transcript } from '../../session/transcript.ts';
import { UsageError } from '../../usage-error.ts';
import type { MachineOutput } from '../machine.ts';
import type { MachineKind } from '../machine-kind.ts';
import { withDevices } from '../with-devices.ts';
import { attendPc } from './attend-pc.ts';
import type { PcFiles } from './pc-files.ts';
import type { PcFile, PcPlan } from './pc-plan.ts';

/** Memory of the built-in BIOS. */
const OWN_BIOS_BYTES = 0x10000;

/** What a `pc` is built from: what the options say, and the files that they name. */
export interface PcParts {
  readonly settings: PcMachineSettings;
  readonly files: PcFiles;
  readonly devices: readonly DevicePlan[];
  readonly steps: readonly Step[];
  readonly progress: Progress;
}

/** How a `pc` machine is built. */
export function pcKind({ settings, files, devices, steps, progress }: PcParts): MachineKind<Pc> {
  const { memory, append, kernelEntry, bootOrder, reboot } = settings;
  const plan: PcPlan = {
    ...{ machine: 'pc', memory, append, kernelEntry, bootOrder, reboot, devices },
    files: files.list(),
  };
  const transcript = new Transcript();
  const build = async (accelerator: Accelerator<X86Vcpu>, output: MachineOutput = {}): Promise<Pc> => {
    const boot = await planKernel(settings, files, progress);
    const tee =
      (to: ((bytes: Uint8Array) => void) | undefined) =>
      (bytes: Uint8Array): void => {
        if (steps.length > 0) transcript.write(bytes);
        to?.(bytes);
      };
    const make = (made: readonly Device[]): Pc =>
      pc({
        accelerator,
        memory,
        bootOrder,
        reboot,
        devices: made,
        floppies: files.in('floppy').length === 0 ? [undefined] : files.in('floppy').map(({ blocks }) => blocks),
        disks: files.in('disk').map(({ blocks }) => blocks),
        cdroms: files.in('cdrom').map(({ blocks }) => blocks),
        ...(files.bios && { firmware: files.bios.bytes }),
        ...(files.vgaBios && { videoBios: files.vgaBios.bytes }),
        ...(boot && { boot }),
        onSerial: tee(output.onSerial),
        onDebug: tee(output.onDebug),
      });
    try {
      return await withDevices(devices, make);
    } catch (error) {
      if (!isVmError(error) || error.code !== 'ERR_UNSUPPORTED' || files.kernel === undefined) throw error;
      throw new UsageError(`--kernel ${printable(files.kernel.path)}: ${error.message}`);
    }
  };
  const attend: MachineKind<Pc>['attend'] = (machine, surroundings) =>
    attendPc(machine, surroundings, { steps, transcript });
  return { plan, build, attend, resumeOptions: plan.files.map(resumeOption) };
}

async function planKernel(
  { memory, append, kernelEntry }: PcMachineSettings,
  { kernel, initrds, bios }: PcFiles,
  progress: Progress,
): Promise<BootPlan | undefined> {
  if (kernel === undefined) {
    if (append === undefined && kernelEntry === 'auto') return undefined;
    throw new UsageError(`--${append === undefined ? 'kernel-entry' : 'append'} is for a kernel: give --kernel too`);
  }
  const name = printable(kernel.path);
  try {
    return await planBoot(kernel.bytes, {
      memory: pcMemory(memory, bios?.bytes.length ?? OWN_BIOS_BYTES),
      ...(append !== undefined && { commandLine: append }),
      modules: initrds.map(({ path, bytes }) => ({ bytes, text: path })),
      entry: kernelEntry,
      onProgress: (bytes) => progress.update(`unpacking ${name}`, bytes),
      name,
    });
  } catch (error) {
    throw noKernel(error, name) ?? error;
  } finally {
    progress.clear();
  }
}

/** What files are that are no kernels, and where they belong. */
const NO_KERNELS: Partial<Record<ImageKind, readonly [what: string, option: DriveOption]>> = {
  floppy: ['a floppy', 'floppy'],
  disk: ['a disk', 'disk'],
  iso9660: ['a CD', 'cdrom'],
};

// What is compressed is a kernel until it is unpacked.
function noKernel(error: unknown, name: string): UsageError | undefined {
  if (!isVmError(error)) return undefined;
  const { kind } = error.details as { kind?: ImageKind };
  const other = kind && NO_KERNELS[kind];
  if (other === undefined) return undefined;
  const [what, option] = other;
  return new UsageError(
    `${name} is no kernel, but the image of ${what}: give it as --${option}, and if it is compressed, unpack it first`,
  );
}

// For a shell: the names may come from anybody.
function resumeOption({ role, path, readonly }: PcFile): string {
  const isDrive = role === 'floppy' || role === 'disk';
  const text = isDrive || role === 'cdrom' ? path.replaceAll(',', ',,') + (isDrive && readonly ? ',ro' : '') : path;
  return `--${role} ${/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`}`;
}
