import { checkNames, VmError } from '@picovm/core';
import { checkImage } from '../image/check-image.ts';
import { zeroTerminated } from '../plan/command-line.ts';
import type { Placement } from '../plan/placement.ts';

/** A file that is loaded beside a kernel. */
export interface BootModule {
  /** Its contents. */
  readonly bytes: Uint8Array;
  /** What the kernel is told of it: its name, or its command line. Default: nothing. */
  readonly text?: string;
}

/** A module in memory. */
export interface PlacedModule {
  readonly start: number;
  readonly end: number;
  /** With a 0 behind. */
  readonly text: Uint8Array;
}

/**
 * Places modules, each on pages of its own, in their order above 1 MiB, or anywhere if there is no room.
 * @throws VmError `ERR_INVALID_ARGUMENT`
 */
export function placeModules(placement: Placement, modules: readonly BootModule[], from: number): PlacedModule[] {
  if (!Array.isArray(modules)) throw new VmError('ERR_INVALID_ARGUMENT', '`modules` is a list of { bytes, text? }');
  return modules.map((module, n) => {
    checkNames(`module ${n}`, module, ['bytes', 'text'], 'field');
    const { bytes, text = '' } = module;
    checkImage(bytes, `module ${n}`);
    const above = placement.search(bytes.length, { align: 4096, from });
    const start = placement.add(`module ${n}`, bytes, { align: 4096, from: above === undefined ? 0x1000 : from });
    return { start, end: start + bytes.length, text: zeroTerminated(`the text of module ${n}`, text) };
  });
}
