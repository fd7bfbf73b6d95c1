import { type Accelerator, type AcceleratorSelection, selectAccelerator, VmError } from '@picovm/core';
import type { X86Vcpu } from '@picovm/core/x86';
import { kvm } from '@picovm/kvm-native';
import { interp } from '@picovm/x86-interp';

/** The accelerators that come with picovm, the fastest first. */
export function accelerators(): Accelerator<X86Vcpu>[] {
  return [kvm(), interp()];
}

/**
 * Finds the accelerator called `name`, or with `auto` the best that can run here.
 * @returns the pick with its probe, why it was picked, and what was passed over
 * @throws VmError `ERR_INVALID_ARGUMENT` for an unknown name, `ERR_ACCELERATOR_UNAVAILABLE` or `ERR_NO_ACCELERATOR`
 *   with the reason and a hint
 */
export async function chooseAccelerator(name = 'auto'): Promise<AcceleratorSelection<Accelerator<X86Vcpu>>> {
  const all = accelerators();
  if (name === 'auto') return selectAccelerator(all);
  const accelerator = all.find((candidate) => candidate.name === name);
  if (accelerator === undefined) {
    const names = all.map((candidate) => candidate.name).join(', ');
    throw new VmError('ERR_INVALID_ARGUMENT', `unknown accelerator '${name}': it is one of auto, ${names}`, { name });
  }
  const probe = await accelerator.probe();
  if (!probe.available) {
    const hint = probe.hint === undefined ? '' : `: ${probe.hint}`;
    throw new VmError('ERR_ACCELERATOR_UNAVAILABLE', `${name} cannot run here: ${probe.reason}${hint}`, { ...probe });
  }
  return { accelerator, probe, reason: `${name} was asked for`, candidates: [{ accelerator, probe }] };
}
