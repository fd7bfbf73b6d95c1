import { Vm } from '@picovm/core';
import { enterRealMode } from '@picovm/core/x86';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CODE, Guest, needKvm } from './guest.test-util.ts';
import { kvm } from './index.ts';

beforeEach(needKvm);

let guest: Guest | undefined;
afterEach(() => guest?.[Symbol.dispose]());

/** mov eax, leaf; cpuid; hlt */
const cpuid = (leaf: number): number[] => [
  0x66,
  0xb8,
  ...new Uint8Array(Uint32Array.of(leaf).buffer),
  0x0f,
  0xa2,
  0xf4,
];

function vendor(g: Guest, leaf = 0): string {
  g.load(cpuid(leaf));
  expect(g.run().reason).toBe('halt');
  const { rbx, rcx, rdx } = g.vcpu.getRegisters();
  const registers = leaf === 0 ? [rbx, rdx, rcx] : [rbx, rcx, rdx];
  return new TextDecoder().decode(Uint32Array.from(registers.map(Number)));
}

const NAME = [...new Uint32Array(new TextEncoder().encode('PicovmPicovm').buffer)];

describe('CPUID', () => {
  it("has KVM's signature, the host's vendor, and this vCPU's APIC id", () => {
    guest = new Guest();
    expect(vendor(guest, 0x40000000)).toBe('KVMKVMKVM\0\0\0');
    expect(vendor(guest)).toMatch(/^[\w ]{12}$/);
    guest.load(cpuid(1));
    guest.run();
    expect(guest.vcpu.getRegisters().rbx >> 24n).toBe(0n);
  });

  it('answers what the sink makes of it', () => {
    guest = new Guest();
    const leaves = new Set<number>();
    guest.sink.cpuidHandler = (exit) => {
      leaves.add(exit.leaf);
      if (exit.leaf === 0) [exit.ebx, exit.edx, exit.ecx] = NAME;
    };
    guest.vcpu.sinkChanged();
    expect(vendor(guest)).toBe('PicovmPicovm');
    expect(vendor(guest, 0x40000000)).toBe('KVMKVMKVM\0\0\0');
    expect([...leaves]).toEqual(expect.arrayContaining([0, 1, 0x40000000, 0x80000000]));
  });

  it('is asked anew only when the sink says that it changed', () => {
    guest = new Guest();
    let asked = 0;
    guest.sink.cpuidHandler = () => asked++;
    guest.vcpu.sinkChanged();
    guest.run();
    const first = asked;
    expect(first).toBeGreaterThan(0);
    guest.load([0xf4]);
    guest.run();
    expect(asked).toBe(first);
  });

  it('can go back to the default before the first run', () => {
    guest = new Guest();
    const plain = new Guest();
    const expected = vendor(plain);
    plain[Symbol.dispose]();
    guest.sink.cpuidHandler = (exit) => {
      exit.ebx = 0;
    };
    guest.vcpu.sinkChanged();
    guest.sink.cpuidHandler = undefined;
    guest.vcpu.sinkChanged();
    expect(vendor(guest)).toBe(expected);
  });

  it('either changes after a run, or says why it cannot, and the old answers stay usable', () => {
    guest = new Guest();
    const before = vendor(guest);
    guest.sink.cpuidHandler = (exit) => {
      if (exit.leaf === 0) [exit.ebx, exit.edx, exit.ecx] = NAME;
    };
    guest.vcpu.sinkChanged();
    let error: unknown;
    try {
      expect(vendor(guest)).toBe('PicovmPicovm');
    } catch (thrown) {
      error = thrown;
    }
    if (error === undefined) return;
    expect(error).toMatchObject({ code: 'ERR_UNSUPPORTED', details: { ioctl: 'KVM_SET_CPUID2', code: 'EINVAL' } });
    expect((error as Error).message).toMatch(/before the first run/);
    guest.sink.cpuidHandler = undefined;
    guest.vcpu.sinkChanged();
    expect(vendor(guest)).toBe(before);
  });

  it('is answered by a handler of a Vm', async () => {
    using vm = new Vm({ accelerator: kvm(), memory: [{ base: 0, size: 4096 }] });
    vm.on('cpuid', (exit) => {
      if (exit.leaf !== 0) return;
      [exit.ebx, exit.edx, exit.ecx] = NAME;
      return 'resume';
    });
    vm.memory.write(CODE, Uint8Array.from(cpuid(0)));
    enterRealMode(vm.vcpu, { segment: 0, offset: CODE });
    expect((await vm.run()).outcome).toBe('halted');
    expect(vm.vcpu.getRegisters().rbx).toBe(BigInt(NAME[0]));
  });
});
