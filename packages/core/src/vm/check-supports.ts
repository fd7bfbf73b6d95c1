import type { Supports } from '../accelerator/accelerator.ts';
import { VmError } from '../errors.ts';

/** @param accelerator its name. @throws VmError `ERR_UNSUPPORTED` if it cannot have so many vCPUs */
export function checkHasVcpus(accelerator: string, { maxVcpus }: Supports, vcpus: number): void {
  if (vcpus <= maxVcpus) return;
  const most = maxVcpus === 1 ? 'one' : `at most ${maxVcpus}`;
  throw new VmError(
    'ERR_UNSUPPORTED',
    `${accelerator} gives this VM ${most}, not ${vcpus} vCPUs: use less, or other options of the accelerator`,
    { accelerator, vcpus, maxVcpus },
  );
}

/** @param accelerator its name. @throws VmError `ERR_UNSUPPORTED` if it does not count instructions */
export function checkCountsInstructions(accelerator: string, { instructionCount }: Supports): void {
  if (instructionCount) return;
  throw new VmError(
    'ERR_UNSUPPORTED',
    `${accelerator} does not count instructions, which a VirtualClock needs: use a RealClock, or an interpreter`,
    { accelerator },
  );
}
