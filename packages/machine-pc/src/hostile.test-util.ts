import { VirtualClock } from '@picovm/core';
import { enterRealMode } from '@picovm/core/x86';
import { type BlockBackend, memoryBlocks } from '@picovm/device-disk';
import type { Random } from '@picovm/testkit';
import { interp } from '@picovm/x86-interp';
import { assemble, SCENARIOS, TABLES } from './hostile-scenarios.test-util.ts';
import { type Pc, type PcOptions, pc } from './index.ts';
import { bootCdrom, bootFloppy, MIB, STOP } from './pc.test-util.ts';

/** How a disk of the host answers. */
export type Host = 'sync' | 'async' | 'failing';

/** A disk that notes what it should not have been asked for. */
export class StrictBlocks implements BlockBackend {
  readonly readonly = false;
  readonly size: number;
  /** Accesses beyond it, or not of whole sectors. */
  violations = 0;
  /** How often it was read and written. */
  reads = 0;
  writes = 0;
  readonly #blocks: ReturnType<typeof memoryBlocks>;
  readonly #host: Host;

  constructor(content: Uint8Array, host: Host) {
    this.#blocks = memoryBlocks(content);
    this.size = content.length;
    this.#host = host;
  }

  read(offset: number, out: Uint8Array): void | Promise<void> {
    this.reads++;
    return this.#do(offset, out, () => this.#blocks.read(offset, out));
  }

  write(offset: number, data: Uint8Array): void | Promise<void> {
    this.writes++;
    return this.#do(offset, data, () => this.#blocks.write(offset, data));
  }

  flush(): void | Promise<void> {
    return this.#do(0, new Uint8Array(0), () => {});
  }

