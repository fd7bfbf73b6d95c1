import { type Accelerator, type Device, type DeviceContext, type PortHandler, type RunResult, Vm } from '@picovm/core';
import type { X86Vcpu } from '@picovm/core/x86';
import { RAM, setUpGuest } from './guest-setup.ts';
import type { Program } from './programs.ts';

const TIMEOUT_MS = 4000;

/** A whole `Vm` with 64 KiB of memory, its vCPU before `program`. */
export function machine(
  accelerator: Accelerator<X86Vcpu>,
  program: Program,
  devices: readonly Device[] = [],
): Vm<X86Vcpu> {
  const vm = new Vm({ accelerator, memory: [RAM], devices });
  setUpGuest(vm.vcpu, vm.memory, program);
  return vm;
}

/** Runs a machine until its guest halts, with a limit that no program of the cases reaches. */
export function runToEnd(vm: Vm<X86Vcpu>): Promise<RunResult> {
  return vm.run({ timeoutMs: TIMEOUT_MS });
}

/** A device at one port of a byte. */
export function portDevice(
  port: number,
  handler: Partial<PortHandler>,
  onAttach: (context: DeviceContext) => void = () => {},
): Device {
  return {
    id: `port-${port.toString(16)}`,
    type: 'testkit-port',
    attach(context) {
      context.claimPorts({ base: port, length: 1 }, { read: () => 0xff, write: () => {}, ...handler });
      onAttach(context);
    },
  };
}
