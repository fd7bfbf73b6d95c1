import { readFileSync } from 'node:fs';
import { type Accelerator, physicalBacking, Vm } from '@picovm/core';
import {
  buildPageTables,
  enterLongMode,
  enterProtectedMode,
  enterRealMode,
  listMappings,
  type PageMapping,
  type PagingMode,
  pagingMode,
  walkPageTables,
  writeFlatGdt,
  type X86Vcpu,
} from '@picovm/core/x86';
import { debugConsole } from '@picovm/device-console';
import { renderText, type VgaText, vgaText } from '@picovm/device-vga';
import { kvm } from '@picovm/kvm-native';
import { interp } from '@picovm/x86-interp';
import { describe, expect, test } from 'vitest';
import { EMULATED_KVM_LACKS } from './harness/emulated-kvm.ts';

const LOAD = 0x1000;
const TABLES = 0x10000;
const GDT = 0x4000;
const START = { entry: BigInt(LOAD), stack: 0x8000n };
const SCREEN = 0xb8000;
const MEMORY = 0x80000;

type Tables = Exclude<PagingMode, 'none' | '5-level'>;

/** A mode, with the linear addresses that the programs of modes/ use. */
interface Mode {
  readonly name: string;
  readonly paging?: Tables;
  readonly message: string;
  /** Of the program that enters the mode by itself, if it is another. */
  readonly switched?: string;
  readonly memory?: bigint;
  readonly screen?: bigint;
  /** Bytes of the page that has all of memory. */
  readonly large?: number;
}

const HIGH = { memory: 0xc0000000n, screen: 0xd0000000n };
const MODES: readonly Mode[] = [
  { name: 'real', message: 'real mode', switched: 'real mode, back' },
  { name: 'protected', message: 'protected mode' },
  { name: 'paged', message: '32-bit paging', paging: '32-bit', large: 0x400000, ...HIGH },
  { name: 'pae', message: 'PAE paging', paging: 'pae', large: 0x200000, ...HIGH },
  {
    ...{ name: 'long', message: 'long mode', paging: '4-level', large: 0x200000 },
    ...{ memory: 0xffff800000000000n, screen: 0xffffffff800b8000n },
  },
];

/** The same mappings as the programs make by themselves. */
function mappingsOf({ memory = 0n, screen = 0n, large = 0 }: Mode): PageMapping[] {
  return [
    { linear: 0n, physical: 0, length: 0x10000 },
    { linear: memory, physical: 0, length: large, pageSize: large },
    { linear: screen, physical: SCREEN, length: 0x1000 },
  ];
}

class ModeMachine implements Disposable {
  readonly vm: Vm<X86Vcpu>;
  readonly #vga: VgaText = vgaText();
  #printed = '';

