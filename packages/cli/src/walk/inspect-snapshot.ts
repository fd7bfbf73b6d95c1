import { Arena, GuestMemory, isVmError, type MapEntry, PAGE_SIZE, type VmSnapshot } from '@picovm/core';
import { readX86VcpuState } from '@picovm/core/x86';
import { printable } from '../output/printable.ts';
import { readSnapshot } from '../snapshots/read-snapshot.ts';
import { UsageError } from '../usage-error.ts';
import { type Inspected, linearOf, physicalBitsOf } from './inspected.ts';

/**
 * Opens a snapshot to look at. No machine is built: its devices are not needed, and no code of theirs is imported.
 * @throws UsageError (as a rejection) naming the file, and what is wrong with it
 */
export async function inspectSnapshot(path: string): Promise<Inspected> {
  const snapshot = await readSnapshot(path);
  try {
    const { special, registers } = readX86VcpuState(snapshot.vcpu);
    const { accelerator, ranges } = snapshot.machine;
    const memory = memoryIn(snapshot);
    const map: MapEntry[] = ranges.map((range) => ({ ...range, owner: printable(range.owner), label: '' }));
    return {
      memory,
      map,
      special,
      instruction: linearOf(special, registers.rip),
      physicalBits: physicalBitsOf(accelerator),
      about: `the snapshot ${path}, of a guest on ${printable(accelerator)}`,
    };
  } catch (error) {
    if (!isVmError(error)) throw error;
    throw new UsageError(`${path}: ${error.message}`);
  }
}

function memoryIn({ machine, memory: pages }: VmSnapshot): GuestMemory {
  const size = machine.memory.reduce((sum, region) => sum + region.size, 0);
  const specs = machine.memory.map((region) => ({ ...region, name: printable(region.name) }));
  const memory = new GuestMemory(new Arena(size), specs);
  memory.regions.forEach(({ base }, n) => {
    const { pages: numbers, data } = pages[n];
    numbers.forEach((number, i) => {
      memory.write(base + number * PAGE_SIZE, data.subarray(i * PAGE_SIZE, (i + 1) * PAGE_SIZE));
    });
  });
  return memory;
}
