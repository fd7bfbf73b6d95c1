import { type Accelerator, type Device, SharedIrqLine, VirtualClock, Vm } from '@picovm/core';
import type { X86Registers, X86Vcpu } from '@picovm/core/x86';
import { uart16550 } from '@picovm/device-console';
import { i8042, pic8259, pit8254, port92, rtc } from '@picovm/device-pc';
import { renderText, vga } from '@picovm/device-vga';
import { interp } from '@picovm/x86-interp';
import { type BiosBlocks, type BiosConnection, bios } from './index.ts';

/** Where `call` puts its few bytes of code, its stack, and what is free for the data of tests. */
const CODE = 0x1000;
const STACK = 0x0f00;
export const DATA = 0x2000;
export const DATA_SEGMENT = DATA >> 4;
/** 12:34:56 on a Wednesday. */
const DATE: number = Date.UTC(2026, 6, 15, 12, 34, 56);
const DEADLINE_MS = 20_000;

/** Registers as tests give and look at them. */
export interface CallRegisters {
  eax?: number;
  ebx?: number;
  ecx?: number;
  edx?: number;
  ax?: number;
  bx?: number;
  cx?: number;
  dx?: number;
  si?: number;
  di?: number;
  bp?: number;
  ds?: number;
  es?: number;
  /** Whether interrupts are on. Default: off. */
  interrupts?: boolean;
}

/** What a call came to. */
export interface CallResult extends Required<Omit<CallRegisters, 'interrupts'>> {
  ah: number;
  al: number;
  carry: boolean;
  zero: boolean;
  outcome: string;
}

/** A disk in memory. */
export class MemoryBlocks implements BiosBlocks {
  readonly bytes: Uint8Array;
  readonly readonly: boolean;
  /** Set: transfers wait for `release`, and then fail if it says so. */
  slow = false;
  /** Set: transfers fail at once. */
  broken = false;
  accesses = 0;
  #waiting: { work: () => void; resolve: () => void; reject: (error: Error) => void }[] = [];

  constructor(size: number, readonly = false) {
    this.bytes = new Uint8Array(size);
    this.readonly = readonly;
  }

  get size(): number {
    return this.bytes.length;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  read(offset: number, out: Uint8Array): void | Promise<void> {
    return this.#do(() => out.set(this.bytes.subarray(offset, offset + out.length)));
  }

  write(offset: number, data: Uint8Array): void | Promise<void> {
    return this.#do(() => this.bytes.set(data, offset));
  }

  /** Lets what waits come to an end. */
  release(failing = false): void {
    for (const { work, resolve, reject } of this.#waiting.splice(0)) {
      if (failing) reject(new Error('the disk is gone'));
      else {
        work();
        resolve();
      }
    }
  }

  #do(work: () => void): void | Promise<void> {
    this.accesses++;
    if (this.broken) throw new Error('the disk is broken');
    if (!this.slow) return work();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ work, resolve, reject });
    });
  }
}

/** A boot sector: code, zeros, the signature. */
export function bootSector(...code: number[]): Uint8Array {
  const sector = new Uint8Array(512);
  sector.set(code);
  sector.set([0x55, 0xaa], 510);
  return sector;
}

/** A floppy of 1.44 MB whose boot sector halts. */
export function bootFloppy(code: Iterable<number> = [0xfa, 0xf4]): MemoryBlocks {
  const blocks = new MemoryBlocks(1440 * 1024);
  blocks.bytes.set(bootSector(...code));
  return blocks;
}

export interface PcOptions {
  accelerator?: Accelerator<X86Vcpu>;
  connection?: Partial<BiosConnection>;
  /** Time as it passes, instead of time counted in instructions. */
  realTime?: boolean;
  banner?: string;
  /** Whether the keyboard waits while the BIOS has no room. */
  paced?: boolean;
  /** RAM in all. Default 2 MiB. */
  memoryBytes?: number;
  devices?: Device[];
}

/** A PC of the real chips of this repository, with our BIOS. */
export class Pc {
  readonly vm: Vm<X86Vcpu>;
  readonly vga: ReturnType<typeof vga> = vga();
  readonly keyboard: ReturnType<typeof i8042>;
  readonly rtc: ReturnType<typeof rtc> = rtc({ date: DATE });
  readonly bios: ReturnType<typeof bios>;
  readonly com1: ReturnType<typeof uart16550>;
  readonly log: string[] = [];
  serial = '';
  #drawn = -1;
  #shown: ReturnType<ReturnType<typeof vga>['screen']> | undefined;

