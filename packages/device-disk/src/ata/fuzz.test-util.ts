import type { AccessSize } from '@picovm/core';
import { Random } from '@picovm/testkit';
import { expect } from 'vitest';
import type { BlockBackend } from '../index.ts';
import { BSY, DRQ, patterned, turn } from './ata.test-util.ts';
import { DmaDriver, PORTS, START, TO_MEMORY } from './bus-master/bus-master.test-util.ts';

export type Host = 'sync' | 'async' | 'failing' | 'async and failing';

/** Blocks that hold a drive to its promises: in range, whole sectors, and one operation at a time. */
class StrictBlocks implements BlockBackend {
  readonly readonly = false;
  readonly size: number;
  readonly wrong: string[] = [];
  readonly #bytes: Uint8Array;
  readonly #host: Host;
  readonly #random: () => number;
  #busy = false;
  #settle: (() => void) | undefined;

  constructor(sectors: number, host: Host, next: () => number) {
    this.#bytes = patterned(sectors);
    this.size = this.#bytes.length;
    this.#host = host;
    this.#random = next;
  }

  read(offset: number, out: Uint8Array): void | Promise<void> {
    return this.#do(offset, out.length, () => out.set(this.#bytes.subarray(offset, offset + out.length)));
  }

  write(offset: number, data: Uint8Array): void | Promise<void> {
    return this.#do(offset, data.length, () => this.#bytes.set(data, offset));
  }

  flush(): void | Promise<void> {
    return this.#do(0, 512, () => {});
  }

  /** Ends what waits. @returns whether anything did */
  settle(): boolean {
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.();
    return settle !== undefined;
  }

  #do(offset: number, length: number, act: () => void): void | Promise<void> {
    if (this.#busy) this.wrong.push('two at a time');
    if (offset % 512 !== 0 || length % 512 !== 0 || length === 0 || offset < 0 || offset + length > this.size) {
      this.wrong.push(`${length} bytes at ${offset}`);
    }
    const fails = this.#host.includes('failing') && this.#random() % 4 === 0;
    const end = (): void => {
      if (fails) throw new Error('the host fails');
      act();
    };
    if (!this.#host.includes('async') || this.#random() % 4 === 0) return end();
    this.#busy = true;
    return new Promise((resolve, reject) => {
      this.#settle = () => {
        this.#busy = false;
        try {
          resolve(end());
        } catch (error) {
          reject(error);
        }
      };
    });
  }
}

const COMMANDS = [
  0x00, 0x08, 0x10, 0x20, 0x24, 0x25, 0x25, 0x27, 0x29, 0x30, 0x34, 0x35, 0x35, 0x39, 0x40, 0x42, 0x70, 0x90, 0x91,
  0xa0, 0xa0, 0xa1, 0xc4, 0xc5, 0xc6, 0xc8, 0xc8, 0xca, 0xca, 0xe0, 0xe5, 0xe7, 0xea, 0xec, 0xef, 0xf8,
];
const PACKETS = [0x00, 0x03, 0x12, 0x1a, 0x1b, 0x1e, 0x25, 0x28, 0x28, 0x2b, 0x43, 0x46, 0x4a, 0x51, 0x5a, 0xa8, 0xbe];
const TABLE = 0x1000;

/**
 * Does what a hostile or broken driver might, with whole commands among it, then finds out whether the drives still work.
 * @throws if anything is not as it must be
 */
export async function fuzz(host: Host, seed: number, steps: number): Promise<void> {
  const random = new Random(seed);
  const next = (): number => random.next();
  const blocks = [600, 4 * 40, 1].map((sectors) => new StrictBlocks(sectors, host, next));
  const [disk, cdrom, small] = blocks;
  const d = new DmaDriver({
    drives: {
      primaryMaster: { kind: 'disk', blocks: disk },
      primarySlave: { kind: 'cdrom', blocks: cdrom },
      secondarySlave: { kind: 'disk', blocks: small },
    },
  });
  for (let i = 0; i < steps; i++) {
    step(d, next);
    if (next() % 3 === 0) for (const one of blocks) one.settle();
    if (next() % 3 === 0 && host.includes('async')) await Promise.resolve();
    if (next() % 200 === 0) d.ata.reset();
    if (next() % 200 === 0) d.ata.restore(structuredClone(d.ata.snapshot()));
    if (next() % 100 === 0) d.ata.eject('primarySlave', { force: next() % 2 === 0 });
    if (next() % 50 === 0) d.ata.insert('primarySlave', cdrom);
    if (next() % 20 === 0) d.machine.clock.advance(next() % 1000);
  }
  expect(blocks.flatMap(({ wrong }) => wrong)).toEqual([]);
  await checkAlive(d, blocks);
}

