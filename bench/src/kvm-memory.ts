import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Vm } from '@picovm/core';
import { enterRealMode, type X86Vcpu } from '@picovm/core/x86';
import { kvm } from '@picovm/kvm-native';
import type { Benchmark, Outcome } from './benchmark.ts';

const VMS = 64;
const RAM = 2 ** 20;
const KIB = 1024;
const GOAL_KIB = 1024;

/** What a VM takes beside the RAM of its guest, as far as /proc shows it. */
export const kvmMemory: Benchmark = {
  name: `KVM memory of a VM over its RAM (mean of ${VMS} VMs of ${RAM / 2 ** 20} MiB, all of it written)`,
  page: 'kvm-memory',
  async run(): Promise<Outcome> {
    const probe = await kvm().probe();
    if (!probe.available) return { skipped: probe.reason };
    // The first makes the code warm, and the heap as large as it stays.
    for (const vm of await machines()) vm.dispose();
    const before = await held();
    const vms = await machines();
    const after = await held();
    for (const vm of vms) vm.dispose();
    const each = (name: keyof Held): number => (after[name] - before[name]) / VMS / KIB;
    const process = each('process') - RAM / KIB;
    const verdict = `goal ${GOAL_KIB} KiB: ${process <= GOAL_KIB ? 'met' : 'missed'}`;
    return {
      rows: [
        { what: 'in the process (RSS)', figure: kib(process), verdict },
        { what: 'page tables of the process (VmPTE)', figure: kib(each('pageTables')) },
        { what: 'page tables of guests (SecPageTables, whole host)', figure: kib(each('guestTables')) },
        { what: 'kernel objects (Slab, whole host)', figure: kib(each('slab')) },
      ],
    };
  },
};

async function machines(): Promise<Vm<X86Vcpu>[]> {
  const vms: Vm<X86Vcpu>[] = [];
  for (let i = 0; i < VMS; i++) {
    const vm = new Vm({ accelerator: kvm(), memory: [{ base: 0, size: RAM }] });
    vm.memory.write(0, new Uint8Array(RAM).fill(0xf4));
    enterRealMode(vm.vcpu, { segment: 0, offset: 0 });
    await vm.run();
    vms.push(vm);
  }
  return vms;
}

/** Bytes. */
interface Held {
  readonly process: number;
  readonly pageTables: number;
  readonly guestTables: number;
  readonly slab: number;
}

async function held(): Promise<Held> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let i = 0; i < 5; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const status = readFileSync('/proc/self/status', 'utf8');
  const host = readFileSync('/proc/meminfo', 'utf8');
  return {
    process: process.memoryUsage.rss(),
    pageTables: field(status, 'VmPTE'),
    guestTables: field(host, 'SecPageTables'),
    slab: field(host, 'Slab'),
  };
}

// A line of /proc: `VmPTE:   123 kB`. Older kernels lack some.
function field(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? Number.NaN) * KIB;
}

function kib(value: number): string {
  return Number.isNaN(value) ? 'not told by this kernel' : `${value.toFixed(0)} KiB`;
}
