import type { Accelerator } from '@picovm/core';
import type { X86Vcpu } from '@picovm/core/x86';
import type { MachineOutput } from './machine.ts';
import type { MachineKind } from './machine-kind.ts';
import type { PicoPlan } from './machine-plan.ts';
import { type Pico, pico } from './pico.ts';
import { withDevices } from './with-devices.ts';

/** How a `pico` machine is built. @param resumeOptions see `MachineKind` */
export function picoKind(plan: PicoPlan, resumeOptions: readonly string[] = []): MachineKind<Pico> {
  return {
    plan,
    resumeOptions,
    build: (accelerator: Accelerator<X86Vcpu>, output: MachineOutput = {}) =>
      withDevices(plan.devices, (devices) => pico({ accelerator, memory: plan.memory, devices, ...output })),
  };
}
