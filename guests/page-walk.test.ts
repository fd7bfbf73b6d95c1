import { Arena, GuestMemory } from '@picovm/core';
import { enterProtectedMode, type PagingRegisters, walkPageTables, type X86Segment } from '@picovm/core/x86';
import { createCpu, type X86Cpu } from '@picovm/x86-interp';
import { afterAll, describe, expect, onTestFailed, test } from 'vitest';
import { FORMS, randomWay, TABLES, type TableForm } from './harness/random-tables.ts';
import { newRandom, type Random } from './snapshots/random.ts';

// The walker against the interpreter's own accesses, through tables of noise.

const ROUNDS = 4000;
const CODE = 0x1000;
const CODE_TABLES = [0x2000, 0x3000];
const MEMORY = 0x80000;
const ACCESSES = ['read', 'write', 'execute'] as const;
const NOP = 0x90;

type Model = NonNullable<Parameters<typeof createCpu>[0]['cpuModel']>;
type Access = (typeof ACCESSES)[number];

/** What became of an access. */
type Outcome = { readonly physical: number } | { readonly vector: number; readonly errorCode: number | undefined };

/** A CPU whose code is mapped whatever else is, and that tells what an access leads to. */
class Prober implements Disposable {
  readonly cpu: X86Cpu;
  readonly #form: TableForm;
  #fault: { vector: number; errorCode: number | undefined } | undefined;
  #device: number | undefined;

  constructor(cpuModel: Model, form: TableForm) {
    this.#form = form;
    const note = (address: number): void => {
      this.#device = address;
    };
    this.cpu = createCpu({ cpuModel, memory: MEMORY, bus: { readMemory: note as never, writeMemory: note } });
    this.cpu.on('exception', ({ vector, errorCode }) => {
      this.#fault ??= { vector, errorCode };
    });
  }

  /** The first 4 MiB (PAE: 2 MiB) are the code's alone. */
  mapCode(): void {
    const { memory } = this.cpu;
    const top = TABLES.first * 4096;
    if (this.#form.mode === 'pae') {
      memory.writeU64(top, BigInt(CODE_TABLES[0]) | 1n);
      memory.writeU64(CODE_TABLES[0], BigInt(CODE_TABLES[1]) | 7n);
      memory.writeU64(CODE_TABLES[1] + 8, BigInt(CODE) | 7n);
    } else {
      memory.writeU32(top, CODE_TABLES[1] | 7);
      memory.writeU32(CODE_TABLES[1] + 4, CODE | 7);
    }
  }

