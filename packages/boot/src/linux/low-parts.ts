import type { MemoryMap } from '../memory/memory-map.ts';
import { zeroTerminated } from '../plan/command-line.ts';
import { type FlatSegments, placeGdt, placeStack } from '../plan/flat-gdt.ts';
import type { Placement } from '../plan/placement.ts';
import { bootParams } from './boot-params.ts';
import type { LinuxOptions } from './linux-options.ts';
import type { SetupHeader } from './setup-header.ts';

/** __BOOT_CS; __BOOT_DS is behind it. */
export const BOOT_CS = 0x10;
const MIB = 2 ** 20;

/** What a kernel that is entered behind its real-mode part finds beside it. */
export interface LowParts {
  /** Where the boot parameters are. */
  readonly params: number;
  /** Where the stack begins. */
  readonly stack: number;
}

/**
 * Places the initrd as high as it may be, and the command line and the boot parameters below 1 MiB. The kernel has its place already.
 * @throws VmError `ERR_INVALID_ARGUMENT`
 */
export function placeLowParts(
  placement: Placement,
  map: MemoryMap,
  options: LinuxOptions,
  setup: { image: Uint8Array; header: SetupHeader } | undefined,
  code32Start: number,
): LowParts {
  const header = setup?.header;
  const initrd = placeInitrd(placement, options.initrd, header?.initrdMaximum ?? 0x7fffffff);
  const text = zeroTerminated('the command line', options.commandLine ?? '', header?.commandLineMaximum ?? 2047);
  const low = { below: MIB };
  const commandLine = placement.add('command line', text, low);
  const values = { map, setup, commandLine, commandLineSize: text.length - 1, initrd, code32Start };
  const params = placement.add('boot parameters', bootParams(values), { ...low, align: 4096 });
  return { params, stack: placeStack(placement) };
}

/** The segments of the 32-bit entry. */
export function bootSegments(placement: Placement): FlatSegments {
  return placeGdt(placement, BOOT_CS);
}

/** As high as it may be, as the kernel uses what is low. @throws VmError `ERR_INVALID_ARGUMENT` if there is no room */
export function placeInitrd(
  placement: Placement,
  initrd: Uint8Array | undefined,
  maximum: number,
): { start: number; size: number } | undefined {
  if (initrd === undefined) return undefined;
  const start = placement.add('initrd', initrd, { align: 4096, from: MIB, below: maximum + 1, high: true });
  return { start, size: initrd.length };
}
