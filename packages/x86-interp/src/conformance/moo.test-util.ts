import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** Registers by name, as far as a MOO chunk gives them. */
export type MooRegisters = Record<string, number>;

/** A state of the machine: in `final`, only what changed. */
export interface MooState {
  readonly registers: MooRegisters;
  /** Addresses and bytes, alternating. */
  readonly ram: Uint32Array;
}

/** One captured instruction. */
export interface MooTest {
  readonly index: number;
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly initial: MooState;
  readonly final: MooState;
  /** The exception that was taken, and the address of the FLAGS that it pushed. */
  readonly exception: { readonly vector: number; readonly flagsAddress: number } | undefined;
}

const NAMES_16 = ['ax', 'bx', 'cx', 'dx', 'cs', 'ss', 'ds', 'es', 'sp', 'bp', 'si', 'di', 'ip', 'flags'];
const NAMES_32 = [
  'cr0', 'cr3', 'eax', 'ebx', 'ecx', 'edx', 'esi', 'edi', 'ebp', 'esp',
  'cs', 'ds', 'es', 'fs', 'gs', 'ss', 'eip', 'eflags', 'dr6', 'dr7',
]; // biome-ignore format: rows of ten

/** Reads a gzipped file of captured instructions (format: https://github.com/dbalsom/moo). */
export function readMoo(path: string): MooTest[] {
  const tests: MooTest[] = [];
  forEachChunk(gunzipSync(readFileSync(path)), (id, chunk) => {
    if (id === 'TEST') tests.push(readTest(chunk));
  });
  return tests;
}

function readTest(chunk: Buffer): MooTest {
  const test = {
    index: chunk.readUInt32LE(0),
    name: '',
    bytes: new Uint8Array() as Uint8Array,
    initial: { registers: {}, ram: new Uint32Array() },
    final: { registers: {}, ram: new Uint32Array() },
    exception: undefined as MooTest['exception'],
  };
  forEachChunk(chunk.subarray(4), (id, part) => {
    if (id === 'NAME') test.name = part.toString('latin1', 4);
    else if (id === 'BYTS') test.bytes = part.subarray(4);
    else if (id === 'INIT') test.initial = readState(part);
    else if (id === 'FINA') test.final = readState(part);
    else if (id === 'EXCP') test.exception = { vector: part[0], flagsAddress: part.readUInt32LE(1) };
  });
  return test;
}

function readState(chunk: Buffer): { registers: MooRegisters; ram: Uint32Array<ArrayBuffer> } {
  const registers: MooRegisters = {};
  let ram = new Uint32Array();
  forEachChunk(chunk, (id, part) => {
    if (id === 'REGS') readRegisters(registers, NAMES_16, part.readUInt16LE(0), (i) => part.readUInt16LE(2 + 2 * i));
    else if (id === 'RG32')
      readRegisters(registers, NAMES_32, part.readUInt32LE(0), (i) => part.readUInt32LE(4 + 4 * i));
    else if (id === 'RAM ') {
      ram = new Uint32Array(part.readUInt32LE(0) * 2);
      for (let i = 0; i < ram.length; i += 2) {
        ram[i] = part.readUInt32LE(4 + (i / 2) * 5);
        ram[i + 1] = part[8 + (i / 2) * 5];
      }
    }
  });
  return { registers, ram };
}

function readRegisters(into: MooRegisters, names: string[], mask: number, value: (i: number) => number): void {
  let next = 0;
  names.forEach((name, bit) => {
    if (((mask >>> bit) & 1) !== 0) into[name] = value(next++);
  });
}

function forEachChunk(data: Buffer, use: (id: string, chunk: Buffer) => void): void {
  for (let at = 0; at < data.length; ) {
    const length = data.readUInt32LE(at + 4);
    use(data.toString('latin1', at, at + 4), data.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
}
