// Runs a guest on KVM, by way of the KVM API: one that writes to a port and halts, then one that never stops.

import { KVM_EXIT_HLT, KVM_EXIT_INTR, KVM_EXIT_IO, KvmSystem } from '@picovm/kvm-native/ioctls';

const system = new KvmSystem();
const vm = system.createVm();
const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
vm.setUserMemoryRegion({ slot: 0, guestPhysAddr: 0x1000, memorySize: 4096, memory });
// mov al, 'H'; out 0xe9, al; hlt; jmp $
new Uint8Array(memory.buffer).set([0xb0, 0x48, 0xe6, 0xe9, 0xf4, 0xeb, 0xfe]);
const vcpu = vm.createVcpu(0);
const sregs = vcpu.getSregs();
vcpu.setSregs({ ...sregs, cs: { ...sregs.cs, base: 0n, selector: 0 } });
vcpu.setRegs({ ...vcpu.getRegs(), rip: 0x1000n });
while (vcpu.run() !== KVM_EXIT_HLT) {
  if (vcpu.kvmRun.exitReason === KVM_EXIT_IO) console.log(`port ${vcpu.kvmRun.ioPort}: ${vcpu.kvmRun.ioData[0]}`);
}
console.log(vcpu.run() === KVM_EXIT_INTR ? 'it was interrupted' : 'it ended');
for (const descriptor of [vcpu, vm, system]) descriptor.close();
try {
  vcpu.getRegs();
} catch (error) {
  console.log(error.code);
}
