import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { accelerators, loadImage, pico } from './index.ts';

const VMS = 10_000;
/** After so many, the heap and the compiled code of the process have the size that they keep. */
const WARM_UP = 5000;
/** Of the process's memory, after garbage collection: what a V8 heap wanders by anyway. */
const TOLERANCE_BYTES = 16 << 20;

/** A heap may grow once, for reasons of its own; what leaks grows each time. */
const MOST_LOOKS = 3;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

// Of all mappings of the process, those that VMs make: what KVM maps, and the arenas, for which V8 reserves the 4 GiB and
// more that a 32-bit address can reach. V8's own heap comes and goes in mappings of up to some hundred KiB.
function isOfVm(line: string): boolean {
  const [from, to] = line
    .split(' ', 1)[0]
    .split('-')
    .map((address) => Number.parseInt(address, 16));
  return to - from >= 2 ** 32 || line.includes('kvm');
}

/** What the process holds, after everything that can be collected was. */
async function holdings(): Promise<{ descriptors: number; mappings: number; rss: number }> {
  for (let i = 0; i < 5; i++) {
    collectGarbage();
    // Finalizers run in turns of the event loop.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    descriptors: readdirSync('/proc/self/fd').length,
    mappings: readFileSync('/proc/self/maps', 'utf8').split('\n').filter(isOfVm).length,
    rss: process.memoryUsage().rss,
  };
}

for (const accelerator of await accelerators()) {
  test(`${VMS} VMs on ${accelerator.name} leave nothing behind`, { timeout: 1_200_000 }, async (context) => {
    const probe = await accelerator.probe();
    if (!probe.available) context.skip(`${accelerator.name}: ${probe.reason}`);
    if (!existsSync('/proc/self/maps')) context.skip('what a process holds is read from /proc, which is not here');
    const run = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) {
        const { vm } = pico({ accelerator, memory: 4096 });
        loadImage(vm, Uint8Array.of(0xb0, 0x2a, 0xe6, 0xe9, 0xf4)); // mov al,42 / out 0xe9,al / hlt
        const { outcome } = await vm.run();
        if (outcome !== 'halted') throw new Error(`VM ${i}: ${outcome}`);
        vm.dispose();
      }
    };
    await run(WARM_UP);
    const growth: number[] = [];
    let before = await holdings();
    do {
      await run(VMS);
      const after = await holdings();
      expect(after.descriptors - before.descriptors).toBeLessThanOrEqual(2);
      expect(after.mappings - before.mappings).toBeLessThanOrEqual(1);
      growth.push(after.rss - before.rss);
      before = after;
    } while (growth.length < MOST_LOOKS && Math.min(...growth) >= TOLERANCE_BYTES);
    expect(Math.min(...growth)).toBeLessThan(TOLERANCE_BYTES);
  });
}
