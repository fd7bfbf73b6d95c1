import { checkNames, hex, VmError } from '@picovm/core';
import { checkImage } from '../image/check-image.ts';
import { type MemoryLike, memoryMapOf } from '../memory/memory-map.ts';
import type { BootPlan } from '../plan/boot-plan.ts';
import { checkNumber } from '../plan/check-number.ts';
import { placeGdt, placeStack } from '../plan/flat-gdt.ts';
import { Placement } from '../plan/placement.ts';

/** How a flat binary is started. */
export interface FlatBootOptions {
  /** The memory of the VM. */
  readonly memory: MemoryLike;
  /** Where its first byte belongs: physical. */
  readonly address: number;
  /** Where it begins: physical. Default: at its first byte. */
  readonly entry?: number;
  /** The mode of its first instruction. Default `real`. */
  readonly mode?: 'real' | 'protected';
  /** Real mode: CS. Default: 0 if the entry is below 64 KiB, else the entry's paragraph. */
  readonly segment?: number;
  /** What the file is called in messages. Default `the image`. */
  readonly name?: string;
}

/**
 * Plans the start of a binary without headers.
 * - Real mode: CS:IP is the entry, DS, ES, SS, FS and GS are as CS, SP is FFFE (where the image lies at CS:0, that is far
 *   behind it, or in it if it is larger).
 * - Protected mode: 32 bits, flat segments 08 and 10, paging and interrupts off, ESP at the end of 4 KiB of free memory.
 *
 * All other registers are 0.
 * @throws VmError `ERR_INVALID_ARGUMENT`
 */
export function flatBoot(image: Uint8Array, options: FlatBootOptions): BootPlan {
  checkNames('flatBoot()', options, ['memory', 'address', 'entry', 'mode', 'segment', 'name']);
  const { address, entry = address, mode = 'real', name = 'the image' } = options;
  checkImage(image, name);
  checkNumber('the address of flatBoot()', address, 0xffffffff);
  checkNumber('the entry of flatBoot()', entry, 0xffffffff);
  const placement = new FlatPlacement(memoryMapOf(options.memory), name, image, address);
  const { segments } = placement;
  if (mode === 'protected') {
    const flat = placeGdt(placement, 8);
    return { protocol: 'flat', segments, cpu: { mode, entry, stack: placeStack(placement), ...flat, registers: {} } };
  }
  if (mode !== 'real') throw new VmError('ERR_INVALID_ARGUMENT', "the mode of flatBoot() is 'real' or 'protected'");
  const { segment = entry < 0x10000 ? 0 : entry >>> 4 } = options;
  checkNumber('the segment of flatBoot()', segment, 0xffff);
  const offset = entry - segment * 16;
  if (offset < 0 || offset > 0xffff) {
    const advice = "choose another `segment`, or mode: 'protected'";
    const message = `real mode cannot reach ${hex(entry)} in segment ${hex(segment)}: ${advice}`;
    throw new VmError('ERR_INVALID_ARGUMENT', message);
  }
  return {
    protocol: 'flat',
    segments,
    cpu: { mode, segment, offset, dataSegment: segment, stack: 0xfffe, registers: {} },
  };
}

/** Of a flat image the user says where it belongs: also where no RAM is told to the guest. */
class FlatPlacement extends Placement {
  constructor(map: ReturnType<typeof memoryMapOf>, name: string, image: Uint8Array, address: number) {
    super(map, name);
    const end = address + image.length;
    let at = address;
    for (const { base, size } of [...map.regions].sort((a, b) => a.base - b.base)) {
      if (at >= base && at < base + size) at = base + size;
    }
    if (at < end) {
      const range = `${hex(address)}-${hex(end - 1)}`;
      const message = `${name} does not fit: the machine has no memory at all of ${range}; give it more, or another address`;
      throw new VmError('ERR_INVALID_ARGUMENT', message);
    }
    this.reserve(address, image.length);
    this.segments.push({ name: 'image', address, bytes: image });
  }
}
