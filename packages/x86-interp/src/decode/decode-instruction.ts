import { Arena, checkNames, MemoryRegion } from '@picovm/core';
import { wrong } from '../check-argument.ts';
import { Cpu } from '../cpu/cpu.ts';
import { FAULT } from '../cpu/fault.ts';
import type { CpuModelAlias, CpuModelTable } from '../cpu/model-table.ts';
import { addressMask, type CpuModel, MODEL } from '../cpu/models.ts';
import { type Processor, processorOf } from '../cpu/processor.ts';
import { ATTR, CS, SEG, STATE_WORDS } from '../cpu/state-layout.ts';
import { BusSink } from '../cpu-bus.ts';
import { HANDLERS } from '../exec/handlers.ts';
import type { InstructionForm } from '../isa/opcodes.ts';
import { CodeCache } from './code-cache.ts';
import { type DecodedOperand, operandsOf } from './decoded-operand.ts';
import { Decoder } from './decoder.ts';
import { AUX, RECORD, RECORD_SHIFT } from './record.ts';
import { decodeTables } from './tables.ts';

/** How bytes are to be decoded. */
export interface DecodeOptions {
  /** Of the code segment: 16 (real mode, too) or 32 bits. */
  readonly size: 16 | 32;
  /** The processor whose instructions they are. Default `pentium4`. */
  readonly cpuModel?: CpuModel | CpuModelAlias | CpuModelTable;
}

/** A decoded instruction. */
export interface DecodedInstruction {
  readonly valid: true;
  /** The entry of the opcode table. */
  readonly form: InstructionForm;
  /** Bytes, with prefixes. */
  readonly length: number;
  /** Bits of operands and addresses, as the code segment and the prefixes say. */
  readonly operandSize: 16 | 32;
  readonly addressSize: 16 | 32;
  readonly lock: boolean;
  /** The last prefix of F2 (`repne`) and F3 (`rep`), whether it means anything or not. */
  readonly repeat: 'none' | 'rep' | 'repne';
  /** One for each of `form.operands`. */
  readonly operands: readonly DecodedOperand[];
}

/** Bytes that are no instruction. */
export interface InvalidInstruction {
  readonly valid: false;
  /**
   * `undefined-opcode`: the processor raises #UD (the 8086 and 80186 go on behind it); `too-long`: more than 15 bytes
   * (80286: 10), for which it raises #GP; `incomplete`: it goes on behind the bytes given.
   */
  readonly reason: 'undefined-opcode' | 'too-long' | 'incomplete';
}

const PAGE = 4096;
const WIDE_CODE = ATTR.DB;

/** What decodes for a processor: a CPU that runs nothing, over a page that holds the bytes. */
interface Bench {
  readonly cpu: Cpu;
  readonly code: Uint8Array;
}

const DEFAULT_MODEL = 'pentium4';
const NAMES: readonly (keyof DecodeOptions)[] = ['size', 'cpuModel'];

const benches = new WeakMap<Processor, Bench>();
/** A processor of one's own is made once for each table, and again if that has changed. */
const processors = new WeakMap<CpuModelTable, { readonly content: string; readonly processor: Processor }>();

/**
 * Decodes one instruction, by the table and the decoder that the interpreter itself works with.
 *
 * ```ts
 * decodeInstruction(Uint8Array.of(0x8b, 0x45, 0xfc), { size: 32 });
 * // { valid: true, length: 3, form: { mnemonic: 'MOV', … }, operands: [{ kind: 'register', name: 'eax' }, { kind: 'memory', … }], … }
 * ```
 * @param bytes from its first byte on; what is behind it does not matter
 * @throws VmError `ERR_INVALID_ARGUMENT` if there is no such processor, or it runs no code of that size; if the bytes are none
 */