  /** Makes an access of four bytes (execution: one). @param physical where it should lead, for what it needs there */
  access(
    registers: PagingRegisters,
    linear: number,
    access: Access,
    user: boolean,
    physical: number | undefined,
  ): Outcome {
    const { cpu } = this;
    const { memory } = cpu;
    const address = [...new Uint8Array(Uint32Array.of(linear).buffer)];
    const code = { read: [0xa1, ...address], write: [0xa3, ...address], execute: [0xb8, ...address, 0xff, 0xe0] }[
      access
    ];
    memory.write(CODE, Uint8Array.from(code));
    enterProtectedMode(cpu, { entry: BigInt(CODE) });
    const dpl = user ? 3 : 0;
    const { cs, ds } = cpu.getSpecialRegisters();
    const data: X86Segment = { ...ds, dpl, selector: ds.selector | dpl };
    cpu.setSpecialRegisters({
      ...registers,
      ...{ ds: data, es: data, ss: data, fs: data, gs: data, cs: { ...cs, dpl, selector: cs.selector | dpl } },
    });
    // Of no page: nothing there is like it.
    cpu.setRegisters({ rax: 0x5ca1ab1en });
    const before = physical !== undefined && physical < MEMORY ? memory.read(physical, 4) : undefined;
    if (before !== undefined && access === 'execute') memory.writeU8(physical as number, NOP);
    this.#fault = undefined;
    this.#device = undefined;
    for (let n = access === 'execute' ? 3 : 1; n > 0 && this.#fault === undefined; n--) cpu.step();
    const fault: Outcome | undefined = this.#fault;
    if (fault !== undefined) return fault;
    if (this.#device !== undefined) return { physical: this.#device };
    if (physical === undefined || before === undefined) return { physical: -1 };
    if (access === 'execute') {
      memory.write(physical, before);
      return { physical: cpu.getRegisters().rip === BigInt(linear + 1) ? physical : -1 };
    }
    // The walk may have set bits of what is read.
    const now = memory.readU32(physical);
    const seen = Number(cpu.getRegisters().rax);
    if (access === 'read') return { physical: seen === now ? physical : -1 };
    memory.write(physical, before);
    return { physical: now === 0x5ca1ab1e ? physical : -1 };
  }

  [Symbol.dispose](): void {
    this.cpu.dispose();
  }
}

function randomAccess(random: Random): { access: Access; user: boolean } {
  return { access: ACCESSES[random.integer(0, 2)], user: random.integer(0, 1) === 1 };
}

describe.each<[Model, TableForm, Partial<PagingRegisters>, number]>([
  ['386', FORMS['32-bit'], {}, 32],
  ['486', FORMS['32-bit'], { cr0: 0x80010011n }, 32],
  ['pentium3', FORMS['32-bit'], { cr4: 0x10n }, 36],
  ['pentium4', FORMS['32-bit'], { cr0: 0x80010011n, cr4: 0x10n, efer: 0x800n }, 36],
  ['pentiumpro', FORMS.pae, { cr4: 0x20n }, 36],
  ['pentium4', FORMS.pae, { cr0: 0x80010011n, cr4: 0x30n }, 36],
  ['pentium4', FORMS.pae, { cr0: 0x80010011n, cr4: 0x20n, efer: 0x800n }, 36],
])('the walker and a %s', (model, form, controls, physicalBits) => {
  const random = newRandom();
  const seen = new Map<string, number>();

  test(`${form.mode}, ${JSON.stringify(controls, (_, v) => (typeof v === 'bigint' ? v.toString(16) : v))}: ${ROUNDS} accesses`, () => {
    onTestFailed(() => console.error(`to repeat this: PICOVM_SEED=${random.seed}`));
    using prober = new Prober(model, form);
    const { memory } = prober.cpu;
    // Each word of the data is its own address.
    for (let at = 0x40000; at < MEMORY; at += 4) memory.writeU32(at, at);
    const registers: PagingRegisters = {
      cr0: 0x80000011n,
      cr4: 0n,
      efer: 0n,
      ...controls,
      cr3: BigInt(TABLES.first * 4096),
    };
    for (let round = 0; round < ROUNDS; round++) {
      const linear = (random.integer(0x400000, 0xfffffffc) & ~3) >>> 0;
      randomWay(memory, form, BigInt(linear), random, { reserved: 30, beyond: 8 });
      prober.mapCode();
      const how = randomAccess(random);
      const walk = walkPageTables(memory, registers, BigInt(linear), { ...how, physicalBits });
      const { fault, physical } = walk;
      // What lies where there is no memory is the machine's affair; and what runs there.
      if (fault?.reason === 'no-memory') continue;
      if (how.access === 'execute' && fault === undefined && (physical ?? 0) >= MEMORY) continue;
      // What is executed is written there first: not over the way itself, nor over the code that goes there and its own tables.
      if (
        how.access === 'execute' &&
        (walk.entries.some(({ address }) => address === (physical ?? 0) - ((physical ?? 0) % 4)) ||
          [CODE, ...CODE_TABLES].includes((physical ?? 0) & ~0xfff))
      )
        continue;
      const expected = fault === undefined ? { physical } : { vector: 14, errorCode: fault.errorCode };
      const outcome = prober.access(registers, linear, how.access, how.user, fault ? undefined : physical);
      expect(
        { round, linear, ...how, ...outcome },
        JSON.stringify(walk, (_, v) => (typeof v === 'bigint' ? v.toString(16) : v)),
      ).toEqual({
        round,
        linear,
        ...how,
        ...expected,
      });
      const what = fault?.reason ?? (walk.pageSize === 4096 ? 'small' : 'large');
      seen.set(what, (seen.get(what) ?? 0) + 1);
    }
  });

  // A comparison that compares nothing would not fail.
  afterAll(() => {
    for (const what of ['small', 'not-present', 'protection']) expect(seen.get(what) ?? 0).toBeGreaterThan(ROUNDS / 50);
    if (form.mode === 'pae') expect(seen.get('reserved-bits') ?? 0).toBeGreaterThan(ROUNDS / 50);
    if (form.mode === 'pae' || controls.cr4 !== undefined) expect(seen.get('large') ?? 0).toBeGreaterThan(ROUNDS / 50);
  });
});

test('whatever is in memory and in the registers, a walk comes to an end, and changes nothing', () => {
  const random = newRandom();
  onTestFailed(() => console.error(`to repeat this: PICOVM_SEED=${random.seed}`));
  const size = 0x8000;
  const memory = new GuestMemory(new Arena(size), [
    { base: 0, size: size / 2 },
    { base: 0x10000, size: size / 2, readonly: true },
  ]);
  const word = (): bigint => BigInt(random.integer(0, 0xffffffff));
  for (let round = 0; round < 2000; round++) {
    for (let n = 0; n < 64; n++)
      memory.writeU32(random.integer(0, size / 8 - 1) * 4, Number(word()) & random.integer(0, 0xffffffff));
    const registers = { cr0: word() | 0x80000000n, cr3: (word() << 32n) | word(), cr4: word(), efer: word() };
    if (random.integer(0, 1) === 0) registers.cr3 = BigInt(random.integer(0, 7) * 0x1000);
    const linear = (word() << 32n) | word();
    const before = Buffer.from(memory.read(0, size / 2));
    const { entries, fault, physical } = walkPageTables(
      memory,
      registers,
      random.integer(0, 1) ? linear : BigInt.asUintN(47, linear),
    );
    expect(entries.length).toBeLessThanOrEqual(5);
    expect(fault === undefined).toBe(physical !== undefined);
    if (physical !== undefined) expect(Number.isSafeInteger(physical) && physical >= 0).toBe(true);
    expect(before.equals(memory.read(0, size / 2))).toBe(true);
  }
});
