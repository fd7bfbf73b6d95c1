import { checkNames } from '@picovm/core';
import { ImageReader } from '../image/image-reader.ts';
import { type E820Entry, type MemoryLike, type MemoryMap, memoryMapOf } from '../memory/memory-map.ts';
import type { BootPlan } from '../plan/boot-plan.ts';
import { zeroTerminated } from '../plan/command-line.ts';
import { placeGdt, placeStack } from '../plan/flat-gdt.ts';
import { Placement } from '../plan/placement.ts';
import { pair, words } from '../plan/words.ts';
import { placeElfSections } from './elf-sections.ts';
import { readMultibootHeader } from './header1.ts';
import { loadKernel, placeOfKernel } from './load-kernel.ts';
import { type BootModule, placeModules } from './modules.ts';

/** How a multiboot kernel is started, of either version. */
export interface MultibootOptions {
  /** The memory of the VM. */
  readonly memory: MemoryLike;
  /** Default: empty. */
  readonly commandLine?: string;
  /** Files beside it, in this order. */
  readonly modules?: readonly BootModule[];
  /** What the kernel is told that the boot loader is called. Default `Picovm`. */
  readonly bootLoaderName?: string;
  /** Whether the machine has a VGA text screen of 80 by 25 at B8000. Default true. */
  readonly textScreen?: boolean;
  /** What the file is called in messages. Default `the kernel`. */
  readonly name?: string;
}

export const MULTIBOOT_OPTIONS = ['memory', 'commandLine', 'modules', 'bootLoaderName', 'textScreen', 'name'] as const;
const LOADER_MAGIC = 0x2badb002n;
const MIB = 2 ** 20;
/** Bits of the information's flags: memory, command line, modules, ELF sections, memory map, loader's name, framebuffer. */
const HAS = { memory: 1, commandLine: 4, modules: 8, sections: 32, map: 64, loader: 512, framebuffer: 4096 } as const;
const INFO_SIZE = 116;

/** Kilobytes below 640 KiB, and above 1 MiB up to the first hole. */
export function basicMemory({ e820 }: MemoryMap): { lower: number; upper: number } {
  const kilobytesFrom = (start: number): number => {
    let end = start;
    for (const { base, length, type } of e820)
      if (type === 1 && base <= end && base + length > end) end = base + length;
    return Math.floor((end - start) / 1024);
  };
  return { lower: Math.min(kilobytesFrom(0), 640), upper: kilobytesFrom(MIB) };
}

/**
 * Plans the start of a kernel by the Multiboot Specification 0.6.96: protected mode, flat segments, paging and interrupts off, EAX
 * 2BADB002, EBX the multiboot information: memory, memory map, command line, modules (page-aligned), ELF sections, loader's name, and
 * the text screen. Graphics modes are not set, whatever the header asks for: the information says that it is a text screen.
 * @throws VmError `ERR_INVALID_ARGUMENT`
 */
export function multibootBoot(kernel: Uint8Array, options: MultibootOptions): BootPlan {
  checkNames('multibootBoot()', options, MULTIBOOT_OPTIONS);
  const { commandLine = '', modules = [], bootLoaderName = 'Picovm', textScreen = true, name = 'the kernel' } = options;
  const file = new ImageReader(kernel, name);
  const { addresses } = readMultibootHeader(file);
  const map = memoryMapOf(options.memory);
  const placement = new Placement(map, name);
  const loaded = loadKernel(file, placement, addresses, placeOfKernel(file, addresses), addresses?.entry);
  const texts = [
    zeroTerminated('the command line', commandLine),
    zeroTerminated('the name of the boot loader', bootLoaderName),
  ];
  const placedModules = placeModules(placement, modules, MIB);
  const sections = loaded.elf && placeElfSections(file, loaded.elf, placement);

  const low = { below: MIB };
  const [textAt, nameAt] = texts.map((text, n) => placement.add(n === 0 ? 'command line' : 'loader name', text, low));
  const list = placedModules.flatMap(({ start, end, text }) => [start, end, placement.add('module text', text), 0]);
  const listAt = list.length > 0 ? placement.add('module list', words(...list)) : 0;
  const entries = map.e820.flatMap(mapEntry);
  const mapAt = placement.add('memory map', words(...entries), low);
  const headersAt = sections ? placement.add('ELF section headers', sections.headers) : 0;
  const { lower, upper } = basicMemory(map);

  const info = new Uint8Array(INFO_SIZE);
  const view = new DataView(info.buffer);
  const put = (at: number, ...values: number[]): void => info.set(words(...values), at);
  let flags: number = HAS.memory | HAS.commandLine | HAS.modules | HAS.map | HAS.loader;
  put(4, lower, upper);
  put(16, textAt, placedModules.length, listAt);
  if (sections !== undefined) {
    flags |= HAS.sections;
    put(28, sections.count, sections.entrySize, headersAt, sections.names);
  }
  put(44, entries.length * 4, mapAt);
  put(64, nameAt);
  if (textScreen) {
    flags |= HAS.framebuffer;
    put(88, 0xb8000, 0, 160, 80, 25);
    view.setUint8(108, 16);
    // Type 2: EGA text.
    view.setUint8(109, 2);
  }
  put(0, flags);
  const rbx = BigInt(placement.add('multiboot information', info, low));
  const cpu = {
    mode: 'protected',
    entry: loaded.entry,
    stack: placeStack(placement),
    ...placeGdt(placement, 8),
  } as const;
  const registers = { rax: LOADER_MAGIC, rbx };
  return { protocol: 'multiboot', segments: placement.segments, cpu: { ...cpu, registers } };
}

function mapEntry({ base, length, type }: E820Entry): number[] {
  return [20, ...pair(base), ...pair(length), type];
}
