import { showValue, VmError } from '@picovm/core';
import { isElf } from '../elf/parse-elf.ts';
import { ImageReader } from '../image/image-reader.ts';
import { memoryMapOf } from '../memory/memory-map.ts';
import type { BootPlan } from '../plan/boot-plan.ts';
import { enter16 } from './entry-16.ts';
import { enter32 } from './entry-32.ts';
import { canUnpack, enterDirect, unpackKernel } from './entry-direct.ts';
import { checkLinuxOptions, type LinuxOptions } from './linux-options.ts';
import { readSetupHeader } from './setup-header.ts';

/**
 * Plans the start of a Linux kernel: a bzImage of boot protocol 2.00 or later, or a `vmlinux`, the ELF file.
 *
 * ```ts
 * const memory = pcMemoryMap(64 * 2 ** 20);
 * const plan = await linuxBoot(kernel, { memory, initrd, commandLine: 'console=ttyS0' });
 * const vm = new Vm({ accelerator: interp(), memory: memory.regions, devices });
 * boot(vm, plan);
 * ```
 * @throws VmError (as a rejection) `ERR_INVALID_ARGUMENT` for a file that is malformed, does not fit into the memory, or has not the
 *   entry that was asked for
 */
export async function linuxBoot(kernel: Uint8Array, options: LinuxOptions): Promise<BootPlan> {
  checkLinuxOptions(options);
  const { entry = 'auto', name = 'the kernel' } = options;
  if (!['auto', 'direct', '32-bit', '16-bit'].includes(entry)) {
    const known = "'auto', 'direct', '32-bit' or '16-bit'";
    throw new VmError('ERR_INVALID_ARGUMENT', `the entry of linuxBoot() is ${known}, not ${showValue(entry)}`);
  }
  const file = new ImageReader(kernel, name);
  const map = memoryMapOf(options.memory);
  if (isElf(kernel)) {
    if (entry === 'auto' || entry === 'direct') return enterDirect(file, file, undefined, map, options);
    return file.refuse(0, `it is an ELF file, which has no ${entry} entry`, "use entry: 'direct', or give the bzImage");
  }
  const header = readSetupHeader(file);
  const direct = entry === 'direct' || (entry === 'auto' && canUnpack(file, header));
  if (direct) return enterDirect(file, await unpackKernel(file, header, options), header, map, options);
  const is32 = entry === '32-bit' || (entry === 'auto' && header.version >= 0x20a && header.loadedHigh);
  return is32 ? enter32(file, header, map, options) : enter16(file, header, map, options);
}
