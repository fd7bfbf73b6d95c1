import { checkNames } from '@picovm/core';
import type { Progress } from '../compression/output.ts';
import { checkImage } from '../image/check-image.ts';
import type { MemoryLike } from '../memory/memory-map.ts';

/** How a Linux kernel is started. */
export interface LinuxOptions {
  /** The memory of the VM. */
  readonly memory: MemoryLike;
  /** The initial file system: a cpio archive, compressed or not. Default: none. */
  readonly initrd?: Uint8Array;
  /** Default: empty. */
  readonly commandLine?: string;
  /**
   * Where the kernel is entered:
   * - `direct`: in the kernel itself, which the host unpacks. A guest on an interpreter is so spared billions of instructions.
   * - `32-bit`: in the protected-mode part of a bzImage, which unpacks the kernel.
   * - `16-bit`: in the real-mode part, which asks the BIOS for the memory map and more: the machine must have one.
   * - `auto` (default): `direct` if there is a kernel to unpack that the host can unpack, else `32-bit` for boot protocol 2.10 and
   *   later, else `16-bit`.
   */
  readonly entry?: 'auto' | 'direct' | '32-bit' | '16-bit';
  /** Bytes that the kernel may unpack to. Default 512 MiB. */
  readonly maximum?: number;
  /** Called now and then with the number of bytes that were unpacked so far. */
  readonly onProgress?: Progress;
  /** What the file is called in messages. Default `the kernel`. */
  readonly name?: string;
}

const NAMES = ['memory', 'initrd', 'commandLine', 'entry', 'maximum', 'onProgress', 'name'];

/** @throws VmError `ERR_INVALID_ARGUMENT` */
export function checkLinuxOptions(options: LinuxOptions): void {
  checkNames('linuxBoot()', options, NAMES);
  if (options.initrd !== undefined) checkImage(options.initrd, 'the initrd');
}
