import { Arena, GuestMemory } from '@picovm/core';
import { type PagingRegisters, walkPageTables } from '@picovm/core/x86';
import { kvm } from '@picovm/kvm-native';
import { type KvmCpuidEntry2, KvmSystem, type KvmVcpu } from '@picovm/kvm-native/ioctls';
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { EMULATED_KVM_LACKS } from './harness/emulated-kvm.ts';
import { FORMS, randomWay, TABLES, type TableForm } from './harness/random-tables.ts';
import { newRandom } from './snapshots/random.ts';

// The walker against KVM_TRANSLATE (Documentation/virt/kvm/api.rst, 4.23), through tables of noise.

const ROUNDS = 5000;
const MEMORY = 0x80000;
const GIGABYTE_PAGES = 1 << 26;

const probe = await kvm().probe();

class Translator implements Disposable {
  readonly memory: GuestMemory;
  readonly physicalBits: number;
  readonly gigabytePages: boolean;
  readonly #system = new KvmSystem();
  readonly #vm = this.#system.createVm();
  readonly #vcpu: KvmVcpu;

  constructor() {
    const arena = new Arena(MEMORY);
    this.memory = new GuestMemory(arena, [{ base: 0, size: MEMORY }]);
    const offset = this.memory.regions[0].arenaOffset;
    this.#vm.setUserMemoryRegion({ slot: 0, guestPhysAddr: 0, memory: arena.memory, offset, memorySize: MEMORY });
    this.#vcpu = this.#vm.createVcpu(0);
    const cpuid = this.#system.getSupportedCpuid();
    this.#vcpu.setCpuid2(cpuid);
    const leaf = (wanted: number): KvmCpuidEntry2 | undefined => cpuid.find((entry) => entry.function === wanted);
    this.physicalBits = (leaf(0x80000008)?.eax ?? 0) & 0xff;
    this.gigabytePages = ((leaf(0x80000001)?.edx ?? 0) & GIGABYTE_PAGES) !== 0;
  }

  /** @returns whether KVM took them as they are */
  setRegisters(registers: PagingRegisters): boolean {
    const sregs = this.#vcpu.getSregs();
    const long = (registers.efer & 0x400n) !== 0n;
    this.#vcpu.setSregs({ ...sregs, ...registers, cs: { ...sregs.cs, l: long ? 1 : 0, db: 0 } });
    return this.#vcpu.getSregs().cr0 === registers.cr0;
  }

  translate(linear: bigint): bigint | undefined {
    const { valid, physicalAddress } = this.#vcpu.translate(linear);
    return valid === 0 ? undefined : physicalAddress;
  }

  [Symbol.dispose](): void {
    this.#vcpu.close();
    this.#vm.close();
    this.#system.close();
  }
}

type Controls = Omit<PagingRegisters, 'cr3'>;

const MODES: readonly (readonly [name: string, TableForm, Controls])[] = [
  ['32-bit', FORMS['32-bit'], { cr0: 0x80000011n, cr4: 0x10n, efer: 0n }],
  ['PAE', FORMS.pae, { cr0: 0x80000011n, cr4: 0x20n, efer: 0n }],
  ['PAE, with XD', FORMS.pae, { cr0: 0x80000011n, cr4: 0x20n, efer: 0x800n }],
  ['4-level', FORMS['4-level'], { cr0: 0x80000011n, cr4: 0x20n, efer: 0x500n }],
  ['4-level, with XD and WP', FORMS['4-level'], { cr0: 0x80010011n, cr4: 0x20n, efer: 0xd00n }],
];

describe('the walker and KVM_TRANSLATE', () => {
  let translator: Translator | undefined;
  beforeAll(() => {
    if (probe.available) translator = new Translator();
  });
  afterAll(() => translator?.[Symbol.dispose]());

  test.for(MODES)('%s', ([, form, controls], context) => {
    if (translator === undefined) return context.skip(probe.available ? '' : `kvm: ${probe.reason}`);
    const registers = { ...controls, cr3: BigInt(TABLES.first * 4096) };
    if (!translator.setRegisters(registers) && probe.available && !probe.supports.hardware) {
      context.skip(`KVM emulates instructions on this host: ${EMULATED_KVM_LACKS.paging}`);
    }
    const random = newRandom();
    onTestFailed(() => console.error(`to repeat this: PICOVM_SEED=${random.seed}`));
    const { memory, physicalBits, gigabytePages } = translator;
    let led = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const word = BigInt(random.integer(0, 0xffffffff)) | (BigInt(random.integer(0, 0xffff)) << 32n);
      const linear = form.mode === '4-level' ? BigInt.asUintN(64, BigInt.asIntN(48, word)) : BigInt.asUintN(32, word);
      randomWay(memory, form, linear, random, { reserved: 30, beyond: 8 });
      // The pointers of PAE paging are those of the last load.
      expect(translator.setRegisters(registers)).toBe(true);
      const { entries, physical } = walkPageTables(memory, registers, linear, { physicalBits });
      // Bit 8 of upper entries is reserved on AMD's processors alone, and not all have pages of 1 GiB.
      if (entries.slice(0, -1).some(({ value = 0n }) => (value & 0x100n) !== 0n)) continue;
      if (!gigabytePages && entries.some(({ name, flags }) => name === 'PDPTE' && flags.includes('PS'))) continue;
      const expected = physical === undefined ? undefined : BigInt(physical);
      const way = entries.map(({ name, value }) => `${name} ${value?.toString(16)}`).join(', ');
      expect(translator.translate(linear), `round ${round}: ${linear.toString(16)}: ${way}`).toBe(expected);
      if (physical !== undefined) led++;
    }
    // A comparison that compares nothing would not fail.
    expect(led).toBeGreaterThan(ROUNDS / 20);
  });
});
