import type { ExitReason, Probe, Supports } from '@picovm/core';
import { SystemIoctls } from '../ioctls/system-ioctls.ts';
import type { NativeSystem, NativeVm } from '../native/addon.ts';
import {
  KVM_CAP_IRQCHIP,
  KVM_CAP_MAX_VCPUS,
  KVM_CAP_READONLY_MEM,
  KVM_CAP_X86_USER_SPACE_MSR,
} from '../native/constants.ts';
import { isIoctlError, isKvmError } from '../native/kvm-error.ts';
import { describeAddon } from './addon-file.ts';
import { hasHardwareVirtualization } from './cpu-flags.ts';
import { emulatorGaps } from './emulator-gaps.ts';
import { openSystem } from './open-system.ts';
import type { ResolvedOptions } from './options.ts';
import { Unavailable } from './unavailable.ts';

const SOFTWARE_NOTE =
  'the CPU has neither VT-x nor SVM, so KVM runs guests in software here: it works, but slowly, and not for every ' +
  'instruction';

/** Whether KVM can be used: opened, and asked for a VM. Never throws. */
export function probe(options: ResolvedOptions): Probe {
  try {
    const system = openSystem(options);
    try {
      const supports = supportsOf(system, options);
      // The CPU's virtualization is taken into use only now, and may turn out to be taken.
      const vm = createNativeVm(system);
      // Trying what an emulator lacks takes some milliseconds.
      const lacks = supports.hardware ? [] : gapsOf(vm, system);
      vm.close();
      const implementation = describeAddon(options.addon);
      return supports.hardware
        ? { available: true, supports, implementation }
        : { available: true, supports, implementation, note: SOFTWARE_NOTE, lacks, preferred: false };
    } finally {
      system.close();
    }
  } catch (error) {
    if (error instanceof Unavailable) {
      const { code, message: reason, hint } = error;
      return { available: false, code, reason, ...(hint === undefined ? {} : { hint }) };
    }
    return { available: false, code: 'error', reason: `KVM cannot be used: ${String(error)}` };
  }
}

function gapsOf(vm: NativeVm, system: NativeSystem): string[] {
  try {
    return emulatorGaps(vm, new SystemIoctls(system));
  } catch (error) {
    // What it lacks is then not known. That it can be used is.
    if (isKvmError(error)) return [];
    throw error;
  }
}

/**
 * KVM_CREATE_VM.
 * @throws Unavailable
 */
export function createNativeVm(system: NativeSystem): NativeVm {
  try {
    // Type 0: an ordinary x86 VM.
    return system.createVm(0);
  } catch (error) {
    if (!isIoctlError(error)) throw error;
    if (error.code === 'EBUSY') {
      throw new Unavailable(
        'busy',
        "another hypervisor has the CPU's virtualization",
        'stop its VMs, or unload its kernel module (for VirtualBox: vboxdrv)',
        error,
      );
    }
    if (error.code === 'EMFILE' || error.code === 'ENFILE' || error.code === 'ENOMEM') {
      throw new Unavailable(
        'no-resources',
        `KVM has nothing left to make a VM of (${error.code})`,
        'dispose VMs that are no longer used',
        error,
      );
    }
    throw new Unavailable('error', `KVM refused to make a VM: ${error.message}`, undefined, error);
  }
}

/** The local APIC's identifier has 8 bits, of which one value stands for all. */
const MOST_APICS = 255;

/**
 * What KVM can do here.
 * @throws Unavailable if the interrupt controllers are to be in the kernel, and it has none
 */
export function supportsOf(system: NativeSystem, options: ResolvedOptions): Supports {
  const inKernel = options.irqchip === 'kernel';
  if (inKernel && system.checkExtension(KVM_CAP_IRQCHIP) === 0) {
    throw new Unavailable('no-irqchip', 'this KVM has no interrupt controllers', "leave irqchip: 'kernel' out");
  }
  const exits: ExitReason[] = [
    'io', 'mmio', 'shutdown', 'entry-failed', 'internal-error', 'system-event', 'memory-fault',
    'hypercall', 'debug', 'cpuid', 'unknown', 'slice-end', 'kicked',
  ]; // biome-ignore format: a word a line would fill the page
  // In the kernel, the guest waits there, and interrupts are delivered there.
  if (!inKernel) exits.push('halt', 'irq-window');
  if (system.checkExtension(KVM_CAP_X86_USER_SPACE_MSR) !== 0) exits.push('rdmsr', 'wrmsr');
  return {
    arch: 'x86',
    modes: ['real', 'protected', 'long'],
    instructionCount: false,
    readonlyMemory: system.checkExtension(KVM_CAP_READONLY_MEM) !== 0,
    exits: new Set(exits),
    maxVcpus: inKernel ? Math.min(system.checkExtension(KVM_CAP_MAX_VCPUS), MOST_APICS) : 1,
    hardware: hasHardwareVirtualization(options.cpuinfo),
  };
}
