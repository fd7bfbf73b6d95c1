import { type Accelerator, type AcceleratorSelection, isVmError } from '@picovm/core';
import type { X86Vcpu } from '@picovm/core/x86';
import { chooseAccelerator } from './choose-accelerator.ts';
import type { RunSettings } from './options/run-settings.ts';
import { printable } from './output/printable.ts';
import { UsageError } from './usage-error.ts';

/**
 * Finds the accelerator that a command line asks for.
 * @throws UsageError (as a rejection) for a processor that there is not; VmError as `chooseAccelerator`
 */
export async function acceleratorFor({
  accel,
  cpu,
}: Pick<RunSettings, 'accel' | 'cpu'>): Promise<AcceleratorSelection<Accelerator<X86Vcpu>>> {
  try {
    return await chooseAccelerator(accel, { cpuModel: cpu?.model });
  } catch (error) {
    if (cpu === undefined || !isVmError(error) || error.code !== 'ERR_INVALID_ARGUMENT') throw error;
    throw new UsageError(printable(`${cpu.origin}: ${error.message}`));
  }
}
