import { acceleratorFor } from '../accelerator-for.ts';
import { EndSignals } from '../end-signals.ts';
import { EXIT_STATUS, exitStatusOf } from '../exit-status.ts';
import type { Machine } from '../machines/machine.ts';
import type { MachineKind } from '../machines/machine-kind.ts';
import type { RunSettings } from '../options/run-settings.ts';
import { printable } from '../output/printable.ts';
import { type Inspected, linearOf, physicalBitsOf } from './inspected.ts';

/**
 * Builds a machine, runs its guest up to a limit, and shows the machine as it is then.
 * @param prepare puts the guest into the machine
 * @returns the exit status of the command: to reach a limit is what it was asked for
 */
export async function inspectGuest<M extends Machine>(
  kind: MachineKind<M>,
  settings: RunSettings,
  prepare: (machine: M) => void,
  show: (inspected: Inspected) => void,
): Promise<number> {
  const { accelerator, reason } = await acceleratorFor(settings);
  const machine = await kind.build(accelerator);
  const { vm } = machine;
  const signals = new EndSignals();
  try {
    prepare(machine);
    if (settings.accel === 'auto' && !settings.json) {
      console.error(`picovm: running on ${accelerator.name} (${reason})`);
    }
    const { signal } = signals;
    const { timeout, maxExits } = settings;
    const { outcome, message } = await vm.run({ signal, timeoutMs: timeout, maxExits });
    const special = vm.vcpu.getSpecialRegisters();
    const instruction = linearOf(special, vm.vcpu.getRegisters().rip);
    const physicalBits = physicalBitsOf(accelerator.name);
    show({ memory: vm.memory, map: vm.map(), special, instruction, physicalBits, about: printable(message) });
    const status = signals.status ?? exitStatusOf(outcome);
    if (status === EXIT_STATUS.failed) console.error(`picovm: ${printable(message)}`);
    return status === EXIT_STATUS.limit ? EXIT_STATUS.ok : status;
  } finally {
    signals[Symbol.dispose]();
    vm.dispose();
  }
}