  #do(offset: number, { length }: Uint8Array, work: () => void): void | Promise<void> {
    if (offset % 512 !== 0 || length % 512 !== 0 || offset < 0 || offset + length > this.size) this.violations++;
    if (this.#host === 'failing' && offset % 1024 === 0) throw new Error('this sector is broken');
    if (this.#host === 'async') return Promise.resolve().then(work);
    work();
  }
}

/** A machine with a disk of each kind of host. */
export interface Victim {
  readonly pc: Pc;
  readonly disks: readonly StrictBlocks[];
  /** Lets time pass up to the next alarm. */
  pass(): void;
}

/** Makes one, by its own BIOS, or with the devices of a firmware ROM. */
export function victim(withFirmware: boolean, more: Partial<PcOptions> = {}): Victim {
  const cd = new StrictBlocks(bootCdrom(...STOP).bytes, 'async');
  const floppy = new StrictBlocks(bootFloppy(...STOP).bytes, 'sync');
  const disks = (['sync', 'async', 'failing'] as const).map((host) => new StrictBlocks(new Uint8Array(MIB), host));
  // hlt; jmp to it
  const firmware = new Uint8Array(0x10000);
  firmware.set([0xf4, 0xeb, 0xfd], 0xfff0);
  const clock = new VirtualClock();
  const machine = pc({
    accelerator: interp(),
    memory: 2 * MIB,
    clock,
    floppies: [floppy, undefined],
    disks,
    cdroms: [cd],
    ...(withFirmware && { firmware }),
    ...more,
  });
  const pass = (): void => {
    clock.skipToNextAlarm();
    clock.runDueAlarms();
  };
  return { pc: machine, disks: [...disks, floppy, cd], pass };
}

const SIZES = [1, 1, 1, 2, 4] as const;
const EDGES = [0, 1, 2, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0xffff, 0x10000, 0xfffff, 0x100000, 0x7fffffff, 0xffffffff];
/** Ports whose registers start things: disks, floppies, DMA, timers, PCI, the BIOS. */
const BUSY = [
  ...[0x1f6, 0x1f7, 0x1f0, 0x176, 0x177, 0x170, 0x3f2, 0x3f5, 0x3f5, 0x3f5, 0x0a, 0x0b, 0x08, 0x04, 0x05, 0x81],
  ...[0xc000, 0xc002, 0xc004, 0xc008, 0xc00a, 0xc00c, 0xcf8, 0xcfc, 0xcfd, 0x43, 0x40, 0x61, 0x70, 0x71, 0x64, 0x60],
  ...[0xe4, 0xe1, 0xeb, 0x510, 0x514, 0x518, 0x604, 0xb2, 0x1ce, 0x1d0, 0x20, 0x21, 0xa0, 0xa1, 0x92, 0xf0],
];
/** Commands that do much: ATA reads and writes by PIO and DMA, PACKET, floppy commands, DMA modes. */
const COMMANDS = [
  0x20, 0x24, 0x25, 0x29, 0x30, 0x35, 0xa0, 0xa1, 0xc4, 0xc5, 0xc6, 0xc8, 0xca, 0xe7, 0xec, 0xef, 0xe6, 0x45, 0x46,
  0x4d, 0x4a, 0x0f, 0x03, 0x07, 0x13, 0xd4, 0xfe, 0xd1, 0xa8, 0x09, 0x01,
];

/** Random descriptors of PRDs and fw_cfg: addresses in and out of memory, and all lengths. */
export function writeTables({ vm }: Pc, random: Random): void {
  for (let i = 0; i < 64; i++) {
    const address = random.oneIn(3) ? random.next() : random.below(2 * MIB);
    vm.memory.writeU32(TABLES + 8 * i, address);
    vm.memory.writeU32(TABLES + 8 * i + 4, random.oneIn(4) ? random.next() : random.below(0x10000));
  }
}

const MMIO: readonly (readonly [base: number, length: number])[] = [
  [0xa0000, 0x20000],
  [0xe1000000, 0x10000],
  [0xfec00000, 0x20],
  [0xfee00000, 0x400],
];

/** One access to a port or an address, as a guest could make it. @returns what it was */
export function randomAccess({ vm }: Pc, random: Random, ranges: readonly { base: number; length: number }[]): string {
  const size = random.pick(SIZES);
  const value = random.oneIn(3) ? random.pick(EDGES) : random.oneIn(3) ? random.pick(COMMANDS) : random.next();
  const kept = size === 4 ? value : value & (2 ** (8 * size) - 1);
  const writes = !random.oneIn(3);
  if (random.oneIn(8)) {
    // The screen, PCI cards, the APICs.
    const [base, length] = random.pick(MMIO);
    const address = base + random.below(length);
    if (writes) vm.mmio.write(address, size, kept);
    else vm.mmio.read(address, size);
    return `mmio ${address.toString(16)}`;
  }
  const range = random.pick(ranges);
  const port = random.oneIn(2) ? random.pick(BUSY) : range.base + random.below(Math.min(range.length, 16));
  // A bus master's table, and the address of fw_cfg's DMA, whose bytes are the other way round.
  const table = random.oneIn(2) && (port === 0xc004 || port === 0xc00c);
  if (table) vm.ports.write(port, 4, TABLES + 8 * random.below(60));
  else if (port === 0x518 && random.oneIn(2)) vm.ports.write(port, 4, 0x00800000);
  else if (random.oneIn(30)) blockAccess(vm, random, port, size, writes);
  else if (writes) vm.ports.write(port, size, kept);
  else vm.ports.read(port, size);
  return `port ${port.toString(16)} ${writes ? `= ${kept.toString(16)}` : ''} (${size})`;
}

/** What a driver does, step by step. @returns what it was */
export function randomScenario({ pc: { vm }, pass }: Victim, random: Random): string {
  const name = random.pick(Object.keys(SCENARIOS));
  for (const { port, size, value, count = 1 } of SCENARIOS[name](random)) {
    if (random.oneIn(50)) pass();
    if (count > 1 && value === undefined) vm.ports.readBlock(port, size, new Uint8Array(size * count));
    else if (count > 1) vm.ports.writeBlock(port, size, random.bytes(size * count));
    else if (value === undefined) vm.ports.read(port, size);
    else vm.ports.write(port, size, value);
  }
  for (let i = random.below(5); i > 0; i--) pass();
  return name;
}

function blockAccess({ ports }: Pc['vm'], random: Random, port: number, size: 1 | 2 | 4, writes: boolean): void {
  const block = random.bytes(size * (1 + random.below(300)));
  if (writes) ports.writeBlock(port, size, block);
  else ports.readBlock(port, size, block);
}

/** Fills low memory with code, of drivers or of anything, and starts it. */
export function randomCode({ vm }: Pc, random: Random): void {
  const code = random.bytes(0x3f00);
  const names = Object.keys(SCENARIOS);
  const pieces = random.oneIn(4) ? 0 : 600;
  let at = 0;
  // xor ax, ax; mov ds, ax; mov ss, ax; mov sp, 4000h; les and di anywhere
  if (pieces > 0) code.set([0x31, 0xc0, 0x8e, 0xd8, 0x8e, 0xd0, 0xbc, 0x00, 0x40, 0xbf, random.next(), random.next()]);
  if (pieces > 0) at = 12;
  for (let i = 0; i < pieces; i++) {
    const service = [0xb8, random.next(), random.below(0x50), 0xb2, random.pick([0, 0x80, 0x81, 0xe0])];
    const piece = random.pick([
      () => assemble(SCENARIOS[random.pick(names)](random)),
      () => assemble(SCENARIOS[random.pick(names)](random)),
      () => [...service, 0xb9, random.below(20), 0, 0xcd, random.pick([0x10, 0x13, 0x13, 0x14, 0x15, 0x16, 0x1a])],
      () => [random.pick([0xfa, 0xfb, 0xfb, 0xf4, 0x9b, 0x90])],
      () => [...random.bytes(1 + random.below(2))],
    ])();
    if (at + piece.length > code.length - 8) break;
    code.set(piece, at);
    at += piece.length;
  }
  // jmp to the beginning
  code.set([0xe9, -(at + 3) & 0xff, (-(at + 3) >> 8) & 0xff], at);
  vm.memory.write(0x4000, code);
  enterRealMode(vm.vcpu, { segment: 0, offset: 0x4000 + (pieces > 0 ? 0 : random.below(code.length)) });
  if (random.oneIn(3)) vm.memory.write(0x400, random.bytes(0x100));
  if (random.oneIn(6)) vm.memory.write(4 * random.below(0x80), random.bytes(16));
}
