import { checkNames } from '@picovm/core';
import { ImageReader } from '../image/image-reader.ts';
import { type MemoryLike, memoryMapOf } from '../memory/memory-map.ts';
import type { BootPlan } from '../plan/boot-plan.ts';
import { placeGdt, placeStack } from '../plan/flat-gdt.ts';
import { longMode } from '../plan/long-mode.ts';
import { Placement } from '../plan/placement.ts';
import { entryOf, loadElf } from './load-elf.ts';
import { parseElf } from './parse-elf.ts';

/** How an ELF file is started. */
export interface ElfBootOptions {
  /** The memory of the VM. */
  readonly memory: MemoryLike;
  /** What the file is called in messages. Default `the ELF file`. */
  readonly name?: string;
}

/**
 * Plans the start of an ELF executable as it is, with no protocol: its PT_LOAD segments at their physical addresses, the entry
 * translated to a physical one.
 * - ELF32: protected mode with flat segments 08 and 10, paging and interrupts off.
 * - ELF64: long mode, the first 4 GiB mapped one to one; an entry that is not mapped so begins at its physical address.
 *
 * The stack pointer is at the end of 4 KiB of free memory; the other registers are 0.
 * @throws VmError `ERR_INVALID_ARGUMENT`
 */
export function elfBoot(image: Uint8Array, options: ElfBootOptions): BootPlan {
  checkNames('elfBoot()', options, ['memory', 'name']);
  const { name = 'the ELF file' } = options;
  const file = new ImageReader(image, name);
  const elf = parseElf(file);
  const placement = new Placement(memoryMapOf(options.memory), name);
  loadElf(file, elf, placement);
  const entry = entryOf(file, elf);
  const { segments } = placement;
  const stack = placeStack(placement);
  if (elf.bits === 64) return { protocol: 'elf', segments, cpu: longMode(placement, entry, stack, 8, {}) };
  const flat = placeGdt(placement, 8);
  return { protocol: 'elf', segments, cpu: { mode: 'protected', entry, stack, ...flat, registers: {} } };
}