async function checkAlive(d: DmaDriver, blocks: readonly StrictBlocks[]): Promise<void> {
  d.machine.clock.advance(1000);
  d.control = 4;
  d.control = 0;
  for (let rounds = 0; blocks.some((one) => one.settle()); rounds++) {
    expect(rounds).toBeLessThan(10);
    await turn();
  }
  expect(d.identify()[60]).toBe(600);
  expect(d.identify(true, 0xa1)[0]).toBe(0x85c0);
  d.command(0x20, 7, 1);
  for (let rounds = 0; (d.alternateStatus & BSY) !== 0; rounds++) {
    expect(rounds).toBeLessThan(10);
    for (const one of blocks) one.settle();
    await turn();
  }
  expect(d.alternateStatus & (DRQ | 1)).not.toBe(0);
  d.machine.dispose();
}

function step(d: DmaDriver, next: () => number): void {
  const { machine } = d;
  const base = next() % 4 === 0 ? 0x170 : 0x1f0;
  const size = ([1, 2, 4] as const)[next() % 3];
  switch (next() % 12) {
    case 0:
      machine.writePort(base + (next() % 8), next(), size);
      break;
    case 1:
      read(d, base + (next() % 8), size);
      break;
    case 2:
      machine.writePort(base + 0x206, next() % 4 === 0 ? next() : 0);
      break;
    case 3:
      machine.writePort(PORTS + (next() % 16), next(), size);
      break;
    case 4:
      read(d, PORTS + (next() % 16), size);
      break;
    case 5:
      machine.writePort(PORTS + (base === 0x170 ? 8 : 0), next() % 2 === 0 ? START | TO_MEMORY : next() & 0xff);
      break;
    case 6:
      regions(d, base, next);
      break;
    case 7:
      machine.ports.readBlock(base, size === 1 ? 2 : size, new Uint8Array(4 * (next() % 1000)));
      break;
    case 8:
      machine.ports.writeBlock(base, size === 1 ? 2 : size, new Uint8Array(4 * (next() % 1000)).fill(next()));
      break;
    default:
      command(d, base, next);
  }
}

function read({ machine }: DmaDriver, port: number, size: AccessSize): void {
  const value = machine.readPort(port, size);
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** (8 * size)) throw new Error(`${port} reads as ${value}`);
}

function command({ machine }: DmaDriver, base: number, next: () => number): void {
  machine.writePort(base + 6, 0x40 | (next() & 0x10) | (next() % 4 === 0 ? next() & 0x4f : 0));
  for (let i = 1; i <= 5; i++) {
    if (next() % 4 === 0) machine.writePort(base + i, next() % 4 === 0 ? next() & 0xff : next() % 3);
    machine.writePort(base + i, next() % 4 === 0 ? next() & 0xff : i > 3 ? next() % 2 : next() % 4);
  }
  const opcode = COMMANDS[next() % COMMANDS.length];
  machine.writePort(base + 7, opcode);
  if (opcode !== 0xa0) return;
  const packet = Uint8Array.from({ length: 12 }, (_, i) => (next() % 4 === 0 ? next() : i === 8 ? 3 : 0));
  packet[0] = PACKETS[next() % PACKETS.length];
  machine.ports.writeBlock(base, 2, packet.subarray(0, next() % 8 === 0 ? 6 : 12));
}

function regions({ machine }: DmaDriver, base: number, next: () => number): void {
  for (let i = 0; i < 4; i++) {
    const address = next() % 8 === 0 ? next() : next() % 0x50_0000;
    machine.memory.writeU32(TABLE + 8 * i, address);
    machine.memory.writeU32(TABLE + 8 * i + 4, (next() % 4 === 0 ? 0x8000_0000 : 0) + (next() & 0xffff));
  }
  machine.writePort(PORTS + (base === 0x170 ? 12 : 4), next() % 8 === 0 ? next() : TABLE, 4);
}
