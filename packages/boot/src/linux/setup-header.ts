import { hex } from '@picovm/core';
import type { ImageReader } from '../image/image-reader.ts';

/** What the setup header of a bzImage says (Linux, Documentation/arch/x86/boot.rst, "The Real-Mode Kernel Header"). */
export interface SetupHeader {
  /** The protocol: 0x20f is 2.15. */
  readonly version: number;
  /** Bytes of the real-mode part, with its first sector. */
  readonly setupSize: number;
  /** Behind the last byte of the header. */
  readonly end: number;
  /** Whether the protected-mode part belongs to 1 MiB; else to 64 KiB (zImage). */
  readonly loadedHigh: boolean;
  /** The entry of the protected-mode part, if it is loaded where it wants to be. */
  readonly code32Start: number;
  /** The highest address of an initrd's last byte. */
  readonly initrdMaximum: number;
  /** Bytes of a command line without its 0. */
  readonly commandLineMaximum: number;
  /** Whether the protected-mode part runs at any address of this alignment. */
  readonly relocatable: boolean;
  /** In bytes. */
  readonly alignment: number;
  /** Where it would rather be; 0 if it does not say. */
  readonly preferred: number;
  /** Bytes from there on that it needs before it looks at the memory map; 0 if it does not say. */
  readonly initSize: number;
  /** The compressed kernel in the protected-mode part; undefined if it does not say. */
  readonly payload: { readonly offset: number; readonly length: number } | undefined;
}

/** Offsets of fields in the file, and in the boot parameters. */
export const FIELD = {
  setupSectors: 0x1f1,
  videoMode: 0x1fa,
  jump: 0x200,
  magic: 0x202,
  version: 0x206,
  loaderType: 0x210,
  loadFlags: 0x211,
  setupMoveSize: 0x212,
  code32Start: 0x214,
  initrd: 0x218,
  initrdSize: 0x21c,
  heapEnd: 0x224,
  commandLine: 0x228,
} as const;

/** `HdrS` */
const MAGIC = 0x53726448;
const SECTOR = 512;
const MIB = 2 ** 20;

/** Whether it begins as a kernel of boot protocol 2.00 or later. */
export function isLinux(bytes: Uint8Array): boolean {
  if (bytes.length < 0x250) return false;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(FIELD.magic, true) === MAGIC;
}

/** @throws VmError `ERR_INVALID_ARGUMENT` */
export function readSetupHeader(file: ImageReader): SetupHeader {
  if (file.u16(0x1fe, 'the boot signature') !== 0xaa55 || file.u32(FIELD.magic, 'the setup header') !== MAGIC) {
    const advice = 'kernels from 1.3.73 on have one; give a bzImage';
    file.refuse(FIELD.magic, 'it has no setup header (HdrS) of a Linux kernel', advice);
  }
  const version = file.u16(FIELD.version, 'the protocol version');
  if (version < 0x200 || version > 0x2ff) {
    file.refuse(FIELD.version, `its boot protocol is ${hex(version, 4)}`, 'versions 2.00 to 2.xx are known');
  }
  const has = (least: number): boolean => version >= least;
  const u32 = (at: number): number => file.u32(at, 'the setup header');
  const sectors = file.u8(FIELD.setupSectors, 'the number of setup sectors') || 4;
  const setupSize = (sectors + 1) * SECTOR;
  if (setupSize >= file.length)
    file.refuse(FIELD.setupSectors, `it should have ${sectors + 1} sectors and more`, 'it is truncated');
  const loadedHigh = (file.u8(FIELD.loadFlags, 'the load flags') & 1) !== 0;
  const payloadLength = has(0x208) ? u32(0x24c) : 0;
  const payload = { offset: setupSize + (has(0x208) ? u32(0x248) : 0), length: payloadLength };
  if (payloadLength > 0) file.check(payload.offset, payload.length, 'the compressed kernel');
  const end = FIELD.magic + file.u8(0x201, 'the length of the setup header');
  return {
    version,
    setupSize,
    // The boot parameters have something else behind it.
    end: Math.min(Math.max(end, 0x22c), 0x290),
    loadedHigh,
    code32Start: loadedHigh ? u32(FIELD.code32Start) || MIB : 0x1000,
    initrdMaximum: has(0x203) ? u32(0x22c) : 0x37ffffff,
    // What a hostile header allows need not be copied.
    commandLineMaximum: has(0x206) ? Math.min(u32(0x238) || 255, 0xffff) : 255,
    relocatable: has(0x205) && file.u8(0x234, 'the setup header') !== 0,
    alignment: has(0x205) ? alignmentOf(file, u32(0x230)) : MIB,
    preferred: has(0x20a) ? file.u64(0x258, 'the preferred address') : 0,
    initSize: has(0x20a) ? u32(0x260) : 0,
    payload: payloadLength > 0 ? payload : undefined,
  };
}

function alignmentOf(file: ImageReader, alignment: number): number {
  if (alignment === 0) return MIB;
  if ((alignment & (alignment - 1)) === 0) return alignment;
  return file.refuse(0x230, `its alignment is ${hex(alignment)}`, 'a power of two is meant; the file is damaged');
}
