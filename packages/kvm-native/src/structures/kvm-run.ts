import type { KvmExit } from './exits.ts';
import { decodeExit } from './exits.ts';
import { invalid } from './layout.ts';
import { type KvmRegs, REGS } from './regs.ts';
import { type KvmSregs, SREGS } from './sregs.ts';
import { type KvmVcpuEvents, VCPU_EVENTS } from './vcpu-events.ts';

// struct kvm_run (linux/kvm.h). native/run_copy.cc asserts where the parts begin.
const IMMEDIATE_EXIT = 1;
const EXIT_REASON = 8;
const READY_FOR_INTERRUPT_INJECTION = 12;
const IF_FLAG = 13;
const FLAGS = 14;
const CR8 = 16;
const APIC_BASE = 24;
/** Where the part begins that is different for each exit. */
const EXIT = 32;
const VALID_REGS = 288;
const DIRTY_REGS = 296;
const SYNC_REGS = 304;
const SYNC_SREGS = SYNC_REGS + REGS.size;
const SYNC_EVENTS = SYNC_SREGS + SREGS.size;
/** The 2048 bytes that the registers may take end here. */
const END = SYNC_REGS + 2048;

/**
 * `struct kvm_run`: what a vCPU and its user say to each other at each exit (api.rst, chapter 5). It is a copy in memory of
 * JavaScript's, made once, that `KvmVcpu.run` brings up to date at each exit, and takes the answers from: reading a number
 * from it allocates nothing, and it can still be read when the vCPU is closed.
 */
export class KvmRun {
  /** The structure, and `view` a view of it. What is written into it reaches KVM when the guest is entered next. */
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** The data of the last I/O exit: at most a page, of which `ioSize * ioCount` bytes count. */
  readonly ioData: Uint8Array;
  readonly #words: Int32Array;
  readonly #ioWords: Int32Array;

  /** Made by `KvmVm.createVcpu`. */
  constructor(buffer: ArrayBufferLike, offset: number, dataOffset: number) {
    this.bytes = new Uint8Array(buffer, offset, END);
    this.view = new DataView(buffer, offset, END);
    this.ioData = new Uint8Array(buffer, dataOffset, 4096);
    this.#words = new Int32Array(buffer, offset, END / 4);
    this.#ioWords = new Int32Array(buffer, dataOffset, 1);
  }

  /** 0 or 1: end with KVM_EXIT_IRQ_WINDOW_OPEN as soon as an interrupt could be injected. */
  get requestInterruptWindow(): number {
    return this.bytes[0];
  }
  /** Asks for it, or no longer. */
  set requestInterruptWindow(value: number) {
    this.bytes[0] = number(value, 'requestInterruptWindow');
  }

  /** 0 or 1: complete the instruction that the last exit interrupted, and execute none (KVM_CAP_IMMEDIATE_EXIT). */
  get immediateExit(): number {
    return this.bytes[IMMEDIATE_EXIT];
  }
  /** Asks for it, or no longer: KVM leaves it as it is. */
  set immediateExit(value: number) {
    this.bytes[IMMEDIATE_EXIT] = number(value, 'immediateExit');
  }

  /** KVM_EXIT_*. */
  get exitReason(): number {
    return this.view.getUint32(EXIT_REASON, true);
  }

  /** 0 or 1: whether `interrupt` would be taken. Meaningless with an interrupt controller in the kernel. */
  get readyForInterruptInjection(): number {
    return this.bytes[READY_FOR_INTERRUPT_INJECTION];
  }

  /** 0 or 1: RFLAGS.IF. */
  get ifFlag(): number {
    return this.bytes[IF_FLAG];
  }

  /** KVM_RUN_X86_*: bits. */
  get flags(): number {
    return this.view.getUint16(FLAGS, true);
  }

  /** The task priority: of the guest, and for it. Meaningless with an interrupt controller in the kernel. */
  get cr8(): bigint {
    return this.view.getBigUint64(CR8, true);
  }
  /** For the guest, when it is entered next. */
  set cr8(value: bigint) {
    this.view.setBigUint64(CR8, bigint(value, 'cr8'), true);
  }

  /** IA32_APIC_BASE. */
  get apicBase(): bigint {
    return this.view.getBigUint64(APIC_BASE, true);
  }

  // KVM_EXIT_IO (5): one port access, or the elements of a string instruction.

  /** KVM_EXIT_IO_IN or KVM_EXIT_IO_OUT. */
  get ioDirection(): number {
    return this.bytes[EXIT];
  }
  /** Bytes an element: 1, 2 or 4. */
  get ioSize(): number {
    return this.bytes[EXIT + 1];
  }
  /** The port. */
  get ioPort(): number {
    return this.view.getUint16(EXIT + 2, true);
  }
  /** Elements; their bytes are in `ioData`. */
  get ioCount(): number {
    return this.#words[(EXIT + 4) / 4];
  }
  /** The first element, of which the lower `ioSize` bytes count: 32 bits, signed. */
  get ioValue(): number {
    return this.#ioWords[0];
  }
  /** The answer to a read. */
  set ioValue(value: number) {
    this.#ioWords[0] = number(value, 'ioValue');
  }

  // KVM_EXIT_MMIO.

