import type { Vm } from '@picovm/core';
import { type Benchmark, median, type Outcome, type Row } from './benchmark.ts';
import { MODE, plainVm, smpVm, whyNoThreads } from './smp-vm.ts';

const ROUNDS = 5;
const RUN_MS = 300;
const { output, halt } = MODE;

/** mov dx, 330h / out dx, eax / inc dword [400h] / jmp $-8: what the processors of modes.asm do. */
const WRITES = [0xba, 0x30, 0x03, 0x66, 0xef, 0x66, 0xff, 0x06, 0x00, 0x04, 0xeb, 0xf7];

const MACHINES: readonly { readonly what: string; make(): Vm }[] = [
  { what: 'the boot processor, in the thread of the VM', make: () => plainVm(WRITES) },
  { what: 'the boot processor, in a thread of its own', make: () => smpVm([output]) },
  { what: 'a secondary, in a thread of its own', make: () => smpVm([halt, output]) },
  { what: 'three secondaries at once', make: () => smpVm([halt, output, output, output]) },
];

/** What an exit costs that the thread of the VM answers for a vCPU in another, beside one that it answers for its own. */
export const kvmVcpuExits: Benchmark = {
  name: 'KVM exit round trip by the thread that the vCPU runs in (median, in turn)',
  page: 'kvm-vcpu-exits',
  async run(): Promise<Outcome> {
    const skipped = await whyNoThreads();
    if (skipped !== undefined) return { skipped };
    const machines = MACHINES.map(({ what, make }) => ({ what, vm: make(), micros: [] as number[] }));
    for (let round = 0; round <= ROUNDS; round++) {
      for (const { vm, micros } of machines) {
        const time = await exitTime(vm);
        // In the first one the compiler is still busy.
        if (round > 0) micros.push(time);
      }
    }
    for (const { vm } of machines) vm.dispose();
    const own = median(machines[0].micros);
    const rows = machines.map(({ what, micros }): Row => {
      const time = median(micros);
      const figure = `${time.toFixed(1)} us, ${Math.round(1e6 / time)} a second`;
      return { what, figure, verdict: `${(time / own).toFixed(2)} of its own thread` };
    });
    return { rows };
  },
};

/** @returns microseconds an exit */
async function exitTime(vm: Vm): Promise<number> {
  const before = vm.exits.total;
  const start = performance.now();
  await vm.run({ timeoutMs: RUN_MS });
  return ((performance.now() - start) * 1000) / (vm.exits.total - before);
}
