import { readFileSync } from 'node:fs';
import { Vm } from '@picovm/core';
import { enterRealMode, type X86Vcpu } from '@picovm/core/x86';
import { kvm } from '@picovm/kvm-native';

/** What a processor of guests/smp/modes.asm does, for ever. */
export const MODE = { halt: 0, count: 1, output: 2 } as const;

const PROGRAM = 0x1000;
const CPUS = 0x4000;
const MODES = 0x4300;

/** A VM whose vCPUs, one for each mode, have threads of their own. */
export function smpVm(modes: readonly number[]): Vm<X86Vcpu> {
  const vm = new Vm({
    accelerator: kvm({ irqchip: 'kernel' }),
    vcpus: modes.length,
    memory: [{ base: 0, size: 0x10000 }],
  });
  vm.memory.write(PROGRAM, readFileSync(new URL('../../guests/smp/modes.bin', import.meta.url)));
  vm.memory.write(CPUS, Uint8Array.of(modes.length));
  vm.memory.write(MODES, Uint8Array.from(modes));
  enterRealMode(vm.vcpu, { segment: 0, offset: PROGRAM });
  return vm;
}

/** A VM whose one vCPU runs this code in the thread of the VM. */
export function plainVm(code: readonly number[]): Vm<X86Vcpu> {
  const vm = new Vm({ accelerator: kvm(), memory: [{ base: 0, size: 4096 }] });
  vm.memory.write(0, Uint8Array.from(code));
  enterRealMode(vm.vcpu, { segment: 0, offset: 0 });
  return vm;
}

/** A guest that spins, in a loop that is not recognized as one: inc ax / jmp $-1. */
export const SPIN: readonly number[] = [0x40, 0xeb, 0xfd];

/** Why vCPUs in threads cannot be measured here; undefined if they can. */
export async function whyNoThreads(): Promise<string | undefined> {
  const probe = await kvm({ irqchip: 'kernel' }).probe();
  return probe.available ? undefined : probe.reason;
}