  /** Guest-physical. */
  get mmioPhysAddr(): number {
    const [low, high] = [this.#words[EXIT / 4], this.#words[EXIT / 4 + 1]];
    return high === 0 && low >= 0 ? low : (high >>> 0) * 2 ** 32 + (low >>> 0);
  }
  /** Bytes: 1 to 8. */
  get mmioLen(): number {
    return this.#words[(EXIT + 16) / 4];
  }
  /** Whether it is a write. */
  get mmioIsWrite(): boolean {
    return this.bytes[EXIT + 20] !== 0;
  }
  /** What was written, or is to be read: the lower `mmioLen` bytes. */
  get mmioData(): bigint {
    return this.view.getBigUint64(EXIT + 8, true);
  }
  /** The answer to a read. */
  set mmioData(value: bigint) {
    this.view.setBigUint64(EXIT + 8, bigint(value, 'mmioData'), true);
  }
  /** Its lower half, 32 bits, signed: a bigint would have to be allocated. */
  get mmioDataLow(): number {
    return this.#words[(EXIT + 8) / 4];
  }
  /** The answer to a read of at most 4 bytes. */
  set mmioDataLow(value: number) {
    this.#words[(EXIT + 8) / 4] = number(value, 'mmioDataLow');
  }
  /** Its upper half, likewise. */
  get mmioDataHigh(): number {
    return this.#words[(EXIT + 12) / 4];
  }
  /** The upper half of the answer. */
  set mmioDataHigh(value: number) {
    this.#words[(EXIT + 12) / 4] = number(value, 'mmioDataHigh');
  }

  // KVM_EXIT_X86_RDMSR and KVM_EXIT_X86_WRMSR.

  /** The answer: not 0 raises #GP. */
  set msrError(value: number) {
    this.bytes[EXIT] = number(value, 'msrError');
  }
  /** Which register. */
  get msrIndex(): number {
    return this.view.getUint32(EXIT + 12, true);
  }
  /** What was written, or is to be read. */
  get msrData(): bigint {
    return this.view.getBigUint64(EXIT + 16, true);
  }
  /** The answer to a read. */
  set msrData(value: bigint) {
    this.view.setBigUint64(EXIT + 16, bigint(value, 'msrData'), true);
  }

  // KVM_EXIT_HYPERCALL.

  /** The answer. */
  set hypercallRet(value: bigint) {
    this.view.setBigUint64(EXIT + 56, bigint(value, 'hypercallRet'), true);
  }

  // Registers that cross with the exits (api.rst 6.74, KVM_CAP_SYNC_REGS).

  /** KVM_SYNC_X86_*: which registers are to be in `syncRegs` and its like after each exit. */
  get kvmValidRegs(): bigint {
    return this.view.getBigUint64(VALID_REGS, true);
  }
  /** From the next exit on. */
  set kvmValidRegs(value: bigint) {
    this.view.setBigUint64(VALID_REGS, bigint(value, 'kvmValidRegs'), true);
  }
  /** KVM_SYNC_X86_*: which of them KVM is to take over when the guest is entered. It is 0 again after that. */
  get kvmDirtyRegs(): bigint {
    return this.view.getBigUint64(DIRTY_REGS, true);
  }
  /** When the guest is entered next. */
  set kvmDirtyRegs(value: bigint) {
    this.view.setBigUint64(DIRTY_REGS, bigint(value, 'kvmDirtyRegs'), true);
  }
  /** What `getRegs` would give, with KVM_SYNC_X86_REGS. */
  get syncRegs(): KvmRegs {
    return REGS.read(this.view, SYNC_REGS);
  }
  /** Taken over with its bit in `kvmDirtyRegs`. */
  set syncRegs(value: KvmRegs) {
    REGS.write(this.view, SYNC_REGS, value, 'syncRegs');
  }
  /** What `getSregs` would give, with KVM_SYNC_X86_SREGS. */
  get syncSregs(): KvmSregs {
    return SREGS.read(this.view, SYNC_SREGS);
  }
  /** Taken over with its bit in `kvmDirtyRegs`. */
  set syncSregs(value: KvmSregs) {
    SREGS.write(this.view, SYNC_SREGS, value, 'syncSregs');
  }
  /** What `getVcpuEvents` would give, with KVM_SYNC_X86_EVENTS. */
  get syncEvents(): KvmVcpuEvents {
    return VCPU_EVENTS.read(this.view, SYNC_EVENTS);
  }
  /** Taken over with its bit in `kvmDirtyRegs`. */
  set syncEvents(value: KvmVcpuEvents) {
    VCPU_EVENTS.write(this.view, SYNC_EVENTS, value, 'syncEvents');
  }

  /** The last exit as an object of its own. */
  exit(): KvmExit {
    return decodeExit(this.exitReason, new DataView(this.bytes.buffer, this.bytes.byteOffset + EXIT, 256), this.ioData);
  }
}

// By its type alone, because some are answers to frequent exits: of a number, the lower bits count.
function number(value: number, name: string): number {
  if (typeof value !== 'number') throw invalid(name, 'a number', value);
  return value;
}

function bigint(value: bigint, name: string): bigint {
  if (typeof value !== 'bigint') throw invalid(name, 'a bigint', value);
  return value;
}
