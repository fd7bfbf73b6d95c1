import { checkNames } from '@picovm/core';
import { type InterpOptions, interpAccelerator } from './accelerator.ts';
import { checkBus } from './check-bus.ts';
import { BusSink, type CpuBus } from './cpu-bus.ts';
import { type CpuMemory, memoryOf } from './cpu-memory.ts';
import { StandaloneCpu, type X86Cpu } from './standalone-cpu.ts';

/** What a CPU is made of. */
export interface CpuOptions extends InterpOptions {
  /** Its physical memory: bytes from address 0 on, regions, or a `GuestMemory` whose arena has room for the CPU. */
  readonly memory: CpuMemory;
  /** What answers accesses to ports and to what is not memory. Default: nothing, so that reads give all ones. */
  readonly bus?: CpuBus;
}

const NAMES: readonly (keyof CpuOptions)[] = ['memory', 'bus', 'cpuModel'];

/**
 * Makes a CPU alone, with no machine around it, in its state after RESET.
 *
 * ```ts
 * using cpu = createCpu({ memory: 65536, bus: { writePort: (port, size, value) => console.log(port, value) } });
 * cpu.memory.write(0x1000, Uint8Array.of(0xb0, 42, 0xe6, 0x80, 0xf4)); // mov al, 42; out 80h, al; hlt
 * enterRealMode(cpu, { segment: 0, offset: 0x1000 });
 * cpu.run(); // { reason: 'halt', interruptsEnabled: false }
 * ```
 * @throws VmError `ERR_INVALID_ARGUMENT`, `ERR_REGION_ALIGNMENT`, `ERR_REGION_OVERLAP`, `ERR_ARENA_FULL`;
 *   `ERR_UNSUPPORTED` for more than 2 GiB
 */
export function createCpu(options: CpuOptions): X86Cpu {
  checkNames('createCpu()', options, NAMES);
  const { cpuModel, bus = {} } = options;
  const accelerator = interpAccelerator({ cpuModel });
  checkBus(bus);
  const memory = memoryOf(options.memory, accelerator.arenaBytes);
  const vm = accelerator.createVm({ arena: memory.arena, memory });
  for (const region of memory.regions) vm.mapMemory(region);
  const sink = new BusSink(bus);
  const cpu = vm.createCpu(0, sink);
  sink.cpu = cpu;
  return new StandaloneCpu(cpu, memory, () => vm.dispose());
}
