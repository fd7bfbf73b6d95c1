import { Arena, GuestMemory } from '@picovm/core';
import { type PagingRegisters, walkPageTables } from '@picovm/core/x86';
import { kvm } from '@picovm/kvm-native';
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { loadAddon } from '../packages/kvm-native/src/host/load-addon.ts';
import type { NativeSystem, NativeVcpu, NativeVm } from '../packages/kvm-native/src/native/addon.ts';
import { SregsBuffer } from '../packages/kvm-native/src/vcpu/registers.ts';
import { EMULATED_KVM_LACKS } from './harness/emulated-kvm.ts';
import { FORMS, randomWay, TABLES, type TableForm } from './harness/random-tables.ts';
import { newRandom } from './snapshots/random.ts';

// The walker against KVM_TRANSLATE (Documentation/virt/kvm/api.rst, 4.23), through tables of noise.

const ROUNDS = 5000;
const MEMORY = 0x80000;
const MAILBOX = 8192;
const CPUID_ENTRIES = 256;
const GIGABYTE_PAGES = 1 << 26;

const probe = await kvm().probe();

class Translator implements Disposable {
  readonly memory: GuestMemory;
  readonly physicalBits: number;
  readonly gigabytePages: boolean;
  readonly #system: NativeSystem;
  readonly #vm: NativeVm;
  readonly #vcpu: NativeVcpu;

  constructor() {
    const arena = new Arena(MEMORY + MAILBOX);
    this.memory = new GuestMemory(arena, [{ base: 0, size: MEMORY }]);
    const mailbox = arena.allocate(MAILBOX);
    this.#system = new (loadAddon(undefined).KvmSystem)('/dev/kvm');
    this.#vm = this.#system.createVm();
    this.#vm.setUserMemoryRegion(0, 0, 0, arena.memory, this.memory.regions[0].arenaOffset, MEMORY);
    this.#vcpu = this.#vm.createVcpu(0, arena.memory, mailbox, MAILBOX);
    const cpuid = new Uint8Array(8 + CPUID_ENTRIES * 40);
    new DataView(cpuid.buffer).setUint32(0, CPUID_ENTRIES, true);
    this.#system.getSupportedCpuid(cpuid);
    this.#vcpu.setCpuid2(cpuid.subarray(0, 8 + new DataView(cpuid.buffer).getUint32(0, true) * 40).slice());
    this.physicalBits = this.#cpuid(cpuid, 0x80000008, 12) & 0xff;
    this.gigabytePages = (this.#cpuid(cpuid, 0x80000001, 24) & GIGABYTE_PAGES) !== 0;
  }

  // A field of struct kvm_cpuid_entry2.
  #cpuid(cpuid: Uint8Array, leaf: number, offset: number): number {
    const view = new DataView(cpuid.buffer);
    for (let at = 8; at + 40 <= cpuid.length; at += 40) {
      if (view.getUint32(at, true) === leaf) return view.getUint32(at + offset, true);
    }
    return 0;
  }

  /** @returns whether KVM took them as they are */
  setRegisters(registers: PagingRegisters): boolean {
    const sregs = new SregsBuffer();
    this.#vcpu.getSregs(sregs.bytes);
    const long = (registers.efer & 0x400n) !== 0n;
    sregs.write({ ...registers, cs: { ...sregs.read().cs, l: long ? 1 : 0, db: 0 } });
    this.#vcpu.setSregs(sregs.bytes);
    this.#vcpu.getSregs(sregs.bytes);
    return sregs.read().cr0 === registers.cr0;
  }

  translate(linear: bigint): bigint | undefined {
    const view = new DataView(new ArrayBuffer(24));
    view.setBigUint64(0, linear, true);
    this.#vcpu.translate(new Uint8Array(view.buffer));
    return view.getUint8(16) === 0 ? undefined : view.getBigUint64(8, true);
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
