import type { Accelerator, Supports } from '@picovm/core';
import type { X86Vcpu } from '@picovm/core/x86';
import { kvm } from '@picovm/kvm-native';
import { interp } from '@picovm/x86-interp';
import { EMULATED_KVM_LACKS } from './emulated-kvm.ts';
import type { GuestCase } from './guest-case.ts';

/** All accelerators of the repository. */
export const accelerators: readonly Accelerator<X86Vcpu>[] = [interp(), kvm()];

/** Why a case cannot run on an accelerator that is available; undefined if it can. */
export function whyNot(guestCase: GuestCase, accelerator: Accelerator, supports: Supports): string | undefined {
  const { modes = [], needs = [] } = guestCase;
  const mode = modes.find((each) => !supports.modes.includes(each));
  if (mode !== undefined) return `${accelerator.name} has no ${mode} mode`;
  const emulatedKvm = accelerator.name === 'kvm' && !supports.hardware;
  const lacking = emulatedKvm ? needs.map((feature) => EMULATED_KVM_LACKS[feature]) : [];
  return lacking.length === 0 ? undefined : `KVM emulates instructions on this host: ${lacking.join('; ')}`;
}