export function decodeInstruction(bytes: Uint8Array, options: DecodeOptions): DecodedInstruction | InvalidInstruction {
  checkArguments(bytes, options);
  const { cpu, code } = benchOf(processorFor(options.cpuModel === undefined ? DEFAULT_MODEL : options.cpuModel));
  if (options.size === 32 && cpu.model < MODEL.I80386) {
    throw wrong('decodeInstruction(): size', `16 for a ${cpu.processor.name}`, options.size);
  }
  if (bytes.length === 0) return { valid: false, reason: 'incomplete' };
  const count = Math.min(bytes.length, PAGE);
  code.set(count === bytes.length ? bytes : bytes.subarray(0, count));
  cpu.state[CS + SEG.ATTRIBUTES] = options.size === 32 ? WIDE_CODE : 0;
  cpu.state[CS + SEG.LIMIT] = count - 1;
  let rec: number;
  try {
    rec = cpu.decoder.decode(0);
  } catch (fault) {
    if (fault !== FAULT) throw fault;
    return { valid: false, reason: count >= maximumLength(cpu) ? 'too-long' : 'incomplete' };
  }
  const form = cpu.decoder.form?.form;
  const records = cpu.cache.code;
  if (form === undefined) return { valid: false, reason: 'undefined-opcode' };
  const aux = records[rec + RECORD.AUX];
  return {
    valid: true,
    form,
    length: records[rec + RECORD.LENGTH] >> RECORD_SHIFT,
    operandSize: (aux & AUX.OPERAND32) !== 0 ? 32 : 16,
    addressSize: (aux & AUX.ADDRESS32) !== 0 ? 32 : 16,
    lock: (aux & AUX.LOCK) !== 0,
    repeat: (aux & AUX.REP) !== 0 ? 'rep' : (aux & AUX.REPNE) !== 0 ? 'repne' : 'none',
    operands: operandsOf(form, records, rec, cpu.base),
  };
}

function checkArguments(bytes: Uint8Array, options: DecodeOptions): void {
  // Of another realm, too: some test runners have one of their own.
  if (ArrayBuffer.isView(bytes) && bytes.BYTES_PER_ELEMENT === 1) {
    checkNames('decodeInstruction()', options, NAMES);
    if (options.size === 16 || options.size === 32) return;
    throw wrong('decodeInstruction(): size', '16 or 32', options.size);
  }
  throw wrong('decodeInstruction(): bytes', 'a Uint8Array', bytes, ': Uint8Array.of(0x90) makes one');
}

function maximumLength(cpu: Cpu): number {
  return cpu.model === MODEL.I80286 ? 10 : 15;
}

function processorFor(model: NonNullable<DecodeOptions['cpuModel']>): Processor {
  if (typeof model !== 'object' || model === null) return processorOf(model);
  const known = processors.get(model);
  if (known !== undefined && known.content === contentOf(model)) return known.processor;
  const processor = processorOf(model);
  processors.set(model, { content: contentOf(model), processor });
  return processor;
}

// Of a table that was valid; one that has changed since may hold anything.
function contentOf(table: CpuModelTable): string {
  return JSON.stringify(table, (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
}

function benchOf(processor: Processor): Bench {
  let bench = benches.get(processor);
  if (bench === undefined) {
    bench = newBench(processor);
    benches.set(processor, bench);
  }
  return bench;
}

function newBench(processor: Processor): Bench {
  const arena = new Arena(STATE_WORDS * 4 + PAGE);
  const region = new MemoryRegion({ base: 0, size: PAGE }, arena);
  const cpu = new Cpu({
    processor,
    arena,
    base: arena.allocate(STATE_WORDS * 4),
    sink: new BusSink({}),
    tables: decodeTables(processor),
    handlers: HANDLERS,
    cache: new CodeCache(arena.size / PAGE),
    addressMask: addressMask(processor.model),
  });
  cpu.decoder = new Decoder(cpu);
  cpu.regions = [region];
  cpu.cache.prepare();
  return { cpu, code: region.bytes };
}
