import { checkNames, hex, VmError } from '@picovm/core';
import { ImageReader } from '../image/image-reader.ts';
import { type MemoryLike, memoryMapOf } from '../memory/memory-map.ts';
import type { BootPlan, BootSegment } from '../plan/boot-plan.ts';

/** How a firmware ROM is started. */
export interface FirmwareOptions {
  /** The memory of the VM: `pcMemoryMap(ram, { romBytes: rom.length })` has room for the ROM. */
  readonly memory: MemoryLike;
  /** What the file is called in messages. Default `the firmware`. */
  readonly name?: string;
}

const FOUR_GIB = 2 ** 32;
const MIB = 2 ** 20;
/** As much of the ROM as a PC also shows below 1 MiB. */
const MOST_SHADOW = 0x20000;
const MOST_ROM = 16 * MIB;

/**
 * Plans the start of a firmware ROM: all of it ends at 4 GiB, its last 128 KiB (or all, if that is less) are also below 1 MiB, where
 * a PC shows them too, and the CPU is as after RESET, at F000:FFF0. As firmware writes to its copy below 1 MiB, a machine that
 * resets carries the plan out again: `vm.reset()`, then `boot(vm, plan)`.
 * @param rom whole 4 KiB, at least 64 KiB and at most 16 MiB
 * @throws VmError `ERR_INVALID_ARGUMENT`
 */
export function firmwareBoot(rom: Uint8Array, options: FirmwareOptions): BootPlan {
  checkNames('firmwareBoot()', options, ['memory', 'name']);
  const { name = 'the firmware' } = options;
  const reader = new ImageReader(rom, name);
  const { length } = rom;
  if (length % 4096 !== 0 || length < 0x10000 || length > MOST_ROM) {
    reader.refuse(length, `it has ${length} bytes`, 'a ROM has whole 4 KiB, at least 64 KiB and at most 16 MiB');
  }
  const shadow = Math.min(length, MOST_SHADOW);
  const segments: readonly BootSegment[] = [
    { name: 'ROM', address: FOUR_GIB - length, bytes: rom },
    { name: 'ROM below 1 MiB', address: MIB - shadow, bytes: rom.subarray(length - shadow) },
  ];
  const { regions } = memoryMapOf(options.memory);
  for (const { address, bytes } of segments) {
    const inside = regions.some(({ base, size }) => base <= address && base + size >= address + bytes.length);
    if (inside) continue;
    const range = `${hex(address)}-${hex(address + bytes.length - 1)}`;
    const advice = `pcMemoryMap(ram, { romBytes: ${length} }) makes room for it`;
    throw new VmError('ERR_INVALID_ARGUMENT', `${name} needs memory at ${range}: ${advice}`, { address });
  }
  return { protocol: 'firmware', segments, cpu: { mode: 'reset' } };
}
