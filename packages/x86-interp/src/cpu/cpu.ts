import type { Arena, CpuidExit, ExitSink, MemoryRegion, VmError } from '@picovm/core';
import type { X86Exception } from '@picovm/core/x86';
import type { InterpExit } from '../breakpoint.ts';
import type { ControlRegister, InterruptSource } from '../cpu-events.ts';
import type { CodeCache } from '../decode/code-cache.ts';
import type { Decoder } from '../decode/decoder.ts';
import type { DecodeTables } from '../decode/tables.ts';
import type { Handler } from '../exec/handler.ts';
import { COUNTS } from './counts.ts';
import type { HostBreakpoints } from './host-breakpoints.ts';
import type { Processor } from './processor.ts';
import { FETCH_ENTRIES, STATE_WORDS, TLB_ENTRIES, WALK_ENTRIES } from './state-layout.ts';

/**
 * One CPU: views of its state in the arena, and what it needs of its surroundings. The registers live in the arena
 * (see `SLOT`); the fields here are the interpreter's own. Functions over it are grouped by what they do.
 */
export class Cpu {
  readonly processor: Processor;
  /** The age of the processor: see `MODEL`. */
  readonly model: number;
  /** The state as signed words, and the same as unsigned words, half-words and bytes. */
  readonly state: Int32Array;
  readonly u32: Uint32Array;
  readonly u16: Uint16Array;
  readonly u8: Uint8Array;
  /** Offset of the state in the arena: register operands are arena offsets too. */
  readonly base: number;
  /** The whole arena, as bytes, half-words and words. */
  readonly mem: Uint8Array;
  readonly mem16: Uint16Array;
  readonly mem32: Int32Array;
  readonly view: DataView;
  /** Where accesses to devices go; another one while hooks are told of them. */
  sink: ExitSink;
  readonly tables: DecodeTables;
  readonly handlers: readonly Handler[];
  readonly cache: CodeCache;
  /** Set by who makes the CPU. */
  decoder!: Decoder;
  /** The regions that are mapped, and the one that was used last. */
  regions: readonly MemoryRegion[] = [];
  lastRegion: MemoryRegion | undefined = undefined;
  /** The address lines that are driven (A20 included). */
  addressMask: number;
  /** What of paging is in use: see `PAGING`. 0: there is none. */
  paging = 0;
  /** The part of `ACCESS` that the privilege level says: `USER`, or 0. */
  user = 0;
  /** Of the page that was walked to last: see `PAGE_FLAG`. Pages of more than 4 KiB were since the last flush. */
  pageFlags = 0;
  largePages = false;
  /** Page walks that need not be repeated: linear page and access, physical page, its flags. */
  readonly walkTags: Int32Array = new Int32Array(WALK_ENTRIES).fill(-1);
  readonly walkPages: Float64Array = new Float64Array(WALK_ENTRIES);
  readonly walkFlags: Uint8Array = new Uint8Array(WALK_ENTRIES);
  /** Which entries of the TLB belong to global pages, and how many at most. */
  readonly tlbGlobals: Uint8Array = new Uint8Array(TLB_ENTRIES);
  globalEntries = 0;
  /**
   * The breakpoints of the debug registers that are enabled, as bits of their numbers, by what they wait for; and a bit for
   * those of the host.
   */
  watchExecute = 0;
  watchData = 0;
  watchPorts = 0;
  /** One byte a page of the arena, if writes are being logged: 1 means written. */
  readonly dirty: Uint8Array;
  dirtyLogs = 0;

  /** Where the page that runs begins in the table of decoded instructions, and the IP of its first byte. */
  pcBase = 0;
  ipBase = 0;
  /** The arena offset of that page. */
  codePage = 0;
  /** The arena offsets of the pages in the TLB for fetches. */
  readonly codePages: Int32Array = new Int32Array(FETCH_ENTRIES);
  /** Where a jump inside the page may land. */
  pcLow = 0;
  pcHigh = 0;

