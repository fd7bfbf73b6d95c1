import {
  type Accelerator,
  type Device,
  type DrivenClock,
  type Logger,
  type MemoryRegionSpec,
  Vm,
  VmError,
} from '@picovm/core';
import type { X86Vcpu } from '@picovm/core/x86';
import { type DebugConsole, debugConsole, type Uart16550, uart16550 } from '@picovm/device-console';
import { type VgaText, vgaText } from '@picovm/device-vga';

const PAGE = 4096;
/** Where a PC's memory has its hole for adapters and firmware. */
const HOLE_START = 0xa0000;
const HOLE_END = 0x100000;
const MAX_MEMORY = 2 ** 31;

/** What a `pico` machine is made of. */
export interface PicoOptions {
  readonly accelerator: Accelerator<X86Vcpu>;
  /**
   * Bytes of memory from address 0 on, a multiple of 4096 up to 2 GiB. As on a PC, 0xA0000 to 0xFFFFF is never
   * memory: what reaches beyond 640 KiB goes on at 1 MiB. Default 1 MiB.
   */
  readonly memory?: number;
  /** Takes the bytes that the guest writes to COM1 (port 0x3F8). */
  readonly onSerial?: (bytes: Uint8Array) => void;
  /** Takes the bytes that the guest writes to the debug console (port 0xE9). */
  readonly onDebug?: (bytes: Uint8Array) => void;
  /** Further devices, attached behind the machine's own. The VM disposes them. Default: none. */
  readonly devices?: readonly Device[];
  readonly clock?: DrivenClock;
  readonly logger?: Logger;
}

/** A `pico` machine: the VM, and those of its devices that a host talks to. */
export interface Pico {
  readonly vm: Vm<X86Vcpu>;
  readonly vga: VgaText;
  readonly com1: Uart16550;
  readonly debug: DebugConsole;
}

/**
 * The smallest machine: memory only where asked for, one vCPU, a VGA text screen at 0xB8000, the debug console at port
 * 0xE9, and COM1 at port 0x3F8. Its CPU is in the state after RESET; `loadImage` puts a program in its way.
 * @throws VmError `ERR_INVALID_ARGUMENT` for a memory size that does not fit or an unknown option, and whatever `Vm` throws
 */
export function pico(options: PicoOptions): Pico {
  checkNames(options);
  const { accelerator, memory = HOLE_END, onSerial, onDebug, devices = [], clock, logger } = options;
  const vga = vgaText();
  const debug = debugConsole({ output: onDebug });
  const com1 = uart16550({ id: 'com1', base: 0x3f8, irq: 4, output: onSerial });
  const vm = new Vm({
    accelerator,
    memory: picoMemory(memory),
    devices: [vga, debug, com1, ...devices],
    clock,
    logger,
  });
  return { vm, vga, com1, debug };
}

// As a record, so that the compiler misses a name that is missing here.
const OPTIONS: Record<keyof PicoOptions, true> = {
  accelerator: true,
  memory: true,
  onSerial: true,
  onDebug: true,
  devices: true,
  clock: true,
  logger: true,
};

function checkNames(options: PicoOptions): void {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(OPTIONS, name));
  if (unknown === undefined) return;
  const message = `pico has no option '${unknown}': it has ${Object.keys(OPTIONS).join(', ')}`;
  throw new VmError('ERR_INVALID_ARGUMENT', message, { name: unknown });
}

function picoMemory(size: number): MemoryRegionSpec[] {
  if (!Number.isInteger(size) || size < PAGE || size > MAX_MEMORY || size % PAGE !== 0) {
    throw new VmError(
      'ERR_INVALID_ARGUMENT',
      `the memory of a pico machine must be 4K to 2G and a multiple of 4K, not ${size} bytes`,
      { size },
    );
  }
  const low = { base: 0, size: Math.min(size, HOLE_START), name: 'ram' };
  return size <= HOLE_END ? [low] : [low, { base: HOLE_END, size: size - HOLE_END, name: 'high-ram' }];
}
