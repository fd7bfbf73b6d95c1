import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { TestContext } from 'vitest';

// Neither a worker nor another process has a loader for the sources of the tests, so they get the built packages.
const url = (path: string): string => new URL(`../../../${path}`, import.meta.url).href;

/** For `beforeEach`: skips the test where the packages were not built. */
export function needBuild(context: TestContext): void {
  if (!existsSync(new URL('../../dist/index.js', import.meta.url))) {
    context.skip('the package is not built: npm run build');
  }
}

/** The beginning of a program: `machine(modes, options)` makes a VM with a vCPU for each mode of guests/smp/modes.asm. */
export const MACHINE: string = `
  import { readFileSync } from 'node:fs';
  import { Vm } from '${url('core/dist/index.js')}';
  import { enterRealMode } from '${url('core/dist/x86/index.js')}';
  import { kvm } from '${url('kvm-native/dist/index.js')}';
  const image = readFileSync(new URL('${url('../guests/smp/modes.bin')}'));
  function machine(modes, options = {}) {
    const irqchip = modes.length > 1 ? 'kernel' : 'none';
    const memory = [{ base: 0, size: 0x10000 }];
    const vm = new Vm({ accelerator: kvm({ irqchip }), vcpus: modes.length, memory, ...options });
    vm.memory.write(0x4000, Uint8Array.of(modes.length));
    vm.memory.write(0x4300, Uint8Array.from(modes));
    if (irqchip === 'kernel') {
      vm.memory.write(0x1000, image);
      enterRealMode(vm.vcpu, { segment: 0, offset: 0x1000 });
    } else {
      // lock inc dword [4400h]; jmp $-6
      vm.memory.write(0x1000, Uint8Array.of(0xf0, 0x66, 0xff, 0x06, 0x00, 0x44, 0xeb, 0xf8));
      enterRealMode(vm.vcpu, { segment: 0, offset: 0x1000 });
    }
    return vm;
  }
  const counts = (vm) => vm.vcpus.map((_, id) => vm.memory.readU32(0x4400 + 4 * id));
`;

/** A worker with a program that goes on behind `MACHINE`. */
export function workerWith(program: string, workerData?: unknown): Worker {
  const source = `${MACHINE}\n import { parentPort, workerData } from 'node:worker_threads';\n${program}`;
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), { workerData });
}