  constructor(accelerator: Accelerator<X86Vcpu>, image: string) {
    const debug = debugConsole({
      output: (bytes) => {
        this.#printed += new TextDecoder().decode(bytes);
      },
    });
    this.vm = new Vm({ accelerator, memory: [{ base: 0, size: MEMORY }], devices: [this.#vga, debug] });
    this.vm.memory.write(LOAD, readFileSync(new URL(`modes/${image}.bin`, import.meta.url)));
  }

  async run(): Promise<{ printed: string; screen: string; message: string; mode: PagingMode }> {
    const { message } = await this.vm.run({ timeoutMs: 10_000 });
    const screen = renderText(this.#vga.screen()).join('\n').trim();
    return { printed: this.#printed, screen, message, mode: pagingMode(this.vm.vcpu.getSpecialRegisters()) };
  }

  [Symbol.dispose](): void {
    this.vm.dispose();
  }
}

/** Puts the vCPU into a mode from outside. */
function enter({ memory, vcpu }: Vm<X86Vcpu>, mode: Mode): void {
  const { name, paging } = mode;
  const start = { ...START, gdt: writeFlatGdt(memory, GDT) };
  const tables = paging === undefined ? undefined : buildPageTables(memory, paging, TABLES, mappingsOf(mode));
  if (name === 'real') enterRealMode(vcpu, { segment: 0, offset: LOAD });
  else if (tables?.mode === '4-level') enterLongMode(vcpu, start, tables);
  else enterProtectedMode(vcpu, start, tables);
}

for (const accelerator of [interp(), kvm()]) {
  const probe = await accelerator.probe();

  /** Why a mode cannot be had. */
  const whyNot = ({ paging }: Mode): string | undefined => {
    if (!probe.available) return `${accelerator.name}: ${probe.reason}`;
    const { modes, hardware } = probe.supports;
    if (paging === '4-level') return modes.includes('long') ? undefined : `${accelerator.name} has no long mode`;
    if (accelerator.name !== 'kvm' || hardware || paging === undefined) return undefined;
    return `KVM emulates instructions on this host: ${EMULATED_KVM_LACKS.paging}`;
  };

  describe(`modes on ${accelerator.name}`, () => {
    test.for(MODES)('$name, set up from the host', async (mode, context) => {
      const reason = whyNot(mode);
      if (reason !== undefined) context.skip(reason);
      using machine = new ModeMachine(accelerator, mode.name);
      enter(machine.vm, mode);
      expect(await machine.run()).toMatchObject({
        printed: mode.message,
        screen: mode.message,
        message: expect.stringContaining('the guest halted'),
        mode: mode.paging ?? 'none',
      });
    });

    test.for(MODES)('$name, entered by the guest', async (mode, context) => {
      const reason = whyNot(mode);
      if (reason !== undefined) context.skip(reason);
      using machine = new ModeMachine(accelerator, `${mode.name}-switch`);
      enterRealMode(machine.vm.vcpu, { segment: 0, offset: LOAD });
      const text = mode.switched ?? mode.message;
      expect(await machine.run()).toMatchObject({
        printed: text,
        screen: text,
        message: expect.stringContaining('the guest halted'),
        mode: mode.paging ?? 'none',
      });
    });

    test.for(MODES.filter(({ paging }) => paging !== undefined))(
      '$name: what the walker finds in the tables of the guest',
      async (mode, context) => {
        const reason = whyNot(mode);
        if (reason !== undefined) context.skip(reason);
        using machine = new ModeMachine(accelerator, `${mode.name}-switch`);
        const { vm } = machine;
        enterRealMode(vm.vcpu, { segment: 0, offset: LOAD });
        await machine.run();
        const special = vm.vcpu.getSpecialRegisters();
        const { memory = 0n, screen = 0n, large } = mode;
        const code = walkPageTables(vm.memory, special, memory + BigInt(LOAD));
        expect(code).toMatchObject({ physical: LOAD, pageSize: large });
        expect(code.entries.at(-1)?.flags).toEqual(['P', 'RW', 'A', 'PS']);
        const cell = walkPageTables(vm.memory, special, screen);
        expect(cell).toMatchObject({ physical: SCREEN, pageSize: 4096 });
        // The guest read its message, and wrote the screen.
        expect(cell.entries.at(-1)?.flags).toEqual(['P', 'RW', 'A', 'D']);
        expect(physicalBacking(vm.memory, vm.map(), SCREEN).range?.owner).toBe('vga');
        // The same as the host would have made.
        const other = new ModeMachine(interp(), mode.name);
        const tables = buildPageTables(other.vm.memory, mode.paging as Tables, TABLES, mappingsOf(mode));
        expect(listMappings(vm.memory, special)).toEqual(listMappings(other.vm.memory, tables));
        other.vm.dispose();
      },
    );

    test('a mode that it has not is refused by its name', async (context) => {
      const long = MODES[4];
      const lacking = MODES.filter((mode) => whyNot(mode) !== undefined);
      if (!probe.available) context.skip(`${accelerator.name}: ${probe.reason}`);
      for (const mode of lacking) {
        using machine = new ModeMachine(accelerator, mode.name);
        expect(() => enter(machine.vm, mode)).toThrow(
          expect.objectContaining({
            code: 'ERR_UNSUPPORTED',
            message: expect.stringContaining(
              mode === long ? 'no long mode with paging 4-level' : `no protected mode with paging ${mode.paging}`,
            ),
          }),
        );
      }
      if (lacking.length === 0) context.skip(`${accelerator.name} has all modes here`);
    });
  });
}
