import type { Device, DeviceContext, RunOptions, RunResult, VmOptions } from '../index.ts';
import { Vm } from '../index.ts';
import { FakeAccelerator, type FakeOptions, type FakeVcpu, type Program } from './fake-accelerator.test-util.ts';

export type FakeVmOptions = Partial<VmOptions<FakeVcpu>> & FakeOptions;

/** A VM with a page of RAM whose guest is `program`. */
export function makeVm(program: Program, options: FakeVmOptions = {}): Vm<FakeVcpu> {
  const { program: _, instructionCount, maxVcpus, irq, threads, reserved, failing, ...rest } = options;
  const accelerator = new FakeAccelerator({ program, instructionCount, maxVcpus, irq, threads, reserved, failing });
  return new Vm({ accelerator, memory: [{ base: 0, size: 4096 }], ...rest });
}

/** Runs `program` in a VM of its own, and disposes that. */
export async function runProgram(
  program: Program,
  options: FakeVmOptions = {},
  limits: RunOptions = {},
): Promise<RunResult> {
  using vm = makeVm(program, options);
  return await vm.run({ timeoutMs: 10_000, ...limits });
}

/** A device that is given as its `attach`, with what else it has. */
export function device(id: string, attach: (context: DeviceContext) => void, rest: Partial<Device> = {}): Device {
  return { id, type: 'test', attach, ...rest };
}

/** A device that calls back at each write to `port`. */
export function onWrite(port: number, act: (value: number, context: DeviceContext) => void): Device {
  return device(`port-${port.toString(16)}`, (context) => {
    context.claimPorts({ base: port, length: 1 }, { read: () => 0, write: (_o, _s, value) => act(value, context) });
  });
}
