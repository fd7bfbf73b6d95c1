import { VmError } from '@picovm/core';
import type { ImageReader } from '../image/image-reader.ts';
import { E820, type MemoryMap } from '../memory/memory-map.ts';
import type { BootPlan } from '../plan/boot-plan.ts';
import { zeroTerminated } from '../plan/command-line.ts';
import { Placement } from '../plan/placement.ts';
import { CAN_USE_HEAP, UNKNOWN_LOADER } from './boot-params.ts';
import type { LinuxOptions } from './linux-options.ts';
import { placeInitrd } from './low-parts.ts';
import { FIELD, type SetupHeader } from './setup-header.ts';

const SEGMENT = 0x9000;
const BASE = SEGMENT * 16;
/** Offset of the end of heap and stack; the command line is behind it. The EBDA begins at FC00. */
const HEAP_END = 0xe000;
const COMMAND_LINE_END = 0xfc00;
/** The setup code and its heap must not meet. */
const MOST_SETUP = 0x8000;
const ZIMAGE = 0x10000;
const MIB = 2 ** 20;

/** At the end of RAM firmware keeps tables, of which the map that a plan is made for does not tell. */
const FIRMWARE = 0x20000;
const FOUR_GIB = 2 ** 32;

/**
 * The 16-bit entry, as boot loaders do it (Linux, Documentation/arch/x86/boot.rst, "Sample Boot Configuration"): the real-mode part
 * at 90000, entered at 9020:0000 with the other segments 9000 and SP E000; the command line at 9E000.
 */
export function enter16(file: ImageReader, header: SetupHeader, map: MemoryMap, options: LinuxOptions): BootPlan {
  const { version, setupSize, loadedHigh } = header;
  if (setupSize > MOST_SETUP) {
    file.refuse(
      FIELD.setupSectors,
      `its real-mode part has ${setupSize} bytes`,
      'it has at most 32 KiB; the file is damaged',
    );
  }
  const text = zeroTerminated('the command line', options.commandLine ?? '', header.commandLineMaximum);
  if (text.length > COMMAND_LINE_END - HEAP_END) {
    throw new VmError(
      'ERR_INVALID_ARGUMENT',
      `the command line has ${text.length} bytes; below the EBDA is room for 7167`,
    );
  }
  const placement = new Placement(map, file.name);
  const code = file.bytes.subarray(setupSize);
  const at = loadedHigh ? MIB : ZIMAGE;
  if (!loadedHigh && code.length > BASE - ZIMAGE) {
    file.refuse(
      FIELD.loadFlags,
      `it is a zImage of ${code.length} bytes`,
      'those have at most 512 KiB; the file is damaged',
    );
  }
  placement.put('kernel', at, code);
  // Kernels of today unpack themselves elsewhere; see the 32-bit entry.
  if (header.preferred > at && placement.fits(header.preferred, header.initSize)) {
    placement.reserve(header.preferred, header.initSize);
  }
  const initrd = placeInitrd(placement, options.initrd, Math.min(header.initrdMaximum, endOfRam(map) - FIRMWARE - 1));

  const setup = file.bytes.slice(0, setupSize);
  const view = new DataView(setup.buffer);
  setup[FIELD.loaderType] = UNKNOWN_LOADER;
  view.setUint16(FIELD.videoMode, 0xffff, true);
  view.setUint32(FIELD.initrd, initrd?.start ?? 0, true);
  view.setUint32(FIELD.initrdSize, initrd?.size ?? 0, true);
  if (version >= 0x201) {
    setup[FIELD.loadFlags] |= CAN_USE_HEAP;
    view.setUint16(FIELD.heapEnd, HEAP_END - 0x200, true);
  }
  if (version >= 0x202) view.setUint32(FIELD.commandLine, BASE + HEAP_END, true);
  else {
    // The magic number and the offset of older protocols; the real-mode part moves itself, as far as the command line's end.
    view.setUint16(0x20, 0xa33f, true);
    view.setUint16(0x22, HEAP_END, true);
    view.setUint16(FIELD.setupMoveSize, HEAP_END + text.length, true);
  }
  placement.put('real-mode part', BASE, setup, HEAP_END);
  placement.put('command line', BASE + HEAP_END, text);
  const place = { segment: SEGMENT + 0x20, offset: 0, dataSegment: SEGMENT, stack: HEAP_END };
  return { protocol: 'linux-16', segments: placement.segments, cpu: { mode: 'real', ...place, registers: {} } };
}

/** Behind the last byte of RAM below 4 GiB. */
function endOfRam({ e820 }: MemoryMap): number {
  const ends = e820
    .filter(({ base, type }) => type === E820.RAM && base < FOUR_GIB)
    .map(({ base, length }) => base + length);
  return Math.max(...ends);
}
