import {
  type Accelerator,
  type AcceleratorVm,
  type AcceleratorVmOptions,
  type Arena,
  checkNames,
  type ExitReason,
  type ExitSink,
  type GuestMemory,
  type MemoryRegion,
  type Probe,
  type Supports,
  VmError,
} from '@picovm/core';
import { Cpu } from './cpu/cpu.ts';
import type { CpuModelAlias, CpuModelTable } from './cpu/model-table.ts';
import { addressMask, type CpuModel } from './cpu/models.ts';
import { lookAtEvents } from './cpu/pace.ts';
import { type Processor, processorOf } from './cpu/processor.ts';
import { STATE_WORDS } from './cpu/state-layout.ts';
import { flushTlb, flushTlbFetches, flushTlbWrites } from './cpu/tlb.ts';
import { CodeCache } from './decode/code-cache.ts';
import { Decoder } from './decode/decoder.ts';
import { decodeTables } from './decode/tables.ts';
import { dirtySource } from './dirty-source.ts';
import { HANDLERS } from './exec/handlers.ts';
import type { InterpVcpu } from './interp-vcpu.ts';
import { X86Interpreter } from './vcpu.ts';

/** How an interpreter is made. */
export interface InterpOptions {
  /** The processor that guests see: a model, or a table of one's own. Default `pentium4`. */
  readonly cpuModel?: CpuModel | CpuModelAlias | CpuModelTable;
}

const EXITS: ReadonlySet<ExitReason> = new Set<ExitReason>([
  'io',
  'mmio',
  'cpuid',
  'rdmsr',
  'wrmsr',
  'halt',
  'irq-window',
  'shutdown',
  'debug',
  'internal-error',
  'slice-end',
  'kicked',
]);

const SUPPORTS: Supports = {
  arch: 'x86',
  modes: ['real', 'protected'],
  instructionCount: true,
  maxVcpus: 1,
  readonlyMemory: true,
  exits: EXITS,
  hardware: false,
};

const ARENA_BYTES = STATE_WORDS * 4;
/** Places in the arena are int32. */
const MAX_ARENA = 2 ** 31;

/**
 * The interpreter: an accelerator that runs x86 guests in plain JavaScript, wherever that runs.
 * @throws VmError `ERR_INVALID_ARGUMENT` for a CPU model that there is not, or a table that makes no processor
 */
export function interp(options: InterpOptions = {}): Accelerator<InterpVcpu> {
  return interpAccelerator(options);
}

interface InterpAccelerator extends Accelerator<InterpVcpu> {
  createVm(options: AcceleratorVmOptions): InterpVm;
}

/** The same, for who makes the vCPU of its VM out of a bare CPU. */
export function interpAccelerator(options: InterpOptions): InterpAccelerator {
  checkNames('interp()', options, ['cpuModel']);
  const { cpuModel = 'pentium4' } = options;
  const processor = processorOf(cpuModel);
  return {
    name: 'interp',
    arenaBytes: ARENA_BYTES,
    probe: async (): Promise<Probe> => ({ available: true, supports: SUPPORTS }),
    createVm: (vmOptions) => {
      if (vmOptions.arena.size > MAX_ARENA) {
        throw new VmError('ERR_UNSUPPORTED', 'the interpreter takes at most 2 GiB of memory a VM: use less', {
          size: vmOptions.arena.size,
          maximum: MAX_ARENA,
        });
      }
      return new InterpVm(vmOptions, processor);
    },
  };
}

/** Whose memory is in use: decoded code of a page is forgotten when its own CPU, or the host, writes there. */
const inUse = new WeakSet<GuestMemory>();
/** What CPUs that are gone left in an arena, which gives nothing back by itself. */
const places = new WeakMap<Arena, number[]>();

function takePlace(arena: Arena): number {
  const base = places.get(arena)?.pop();
  if (base === undefined) return arena.allocate(ARENA_BYTES);
  new Uint8Array(arena.buffer, base, ARENA_BYTES).fill(0);
  return base;
}

function givePlace(arena: Arena, base: number): void {
  const free = places.get(arena) ?? [];
  free.push(base);
  places.set(arena, free);
}

/** A VM of the interpreter. */
class InterpVm implements AcceleratorVm<InterpVcpu> {
  readonly supports: Supports = SUPPORTS;
  readonly #options: AcceleratorVmOptions;
  readonly #processor: Processor;
  readonly #cache: CodeCache;
  readonly #regions = new Set<MemoryRegion>();
  readonly #listeners: readonly Disposable[];
  #disposed = false;
  #cpu: Cpu | undefined;
  readonly #base: number;

  constructor(options: AcceleratorVmOptions, processor: Processor) {
    this.#options = options;
    this.#processor = processor;
    if (inUse.has(options.memory)) {
      const advice = 'dispose that one first, or give this one memory of its own';
      throw new VmError('ERR_INVALID_ARGUMENT', `the memory is that of another CPU of the interpreter: ${advice}`);
    }
    this.#base = takePlace(options.arena);
    inUse.add(options.memory);
    this.#cache = new CodeCache(options.arena.size >>> 12);
    this.#listeners = [
      options.memory.onHostWrite((address, length) => this.#hostWrote(address, length)),
      options.memory.addDirtySource(dirtySource(() => this.#cpu)),
    ];
  }

  mapMemory(region: MemoryRegion): Disposable {
    this.#regions.add(region);
    this.#mapChanged();
    return {
      [Symbol.dispose]: () => {
        this.#regions.delete(region);
        this.#mapChanged();
      },
    };
  }

  createVcpu(id: number, sink: ExitSink): InterpVcpu {
    return new X86Interpreter(id, this.createCpu(id, sink), () => this.dispose());
  }

  /** The CPU without the vCPU around it. */
  createCpu(id: number, sink: ExitSink): Cpu {
    if (this.#disposed) throw new VmError('ERR_VM_DISPOSED', 'createVcpu() was called on a VM that was disposed');
    if (this.#cpu !== undefined) {
      throw new VmError('ERR_UNSUPPORTED', 'the interpreter runs one vCPU a VM', { id });
    }
    const processor = this.#processor;
    const cpu = new Cpu({
      processor,
      arena: this.#options.arena,
      base: this.#base,
      sink,
      tables: decodeTables(processor),
      handlers: HANDLERS,
      cache: this.#cache,
      addressMask: addressMask(processor.model),
    });
    cpu.decoder = new Decoder(cpu);
    this.#cache.onNewCode = () => flushTlbWrites(cpu);
    this.#cache.onFlush = () => flushTlbFetches(cpu);
    this.#cpu = cpu;
    this.#mapChanged();
    return cpu;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const listener of this.#listeners) listener[Symbol.dispose]();
    // Its state is another one's from now on.
    this.#cpu = undefined;
    inUse.delete(this.#options.memory);
    givePlace(this.#options.arena, this.#base);
  }

  #mapChanged(): void {
    if (this.#cpu === undefined) return;
    this.#cpu.regions = [...this.#regions];
    flushTlb(this.#cpu);
    lookAtEvents(this.#cpu);
  }

  #hostWrote(address: number, length: number): void {
    for (const region of this.#regions) {
      const first = Math.max(address, region.base);
      const last = Math.min(address + length, region.end);
      if (first < last) this.#cache.writtenRange(region.arenaOffset + first - region.base, last - first);
    }
  }
}
