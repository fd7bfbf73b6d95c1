import { E820, type MemoryMap } from '../memory/memory-map.ts';
import { FIELD, type SetupHeader } from './setup-header.ts';

/** What the boot parameters tell the kernel. All addresses are physical. */
export interface BootParams {
  readonly map: MemoryMap;
  /** The kernel's file, for its setup header; undefined for a kernel that has none. */
  readonly setup: { readonly image: Uint8Array; readonly header: SetupHeader } | undefined;
  readonly commandLine: number;
  readonly commandLineSize: number;
  readonly initrd: { readonly start: number; readonly size: number } | undefined;
  /** Where the protected-mode part was loaded. */
  readonly code32Start: number;
}

/** `struct boot_params`: one page. */
const BOOT_PARAMS_SIZE = 4096;
/** A boot loader without a number of its own. */
export const UNKNOWN_LOADER = 0xff;
/** Bits of loadflags: loaded high, heap usable. */
const LOADED_HIGH = 1;
export const CAN_USE_HEAP = 0x80;
const E820_ENTRIES = 0x1e8;
const E820_TABLE = 0x2d0;
const MOST_ENTRIES = 128;
const HEADER = 0x1f1;
const MIB = 2 ** 20;

/**
 * The boot parameters ("zero page") of the 32-bit and 64-bit entries (Linux, Documentation/arch/x86/zero-page.rst): the setup header
 * of the kernel, filled in, the memory map, and a VGA text screen of 80 by 25.
 */
export function bootParams({ map, setup, commandLine, commandLineSize, initrd, code32Start }: BootParams): Uint8Array {
  const bytes = new Uint8Array(BOOT_PARAMS_SIZE);
  const view = new DataView(bytes.buffer);
  if (setup !== undefined) bytes.set(setup.image.subarray(HEADER, setup.header.end), HEADER);
  else {
    view.setUint16(0x1fe, 0xaa55, true);
    view.setUint32(FIELD.magic, 0x53726448, true);
    view.setUint16(FIELD.version, 0x20f, true);
    view.setUint32(0x230, 0x1000000, true);
    view.setUint32(0x238, commandLineSize, true);
  }
  // Normal video mode.
  view.setUint16(FIELD.videoMode, 0xffff, true);
  bytes[FIELD.loaderType] = UNKNOWN_LOADER;
  bytes[FIELD.loadFlags] |= LOADED_HIGH;
  view.setUint32(FIELD.code32Start, code32Start, true);
  view.setUint32(FIELD.commandLine, commandLine, true);
  view.setUint32(FIELD.initrd, initrd?.start ?? 0, true);
  view.setUint32(FIELD.initrdSize, initrd?.size ?? 0, true);

  // screen_info: mode 3, 80 columns, 25 lines, VGA, 16 lines a character.
  bytes[6] = 3;
  bytes[7] = 80;
  bytes[0xe] = 25;
  bytes[0xf] = 1;
  view.setUint16(0x10, 16, true);
  const above = map.e820.find(({ base, type }) => base === MIB && type === E820.RAM);
  const extended = Math.floor((above?.length ?? 0) / 1024);
  view.setUint16(2, Math.min(extended, 0xffff), true);
  view.setUint32(0x1e0, extended, true);

  const entries = map.e820.slice(0, MOST_ENTRIES);
  bytes[E820_ENTRIES] = entries.length;
  entries.forEach(({ base, length, type }, n) => {
    const at = E820_TABLE + 20 * n;
    view.setBigUint64(at, BigInt(base), true);
    view.setBigUint64(at + 8, BigInt(length), true);
    view.setUint32(at + 16, type, true);
  });
  return bytes;
}
