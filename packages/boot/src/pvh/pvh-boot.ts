import { checkNames } from '@picovm/core';
import { findNote } from '../elf/elf-notes.ts';
import { loadElf } from '../elf/load-elf.ts';
import { parseElf } from '../elf/parse-elf.ts';
import { ImageReader } from '../image/image-reader.ts';
import { type MemoryLike, memoryMapOf } from '../memory/memory-map.ts';
import { type BootModule, placeModules } from '../multiboot/modules.ts';
import type { BootPlan } from '../plan/boot-plan.ts';
import { zeroTerminated } from '../plan/command-line.ts';
import { placeGdt, placeStack } from '../plan/flat-gdt.ts';
import { Placement } from '../plan/placement.ts';
import { pair, words } from '../plan/words.ts';

/** How a PVH kernel is started. */
export interface PvhOptions {
  /** The memory of the VM. */
  readonly memory: MemoryLike;
  /** Default: empty. */
  readonly commandLine?: string;
  /** Files beside it; for Linux, the first is the initrd. */
  readonly modules?: readonly BootModule[];
  /** What the file is called in messages. Default `the kernel`. */
  readonly name?: string;
}

/** XEN_ELFNOTE_PHYS32_ENTRY. */
const ENTRY_NOTE = 18;
const START_INFO_MAGIC = 0x336ec578;
const MIB = 2 ** 20;

/** The physical entry that the note of a PVH kernel tells, or undefined if it has none. */
export function pvhEntry(file: ImageReader): number | undefined {
  const note = findNote(file, parseElf(file), 'Xen', ENTRY_NOTE);
  if (note === undefined || note.length < 4) return undefined;
  return new DataView(note.buffer, note.byteOffset).getUint32(0, true);
}

/**
 * Plans the start of an ELF kernel by the PVH protocol (Xen, docs/misc/pvh.pandoc, and the header start_info.h): protected mode at the
 * entry of its ELF note 18, flat segments, paging and interrupts off, EBX the `hvm_start_info` of version 1, with memory map,
 * modules and command line. Linux, NetBSD and unikernels can be started so, also those of 64 bits.
 * @throws VmError `ERR_INVALID_ARGUMENT`
 */
export function pvhBoot(kernel: Uint8Array, options: PvhOptions): BootPlan {
  checkNames('pvhBoot()', options, ['memory', 'commandLine', 'modules', 'name']);
  const { commandLine = '', modules = [], name = 'the kernel' } = options;
  const file = new ImageReader(kernel, name);
  const entry = pvhEntry(file);
  if (entry === undefined)
    return file.refuse(0, 'it has no PVH entry (ELF note Xen, 18)', 'start it by another protocol');
  const map = memoryMapOf(options.memory);
  const placement = new Placement(map, name);
  loadElf(file, parseElf(file), placement);
  const placed = placeModules(placement, modules, MIB);
  const low = { below: MIB };
  const text = placement.add('command line', zeroTerminated('the command line', commandLine), low);
  const list = placed.flatMap((module) => {
    const { start, end } = module;
    return [...pair(start), end - start, 0, placement.add('module text', module.text), 0, 0, 0];
  });
  const listAt = list.length > 0 ? placement.add('module list', words(...list), low) : 0;
  const entries = map.e820.flatMap(({ base, length, type }) => [...pair(base), ...pair(length), type, 0]);
  const mapAt = placement.add('memory map', words(...entries), low);
  // Magic, version, flags, modules, their list, command line, RSDP (none), memory map, its entries.
  const info = words(START_INFO_MAGIC, 1, 0, placed.length, listAt, 0, text, 0, 0, 0, mapAt, 0, map.e820.length, 0);
  const rbx = BigInt(placement.add('start info', info, low));
  const cpu = { mode: 'protected', entry, stack: placeStack(placement), ...placeGdt(placement, 8) } as const;
  return { protocol: 'pvh', segments: placement.segments, cpu: { ...cpu, registers: { rbx } } };
}