  constructor({
    accelerator = interp(),
    connection = {},
    realTime = false,
    banner,
    devices = [],
    memoryBytes = 0x200000,
    paced = false,
  }: PcOptions = {}) {
    this.bios = bios(banner === undefined ? {} : { banner });
    const a20 = new SharedIrqLine((level) => {
      // The 8042 says so while the VM is made; a new CPU has it on.
      const vcpu = (this as { vm?: Vm<X86Vcpu> }).vm?.vcpu;
      if (vcpu !== undefined && 'a20' in vcpu) vcpu.a20 = level;
    });
    this.keyboard = i8042({ a20: a20.source(), ...(paced ? { mayType: () => this.bios.mayType() } : {}) });
    this.com1 = uart16550({
      output: (bytes) => {
        this.serial += new TextDecoder().decode(bytes);
      },
    });
    const note = (message: string): void => void this.log.push(message);
    this.vm = new Vm({
      accelerator,
      memory: [
        { base: 0, size: 0xa0000 },
        { base: 0xc0000, size: 0x40000 },
        { base: 0x100000, size: memoryBytes - 0x100000 },
        { base: 0xffff0000, size: 0x10000, readonly: true },
      ],
      devices: [
        pic8259(),
        pit8254(),
        this.rtc,
        this.keyboard,
        port92({ a20: a20.source() }),
        this.com1,
        this.vga,
        this.bios,
        ...devices,
      ],
      ...(realTime ? {} : { clock: new VirtualClock() }),
      logger: { debug: () => {}, info: () => {}, warn: note, error: note },
    });
    this.bios.connect({
      vm: this.vm,
      disks: [{ kind: 'floppy', blocks: bootFloppy() }],
      serialPorts: [0x3f8],
      ...connection,
    });
    this.loadRom();
  }

  loadRom(): void {
    this.vm.memory.write(0xf0000, this.bios.rom);
    this.vm.memory.write(0xffff0000, this.bios.rom);
  }

  /** Runs until the guest ends it. @returns the outcome */
  async run(timeoutMs = DEADLINE_MS): Promise<string> {
    return (await this.vm.run({ timeoutMs })).outcome;
  }

  /** From the reset vector until the boot sector halts. */
  async boot(): Promise<this> {
    const outcome = await this.run();
    if (outcome !== 'halted') throw new Error(`the PC did not boot: ${outcome}\n${this.screen.join('\n')}`);
    return this;
  }

  /** Executes `int N`, and what is to come before it, with registers. */
  async call(interrupt: number, registers: CallRegisters = {}, timeoutMs = DEADLINE_MS): Promise<CallResult> {
    this.prepare(interrupt, registers);
    return this.finish(timeoutMs);
  }

  /** Sets everything up for `int N; cli; hlt`. */
  prepare(interrupt: number, registers: CallRegisters = {}): void {
    const { vcpu, memory } = this.vm;
    memory.write(CODE, Uint8Array.of(0xcd, interrupt, 0xfa, 0xf4));
    const { ds = DATA_SEGMENT, es = DATA_SEGMENT, interrupts = false } = registers;
    const special = vcpu.getSpecialRegisters();
    const segment = (selector: number): typeof special.ds => ({ ...special.ds, selector, base: BigInt(selector * 16) });
    vcpu.setSpecialRegisters({
      cs: { ...special.cs, selector: 0, base: 0n },
      ss: segment(0),
      ds: segment(ds),
      es: segment(es),
    });
    const wide = (name: 'ax' | 'bx' | 'cx' | 'dx'): bigint => BigInt(registers[`e${name}`] ?? registers[name] ?? 0);
    vcpu.setRegisters({
      rax: wide('ax'),
      rbx: wide('bx'),
      rcx: wide('cx'),
      rdx: wide('dx'),
      rsi: BigInt(registers.si ?? 0),
      rdi: BigInt(registers.di ?? 0),
      rbp: BigInt(registers.bp ?? 0),
      rsp: BigInt(STACK),
      rip: BigInt(CODE),
      rflags: interrupts ? 0x202n : 2n,
    });
  }

  /** Runs what `prepare` set up. */
  async finish(timeoutMs = DEADLINE_MS): Promise<CallResult> {
    const outcome = await this.run(timeoutMs);
    const registers: X86Registers = this.vm.vcpu.getRegisters();
    const special = this.vm.vcpu.getSpecialRegisters();
    const low = (name: keyof X86Registers): number => Number(registers[name] & 0xffffffffn);
    const eax = low('rax');
    return {
      ...{ eax, ebx: low('rbx'), ecx: low('rcx'), edx: low('rdx') },
      ...{ ax: eax & 0xffff, bx: low('rbx') & 0xffff, cx: low('rcx') & 0xffff, dx: low('rdx') & 0xffff },
      ...{ si: low('rsi') & 0xffff, di: low('rdi') & 0xffff, bp: low('rbp') & 0xffff },
      ...{ ah: (eax >> 8) & 0xff, al: eax & 0xff, ds: special.ds.selector, es: special.es.selector },
      carry: (registers.rflags & 1n) !== 0n,
      zero: (registers.rflags & 0x40n) !== 0n,
      outcome,
    };
  }

  /** The text on the screen, a string a row. */
  get screen(): string[] {
    const screen = this.vga.screen();
    return 'cells' in screen ? renderText(screen) : [];
  }

  /** The colour of a pixel of a graphics mode. */
  pixel(x: number, y: number): number[] {
    const { generation } = this.vga;
    if (generation !== this.#drawn) this.#shown = this.vga.screen();
    this.#drawn = generation;
    const screen = this.#shown;
    if (screen === undefined || !('data' in screen)) throw new Error('this is a text mode');
    const at = 4 * (y * screen.width + x);
    return [...screen.data.subarray(at, at + 3)];
  }

  word(address: number): number {
    return this.vm.memory.readU16(address);
  }

  byte(address: number): number {
    return this.vm.memory.readU8(address);
  }
}
