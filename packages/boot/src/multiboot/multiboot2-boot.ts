import { checkNames, hex } from '@picovm/core';
import { ImageReader } from '../image/image-reader.ts';
import { type MemoryMap, memoryMapOf } from '../memory/memory-map.ts';
import type { BootPlan } from '../plan/boot-plan.ts';
import { zeroTerminated } from '../plan/command-line.ts';
import { placeGdt, placeStack } from '../plan/flat-gdt.ts';
import { Placement } from '../plan/placement.ts';
import { pair, words } from '../plan/words.ts';
import { type ElfSections, placeElfSections } from './elf-sections.ts';
import { type Multiboot2Header, readMultiboot2Header } from './header2.ts';
import { type KernelPlace, loadKernel, placeOfKernel } from './load-kernel.ts';
import { type PlacedModule, placeModules } from './modules.ts';
import { basicMemory, MULTIBOOT_OPTIONS, type MultibootOptions } from './multiboot-boot.ts';

const LOADER_MAGIC = 0x36d76289n;
const MIB = 2 ** 20;

/**
 * Plans the start of a kernel by the Multiboot2 Specification 2.0 on i386: protected mode, flat segments, paging and interrupts off,
 * EAX 36D76289, EBX the boot information, with tags 1 (command line), 2 (loader's name), 3 (modules), 4 and 6 (memory), 8 (the text
 * screen), 9 (ELF sections) and 21 (load base). A relocatable kernel is moved if there is no room where it was linked.
 * @throws VmError `ERR_INVALID_ARGUMENT`, also for what the header requires and this loader has not
 */
export function multiboot2Boot(kernel: Uint8Array, options: MultibootOptions): BootPlan {
  checkNames('multiboot2Boot()', options, MULTIBOOT_OPTIONS);
  const { commandLine = '', modules = [], bootLoaderName = 'Picovm', textScreen = true, name = 'the kernel' } = options;
  const file = new ImageReader(kernel, name);
  const header = readMultiboot2Header(file);
  const map = memoryMapOf(options.memory);
  const placement = new Placement(map, name);
  const place = placeOfKernel(file, header.addresses);
  const shift = shiftOf(file, placement, header, place);
  const loaded = loadKernel(file, placement, header.addresses, place, header.entry, shift);
  const placedModules = placeModules(placement, modules, MIB);
  const sections = loaded.elf && placeElfSections(file, loaded.elf, placement, shift);

  const text = zeroTerminated('the command line', commandLine);
  const loader = zeroTerminated('the name of the boot loader', bootLoaderName);
  const { lower, upper } = basicMemory(map);
  const info = information([
    tag(1, text),
    tag(2, loader),
    tag(4, words(lower, upper)),
    memoryMapTag(map),
    // EGA text: type 2, 16 bits a character.
    ...(textScreen ? [tag(8, words(0xb8000, 0, 160, 80, 25, 16 | (2 << 8)))] : []),
    ...(sections ? [sectionsTag(sections)] : []),
    ...placedModules.map(moduleTag),
    ...(header.relocatable ? [tag(21, words(loaded.base))] : []),
  ]);
  const rbx = BigInt(placement.add('multiboot 2 information', info, { align: 4096 }));
  const cpu = {
    mode: 'protected',
    entry: loaded.entry,
    stack: placeStack(placement),
    ...placeGdt(placement, 8),
  } as const;
  const registers = { rax: LOADER_MAGIC, rbx };
  return { protocol: 'multiboot2', segments: placement.segments, cpu: { ...cpu, registers } };
}

function shiftOf(
  file: ImageReader,
  placement: Placement,
  header: Multiboot2Header,
  { start, end }: KernelPlace,
): number {
  const { relocatable } = header;
  if (relocatable === undefined) return 0;
  const { lowest, highest, align, high } = relocatable;
  const size = end - start;
  const linked = start >= lowest && end - 1 <= highest && start % align === 0;
  if (linked && placement.fits(start, size)) return 0;
  const base = placement.search(size, { align, from: Math.max(lowest, 0x1000), below: highest + 1, high });
  if (base !== undefined) return base - start;
  const range = `between ${hex(lowest)} and ${hex(highest)}`;
  return file.refuse(0, `no room for its ${size} bytes ${range}`, 'give the VM more memory');
}

function tag(type: number, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil((8 + data.length) / 8) * 8);
  bytes.set(words(type, 8 + data.length));
  bytes.set(data, 8);
  return bytes;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function memoryMapTag({ e820 }: MemoryMap): Uint8Array {
  const entries = e820.flatMap(({ base, length, type }) => [...pair(base), ...pair(length), type, 0]);
  return tag(6, words(24, 0, ...entries));
}

function sectionsTag({ count, entrySize, names, headers }: ElfSections): Uint8Array {
  return tag(9, joined(words(count, entrySize, names), headers));
}

function moduleTag({ start, end, text }: PlacedModule): Uint8Array {
  return tag(3, joined(words(start, end), text));
}

function information(tags: readonly Uint8Array[]): Uint8Array {
  const bytes = joined(words(0, 0), ...tags, tag(0, new Uint8Array(0)));
  bytes.set(words(bytes.length));
  return bytes;
}
