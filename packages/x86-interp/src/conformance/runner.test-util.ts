import { Vm } from '@picovm/core';
import { realModeSegment, type X86Registers, type X86SegmentName } from '@picovm/core/x86';
import { type CpuModel, type InterpVcpu, interp } from '../index.ts';
import type { MooRegisters, MooTest } from './moo.test-util.ts';

const GENERAL = {
  ax: 'rax',
  bx: 'rbx',
  cx: 'rcx',
  dx: 'rdx',
  sp: 'rsp',
  bp: 'rbp',
  si: 'rsi',
  di: 'rdi',
  ip: 'rip',
  flags: 'rflags',
} as const;
const SEGMENTS: readonly X86SegmentName[] = ['cs', 'ss', 'ds', 'es', 'fs', 'gs'];
/** More than any captured instruction and its HLT take. */
const MAX_INSTRUCTIONS = 4;

/** How a set of captures is to be run. */
export interface Rules {
  readonly model: CpuModel;
  /** Bytes of memory. */
  readonly memory: number;
  /** The captured instruction runs alone; else up to and with the HLT behind it. */
  readonly single: boolean;
  /** Bits of the initial FLAGS that can be set. */
  readonly initialFlags: number;
  /** Bits of FLAGS that are defined after an instruction. */
  readonly flagsMask: (test: MooTest, file: string) => number;
}

/** Runs captured instructions through the public interface of one machine, which is used again and again. */
export class ConformanceRunner {
  readonly #rules: Rules;
  readonly #vm: Vm<InterpVcpu>;
  readonly #memory: Uint8Array;

  constructor(rules: Rules) {
    this.#rules = rules;
    this.#vm = new Vm({ accelerator: interp({ cpuModel: rules.model }), memory: [{ base: 0, size: rules.memory }] });
    this.#memory = this.#vm.memory.view(0, rules.memory);
  }

  /** @returns what is wrong, or undefined if all is as it was captured */
  run(test: MooTest, file: string): string | undefined {
    const { vcpu } = this.#vm;
    this.#setUp(test);
    const instructions = this.#rules.single ? 1 : MAX_INSTRUCTIONS;
    const { reason } = vcpu.run({ instructions, nanoseconds: Number.POSITIVE_INFINITY });
    const ended = reason === 'halt' || (this.#rules.single && reason === 'slice-end');
    const differences = ended ? [] : [`the exit was ${reason}`];
    differences.push(...this.#compare(test, this.#rules.flagsMask(test, file)));
    this.#tearDown(test);
    return differences.length === 0 ? undefined : differences.join(', ');
  }

  #setUp({ initial: { registers, ram } }: MooTest): void {
    const { vcpu } = this.#vm;
    vcpu.reset();
    vcpu.setRegisters(toRegisters({ ...registers, flags: flagsOf(registers) & this.#rules.initialFlags }));
    const segments = SEGMENTS.filter((name) => registers[name] !== undefined);
    vcpu.setSpecialRegisters(Object.fromEntries(segments.map((name) => [name, realModeSegment(registers[name])])));
    this.#fill(ram, true);
  }

  #fill(ram: Uint32Array, values: boolean): void {
    for (let i = 0; i < ram.length; i += 2) {
      this.#memory[ram[i]] = values ? ram[i + 1] : 0;
      this.#vm.memory.markDirty(ram[i], 1);
    }
  }

  #tearDown({ initial, final }: MooTest): void {
    this.#fill(initial.ram, false);
    this.#fill(final.ram, false);
  }

  #compare(test: MooTest, flagsMask: number): string[] {
    const { initial, final } = test;
    const wanted = {
      ...initial.registers,
      flags: flagsOf(initial.registers) & this.#rules.initialFlags,
      ...final.registers,
    };
    const got = fromRegisters(this.#vm.vcpu, wanted);
    const differences: string[] = [];
    for (const [name, value] of Object.entries(wanted)) {
      const mask = name.endsWith('flags') ? flagsMask : 0xffffffff;
      if (name in got && ((got[name] ^ value) & mask) !== 0) differences.push(difference(name, got[name], value));
    }
    for (let i = 0; i < final.ram.length; i += 2) {
      const [address, value] = [final.ram[i], final.ram[i + 1]];
      const mask = this.#pushedFlagsMask(test, address, flagsMask);
      if (((this.#memory[address] ^ value) & mask) !== 0) {
        differences.push(difference(`[${address.toString(16)}]`, this.#memory[address], value));
      }
    }
    return differences;
  }

  // FLAGS that an exception pushed are undefined where FLAGS are. (The captures tell their address too, but as the bus
  // shows it: an odd one as the even one below.)
  #pushedFlagsMask({ initial, final, exception }: MooTest, address: number, flagsMask: number): number {
    const { cs, ip, sp, ss } = { ...initial.registers, ...final.registers };
    const divideError = this.#rules.single && cs === 0 && ip === 0x400;
    if ((exception === undefined && !divideError) || sp !== ((initial.registers.sp - 6) & 0xffff)) return 0xff;
    const at = (ss * 16 + ((sp + 4) & 0xffff)) % this.#rules.memory;
    if (address === at) return flagsMask & 0xff;
    return address === at + 1 ? flagsMask >> 8 : 0xff;
  }
}

function flagsOf(registers: MooRegisters): number {
  return registers.flags ?? registers.eflags;
}

function difference(name: string, got: number, wanted: number): string {
  return `${name} is ${got.toString(16)}, not ${wanted.toString(16)}`;
}

function toRegisters(registers: MooRegisters): Partial<X86Registers> {
  const result: Partial<X86Registers> = {};
  for (const [name, register] of Object.entries(GENERAL)) {
    const value = registers[`e${name}`] ?? registers[name];
    if (value !== undefined) result[register] = BigInt(name === 'flags' ? registers.flags : value);
  }
  return result;
}

function fromRegisters(vcpu: InterpVcpu, like: MooRegisters): MooRegisters {
  const registers = vcpu.getRegisters();
  const special = vcpu.getSpecialRegisters();
  const result: MooRegisters = {};
  for (const [name, register] of Object.entries(GENERAL)) {
    const key = `e${name}` in like ? `e${name}` : name;
    result[key] = Number(registers[register]);
  }
  for (const name of SEGMENTS) result[name] = special[name].selector;
  return result;
}
