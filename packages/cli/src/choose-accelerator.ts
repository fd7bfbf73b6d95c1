import { type Accelerator, type AcceleratorSelection, selectAccelerator, VmError } from '@picovm/core';
import type { X86Vcpu } from '@picovm/core/x86';

// The fastest first. Loaded when they are asked for, because the addon takes its time.
const LOADERS: Readonly<Record<string, (options: AcceleratorOptions) => Promise<Accelerator<X86Vcpu>>>> = {
  kvm: async () => (await import('@picovm/kvm-native')).kvm(),
  interp: async ({ cpuModel }) => {
    const { interp, parseCpuModel } = await import('@picovm/x86-interp');
    return interp(cpuModel === undefined ? {} : { cpuModel: parseCpuModel(cpuModel) });
  },
};

/** What an accelerator is to be like. */
export interface AcceleratorOptions {
  /**
   * The processor that guests see on the interpreter: `486`, `pentium3+sse2-pse36`. Default: its own default. On KVM they see that of
   * the host.
   */
  readonly cpuModel?: string | undefined;
}

/** Loads the accelerators that come with picovm, the fastest first. Whether they can run here, their `probe` tells. */
export function accelerators(options: AcceleratorOptions = {}): Promise<Accelerator<X86Vcpu>[]> {
  return Promise.all(Object.values(LOADERS).map((load) => load(options)));
}

/**
 * Finds the accelerator called `name`, or with `auto` the best that can run here.
 * @returns the pick with its probe, why it was picked, and what was passed over
 * @throws VmError (as a rejection) `ERR_INVALID_ARGUMENT` for an unknown name or CPU model, `ERR_ACCELERATOR_UNAVAILABLE` or
 *   `ERR_NO_ACCELERATOR` with the reason and a hint
 */
export async function chooseAccelerator(
  name = 'auto',
  options: AcceleratorOptions = {},
): Promise<AcceleratorSelection<Accelerator<X86Vcpu>>> {
  if (name === 'auto') return selectAccelerator(await accelerators(options));
  if (!Object.hasOwn(LOADERS, name)) {
    const names = Object.keys(LOADERS).join(', ');
    throw new VmError('ERR_INVALID_ARGUMENT', `unknown accelerator '${name}': it is one of auto, ${names}`, { name });
  }
  const accelerator = await LOADERS[name](options);
  const probe = await accelerator.probe();
  if (!probe.available) {
    const hint = probe.hint === undefined ? '' : `: ${probe.hint}`;
    throw new VmError('ERR_ACCELERATOR_UNAVAILABLE', `${name} cannot run here: ${probe.reason}${hint}`, { ...probe });
  }
  return { accelerator, probe, reason: `${name} was asked for`, candidates: [{ accelerator, probe }] };
}
