import { hex } from '@picovm/core';
import type { ImageReader } from '../image/image-reader.ts';
import type { MemoryMap } from '../memory/memory-map.ts';
import type { BootPlan } from '../plan/boot-plan.ts';
import { Placement } from '../plan/placement.ts';
import type { LinuxOptions } from './linux-options.ts';
import { bootSegments, placeLowParts } from './low-parts.ts';
import type { SetupHeader } from './setup-header.ts';

const MIB = 2 ** 20;

/**
 * The 32-bit entry (Linux, Documentation/arch/x86/boot.rst, "32-bit Boot Protocol"): CS 10, the other segments 18, ESI the boot
 * parameters, EBX, EBP and EDI 0, interrupts and paging off.
 */
export function enter32(file: ImageReader, header: SetupHeader, map: MemoryMap, options: LinuxOptions): BootPlan {
  if (!header.loadedHigh || header.version < 0x202) {
    const advice = "it has none; use entry: '16-bit' on a machine with a BIOS";
    file.refuse(0x211, 'it is a zImage or older than boot protocol 2.02, and the 32-bit entry is asked for', advice);
  }
  const placement = new Placement(map, file.name);
  const code = file.bytes.subarray(header.setupSize);
  const size = Math.max(code.length, header.initSize);
  const at = placeOf(file, header, placement, size);
  placement.put('kernel', at, code);
  // It unpacks itself to where it would rather be, or to where it is if that is higher.
  const room = header.relocatable ? Math.max(at, header.preferred) : header.preferred || at;
  if (!placement.isRam(room, header.initSize)) {
    file.refuse(0x260, `it unpacks itself to ${hex(room)} and ${header.initSize} bytes on`, 'give the VM more memory');
  }
  placement.reserve(room, header.initSize);
  const setup = { image: file.bytes, header };
  const { params, stack } = placeLowParts(placement, map, options, setup, at);
  const cpu = { mode: 'protected', entry: at, stack, ...bootSegments(placement) } as const;
  return { protocol: 'linux-32', segments: placement.segments, cpu: { ...cpu, registers: { rsi: BigInt(params) } } };
}

function placeOf(file: ImageReader, header: SetupHeader, placement: Placement, size: number): number {
  const { relocatable, preferred, alignment, code32Start } = header;
  if (!relocatable) return code32Start;
  const wanted = Math.max(preferred, MIB);
  if (wanted % alignment === 0 && placement.fits(wanted, size)) return wanted;
  const at = placement.search(size, { align: alignment, from: wanted });
  if (at !== undefined) return at;
  return file.refuse(
    0x260,
    `it needs ${size} bytes from ${hex(wanted)} on to unpack itself`,
    'give the VM more memory',
  );
}