  /** `instructions + LEFT`. */
  target = 0;
  /** The number of instructions at which the interrupt shadow of MOV SS or STI holds; and whether it was MOV SS. */
  shadowAt = -1;
  shadowSs = false;
  /** The exit that the current instruction asked for. */
  pendingExit: InterpExit | undefined = undefined;
  /** An interrupt or exception was delivered by the current instruction: no single-step trap follows. */
  delivered = false;
  /** RIP as it was set from outside while an instruction ran. */
  redirect: number | undefined = undefined;
  /** Between `execute`'s begin and end. */
  running = false;
  windowWanted = false;
  kicked = false;
  shutdown = false;
  /** What a restored state says is to be delivered before the next instruction; here, events are delivered at once. */
  pendingException: X86Exception | null = null;
  pendingInterrupt: number | null = null;
  /** The fault that is being thrown, and its error code, or -1 if it has none. */
  faultVector = 0;
  faultCode = -1;
  /** The fault belongs to the task that was just switched to: the instruction that it reports is at RIP. */
  faultAtRip = false;
  /** Real, protected or virtual-8086 mode: see `MODE`. */
  mode = 0;
  /** The current privilege level. 0 in real mode, 3 in virtual-8086 mode. */
  cpl = 0;
  /** The number of instructions before the one that began with RF set: no breakpoint of the guest stops it. */
  resumedAt = -1;
  /** Bits of DR6 of a debug trap that is due when the current instruction has ended. */
  debugTrap = 0;
  /** An NMI waits; and the handler of one runs, so that further ones wait for its IRET. */
  nmiPending = false;
  nmiMasked = false;
  /** A REP instruction stopped between two elements because TF is set: the trap is due now. */
  trapInside = false;
  /** What INS and OUTS hand to devices. */
  readonly block: Uint8Array = new Uint8Array(4096);
  /** The one CPUID exit of this CPU. */
  readonly cpuidExit: CpuidExit = { reason: 'cpuid', leaf: 0, subleaf: 0, eax: 0, ebx: 0, ecx: 0, edx: 0 };
  /** A value that an instruction keeps for itself while it runs. */
  temp = 0;
  /** The physical address of the 64 bytes that MONITOR was told to watch, or -1; and what was in them then. */
  monitored = -1;
  readonly monitoredLine: Uint8Array = new Uint8Array(64);
  /** Told when FERR# changes: an x87 error that is no exception of the CPU (CR0.NE is 0) begins or ends to be pending. */
  ferr: ((active: boolean) => void) | undefined = undefined;
  /** What the time-stamp counter counts in place of instructions: a whole number, below 2^53. */
  ticks: (() => number) | undefined = undefined;
  /** There is a local APIC: told when the guest writes IA32_APIC_BASE. */
  apicBase: ((value: bigint) => void) | undefined = undefined;
  /** Whether IGNNE# is active: x87 instructions go on although an error is pending. */
  ignne = false;
  /** CPUID answers come from the sink. */
  asksCpuid = false;
  /** Inside of `run`: between two instructions too. */
  inRun = false;
  /** Inside of the call of the sink that OUT makes, behind which nothing of the instruction is left to do. */
  inOut = false;
  /** How many hooks are being called. */
  hooksInside = 0;
  /** It is not for use any more. */
  disposed = false;
  /** What a function of the user threw. The run ends with it. */
  failure: VmError | undefined = undefined;
  /** The breakpoints of the host, if anybody ever asked for them. */
  breakpoints: HostBreakpoints | undefined = undefined;
  /** Told of events, if somebody listens. `code` and `during` are -1 for none. */
  onException: ((vector: number, ip: number, code: number, during: number) => void) | undefined = undefined;
  onInterrupt: ((vector: number, ip: number, source: InterruptSource) => void) | undefined = undefined;
  onControlWrite: ((register: ControlRegister, before: number, after: number) => void) | undefined = undefined;
  /** Counters: see `COUNT`. */
  readonly counts: Float64Array = new Float64Array(COUNTS);

  constructor(options: {
    processor: Processor;
    arena: Arena;
    base: number;
    sink: ExitSink;
    tables: DecodeTables;
    handlers: readonly Handler[];
    cache: CodeCache;
    addressMask: number;
  }) {
    const { buffer } = options.arena;
    this.processor = options.processor;
    this.model = options.processor.model;
    this.base = options.base;
    this.state = new Int32Array(buffer, options.base, STATE_WORDS);
    this.u32 = new Uint32Array(buffer, options.base, STATE_WORDS);
    this.u16 = new Uint16Array(buffer, options.base, STATE_WORDS * 2);
    this.u8 = new Uint8Array(buffer, options.base, STATE_WORDS * 4);
    this.mem = new Uint8Array(buffer);
    this.mem16 = new Uint16Array(buffer);
    this.mem32 = new Int32Array(buffer);
    this.view = new DataView(buffer);
    this.sink = options.sink;
    this.tables = options.tables;
    this.handlers = options.handlers;
    this.cache = options.cache;
    this.addressMask = options.addressMask;
    this.dirty = new Uint8Array(buffer.byteLength >>> 12);
  }
}
