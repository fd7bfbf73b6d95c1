import { compressionFormat } from '../compression/compression-format.ts';
import { canDecompress, decompress } from '../compression/decompress.ts';
import { elfExtent, entryOf, loadElf } from '../elf/load-elf.ts';
import { isElf, parseElf } from '../elf/parse-elf.ts';
import { ImageReader } from '../image/image-reader.ts';
import type { MemoryMap } from '../memory/memory-map.ts';
import type { BootPlan } from '../plan/boot-plan.ts';
import { longMode } from '../plan/long-mode.ts';
import { Placement } from '../plan/placement.ts';
import type { LinuxOptions } from './linux-options.ts';
import { BOOT_CS, bootSegments, placeLowParts } from './low-parts.ts';
import { isLinux, type SetupHeader } from './setup-header.ts';

/** Whether the host can unpack the kernel in a bzImage. */
export function canUnpack(file: ImageReader, { payload }: SetupHeader): boolean {
  if (payload === undefined) return false;
  const bytes = file.slice(payload.offset, payload.length, 'the compressed kernel');
  const format = compressionFormat(bytes);
  return format === undefined ? isElf(bytes) : canDecompress(format);
}

/** The kernel itself: an ELF file. @throws VmError `ERR_INVALID_ARGUMENT` */
export async function unpackKernel(
  file: ImageReader,
  header: SetupHeader,
  options: LinuxOptions,
): Promise<ImageReader> {
  const { payload } = header;
  if (payload === undefined) {
    const advice = "use entry: '32-bit' or '16-bit'";
    return file.refuse(
      0x248,
      'it does not say where its compressed kernel is (boot protocol 2.08 or later does)',
      advice,
    );
  }
  const bytes = file.slice(payload.offset, payload.length, 'the compressed kernel');
  const name = `the kernel in ${file.name}`;
  const { maximum, onProgress } = options;
  const limits = { ...(maximum === undefined ? {} : { maximum }), ...(onProgress ? { onProgress } : {}) };
  const kernel = isElf(bytes) ? bytes : await decompress(bytes, { name, ...limits });
  if (!isElf(kernel)) {
    file.refuse(
      payload.offset,
      'what it unpacks to is no ELF file',
      "use entry: '32-bit', with which it unpacks itself",
    );
  }
  return new ImageReader(kernel, name);
}

/**
 * Enters a kernel behind its decompressor, at the addresses that it was linked for, where nothing needs to be relocated. One of 32
 * bits finds what the 32-bit entry of a bzImage would leave it: ESI the boot parameters; one of 64 bits what the 64-bit entry would:
 * long mode with memory mapped one to one, RSI the boot parameters.
 * @param file the bzImage that it comes from, or itself
 */
export function enterDirect(
  file: ImageReader,
  kernel: ImageReader,
  header: SetupHeader | undefined,
  map: MemoryMap,
  options: LinuxOptions,
): BootPlan {
  const elf = parseElf(kernel);
  const entry = entryOf(kernel, elf);
  const placement = new Placement(map, kernel.name);
  loadElf(kernel, elf, placement);
  const { end } = elfExtent(elf);
  // Behind its last segment it makes its first page tables.
  const initEnd = (header?.preferred ?? 0) + (header?.initSize ?? 0);
  if (initEnd > end) placement.reserve(end, initEnd - end);
  const setup = header && isLinux(file.bytes) ? { image: file.bytes, header } : undefined;
  const { params, stack } = placeLowParts(placement, map, options, setup, entry);
  const registers = { rsi: BigInt(params) };
  const { segments } = placement;
  if (elf.bits === 64) {
    return { protocol: 'linux-direct', segments, cpu: longMode(placement, entry, stack, BOOT_CS, registers) };
  }
  const cpu = { mode: 'protected', entry, stack, ...bootSegments(placement), registers } as const;
  return { protocol: 'linux-direct', segments, cpu };
}
