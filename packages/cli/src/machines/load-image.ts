import { hex, type Vm, VmError } from '@picovm/core';
import { enterRealMode, type FarPointer, type X86Vcpu } from '@picovm/core/x86';

const SECTOR = 512;
const BOOT_SECTOR_ADDRESS = 0x7c00;

/** Where an image goes. */
export interface LoadOptions {
  /** Physical address. Default 0x7C00 for an image whose first sector ends in 55 AA, else 0. */
  readonly load?: number;
  /** Where the CPU starts, in real mode. Default: the load address, with segment 0 if it is below 64 KiB. */
  readonly entry?: FarPointer;
}

/** Whether the first sector of an image carries the signature of a boot sector. */
export function isBootSector(image: Uint8Array): boolean {
  return image.length >= SECTOR && image[SECTOR - 2] === 0x55 && image[SECTOR - 1] === 0xaa;
}

/**
 * Copies a flat binary into the memory of a VM, and puts its vCPU into real mode at the entry point, with interrupts
 * off and all data segments 0.
 * @returns the load address that was used
 * @throws VmError `ERR_INVALID_ARGUMENT` if the image is no Uint8Array, is empty, does not fit, or begins where real mode cannot
 */
export function loadImage(vm: Vm<X86Vcpu>, image: Uint8Array, options: LoadOptions = {}): number {
  if (!(image instanceof Uint8Array)) {
    throw new VmError('ERR_INVALID_ARGUMENT', 'the image must be a Uint8Array: read its file first');
  }
  const load = options.load ?? (isBootSector(image) ? BOOT_SECTOR_ADDRESS : 0);
  const room = vm.memory.contiguous(load);
  if (image.length === 0) throw new VmError('ERR_INVALID_ARGUMENT', 'the image is empty: there is nothing to run');
  if (image.length > room) {
    const have = room === 0 ? 'there is no memory' : `there are only ${room} bytes of memory`;
    throw new VmError(
      'ERR_INVALID_ARGUMENT',
      `the image has ${image.length} bytes, and ${have} at its load address ${hex(load)}: ` +
        'give the machine more memory, or load the image elsewhere',
      { size: image.length, load, room },
    );
  }
  vm.memory.write(load, image);
  enterRealMode(vm.vcpu, options.entry ?? realModeAddress(load));
  return load;
}

/**
 * The real-mode address of a physical one: segment 0 below 64 KiB, as a BIOS jumps to a boot sector.
 * @param address physical, below 1 MiB
 * @throws VmError `ERR_INVALID_ARGUMENT` if a CPU in real mode cannot start there
 */
export function realModeAddress(address: number): FarPointer {
  if (!Number.isInteger(address) || address < 0 || address > 0xfffff) {
    throw new VmError(
      'ERR_INVALID_ARGUMENT',
      `a CPU in real mode cannot start at ${hex(Math.max(0, address))}: that is beyond 1 MiB`,
      { address },
    );
  }
  return address <= 0xffff ? { segment: 0, offset: address } : { segment: address >>> 4, offset: address & 0xf };
}
