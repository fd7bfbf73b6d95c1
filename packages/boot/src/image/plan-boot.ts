import { checkNames, VmError } from '@picovm/core';
import { compressionFormat } from '../compression/compression-format.ts';
import { decompress } from '../compression/decompress.ts';
import type { Progress } from '../compression/output.ts';
import { elfBoot } from '../elf/elf-boot.ts';
import { firmwareBoot } from '../firmware/firmware-boot.ts';
import { linuxBoot } from '../linux/linux-boot.ts';
import type { LinuxOptions } from '../linux/linux-options.ts';
import type { MemoryLike } from '../memory/memory-map.ts';
import type { BootModule } from '../multiboot/modules.ts';
import { multibootBoot } from '../multiboot/multiboot-boot.ts';
import { multiboot2Boot } from '../multiboot/multiboot2-boot.ts';
import type { BootPlan } from '../plan/boot-plan.ts';
import { pvhBoot } from '../pvh/pvh-boot.ts';
import { bootSector } from '../raw/boot-sector.ts';
import { checkImage } from './check-image.ts';
import { detectImage, type ImageKind } from './detect-image.ts';

/** How an image of any kind is started. */
export interface PlanBootOptions {
  /** The memory of the VM. */
  readonly memory: MemoryLike;
  /** For kernels. Default: empty. */
  readonly commandLine?: string;
  /** For kernels: the initrd of Linux, the modules of others. Default: none. */
  readonly modules?: readonly BootModule[];
  /** For Linux: see `LinuxOptions`. Default `auto`. */
  readonly entry?: LinuxOptions['entry'];
  /** Bytes that a compressed kernel may unpack to. Default 512 MiB. */
  readonly maximum?: number;
  /** Called now and then with the number of bytes that were unpacked so far. */
  readonly onProgress?: Progress;
  /** What the file is called in messages. Default `the image`. */
  readonly name?: string;
}

const NAMES = ['memory', 'commandLine', 'modules', 'entry', 'maximum', 'onProgress', 'name'];
const KERNELS: readonly ImageKind[] = ['multiboot2', 'multiboot', 'pvh', 'linux'];

/**
 * Plans the start of an image by what `detectImage` takes it for: a kernel (of Linux, multiboot, PVH), an ELF file, a firmware ROM or
 * a boot sector. What is compressed is unpacked first.
 * @throws VmError (as a rejection) `ERR_INVALID_ARGUMENT` if it is nothing of these, or what its loader says
 */
export async function planBoot(image: Uint8Array, options: PlanBootOptions): Promise<BootPlan> {
  checkNames('planBoot()', options, NAMES);
  const { memory, commandLine, modules = [], entry, maximum, onProgress, name = 'the image' } = options;
  checkImage(image, name);
  const limits = { ...(maximum === undefined ? {} : { maximum }), ...(onProgress ? { onProgress } : {}) };
  const [kind] = detectImage(image);
  if (kind !== undefined && kind === compressionFormat(image)) {
    const unpacked = await decompress(image, { ...limits, name });
    if (compressionFormat(unpacked) === undefined) return planBoot(unpacked, options);
    throw new VmError('ERR_INVALID_ARGUMENT', `${name} is compressed more than once: unpack it yourself`);
  }
  const isKernel = kind !== undefined && KERNELS.includes(kind);
  if (!isKernel && (commandLine !== undefined || modules.length > 0)) {
    const advice = 'only kernels of Linux, multiboot and PVH do';
    throw new VmError(
      'ERR_INVALID_ARGUMENT',
      `${name} (${kind ?? 'unknown'}) takes no command line and no modules: ${advice}`,
    );
  }
  const base = { memory, name };
  const kernel = { ...base, ...(commandLine === undefined ? {} : { commandLine }) };
  switch (kind) {
    case 'linux': {
      if (modules.length > 1) throw new VmError('ERR_INVALID_ARGUMENT', `${name}: Linux takes one module, its initrd`);
      const initrd = modules.length === 1 ? { initrd: modules[0].bytes } : {};
      return linuxBoot(image, { ...kernel, ...initrd, ...limits, ...(entry === undefined ? {} : { entry }) });
    }
    case 'multiboot2':
      return multiboot2Boot(image, { ...kernel, modules });
    case 'multiboot':
      return multibootBoot(image, { ...kernel, modules });
    case 'pvh':
      return pvhBoot(image, { ...kernel, modules });
    case 'elf32':
    case 'elf64':
      return elfBoot(image, base);
    case 'firmware':
      return firmwareBoot(image, base);
    case 'boot-sector':
      return bootSector(image, base);
    default: {
      const what = kind === undefined ? 'nothing that is known' : `of the kind ${kind}`;
      const advice = 'flatBoot() starts a binary without headers; a disk belongs into a drive of a machine with a BIOS';
      throw new VmError('ERR_INVALID_ARGUMENT', `${name} is ${what}: ${advice}`, { kind });
    }
  }
}
