import type { AccessSize, ExitSink, GuestMemory } from '@picovm/core';
import {
  KVM_EXIT_IO,
  KVM_EXIT_IO_OUT,
  KVM_EXIT_MMIO,
  KVM_EXIT_X86_RDMSR,
  KVM_EXIT_X86_WRMSR,
} from '../native/constants.ts';
import type { KvmRun } from '../structures/kvm-run.ts';
import { partSize, pushMmioWrite, pushPortWrite } from './push-write.ts';

/** No instruction is under way. */
export const NOTHING = 0;
/** An instruction waits for an answer that is not there yet: the sink is being asked. */
export const UNANSWERED = 1;
/** An instruction is under way that KVM could complete, if it were entered. */
export const ANSWERED = 2;

/** Whether an exit asks something. @param code KVM_EXIT_* */
export function isQuestion(code: number): boolean {
  return code === KVM_EXIT_IO || code === KVM_EXIT_MMIO || code === KVM_EXIT_X86_RDMSR || code === KVM_EXIT_X86_WRMSR;
}

/** Pushes the exits that ask something into the sink, and puts the answers into kvm_run. */
export class Questions {
  /** How far the instruction is that caused the last exit: NOTHING, UNANSWERED or ANSWERED. */
  state: number = NOTHING;
  readonly #run: KvmRun;
  readonly #sink: ExitSink;
  readonly #memory: GuestMemory;
  readonly #hasReadonly: boolean;
  /** The elements of a string instruction. Guests mostly repeat the same length. */
  #block: Uint8Array;

  constructor(run: KvmRun, sink: ExitSink, memory: GuestMemory) {
    this.#run = run;
    this.#block = run.ioData;
    this.#sink = sink;
    this.#memory = memory;
    this.#hasReadonly = memory.regions.some((region) => region.readonly);
  }

  /** Answers the exit in kvm_run. @returns false if it is not one that asks something */
  answer(code: number): boolean {
    switch (code) {
      case KVM_EXIT_IO:
        this.#io();
        break;
      case KVM_EXIT_MMIO:
        this.#mmio();
        break;
      case KVM_EXIT_X86_RDMSR:
        this.#rdmsr();
        break;
      case KVM_EXIT_X86_WRMSR:
        this.#wrmsr();
        break;
      default:
        return false;
    }
    this.state = ANSWERED;
    return true;
  }

  #io(): void {
    const run = this.#run;
    const port = run.ioPort;
    const size = run.ioSize as AccessSize;
    const count = run.ioCount;
    const isWrite = run.ioDirection === KVM_EXIT_IO_OUT;
    if (count !== 1) {
      this.state = UNANSWERED;
      const block = this.#elements(size * count);
      if (isWrite) this.#sink.portWriteBlock(port, size, block);
      else this.#sink.portReadBlock(port, size, block);
    } else if (isWrite) {
      // Nothing more is needed of the sink: its handler may already look at the registers behind the instruction.
      this.state = ANSWERED;
      pushPortWrite(this.#sink, port, size, run.ioValue);
    } else {
      this.state = UNANSWERED;
      run.ioValue = this.#sink.portRead(port, size);
    }
  }

  #elements(length: number): Uint8Array {
    if (this.#block.length !== length) this.#block = this.#run.ioData.subarray(0, length);
    return this.#block;
  }

  #mmio(): void {
    const run = this.#run;
    const address = run.mmioPhysAddr;
    const size = run.mmioLen;
    if (run.mmioIsWrite) {
      this.state = ANSWERED;
      // KVM reports what it does not let a guest write. A ROM does not hear of it, nor does anybody else.
      if (this.#hasReadonly && this.#memory.regionAt(address)?.readonly) return;
      this.#write(address, size);
    } else {
      this.state = UNANSWERED;
      this.#read(address, size);
    }
  }

  #write(address: number, size: number): void {
    if (size === 8) {
      this.#sink.mmioWrite64(address, this.#run.mmioData);
      return;
    }
    // All of it at once: kvm_run may change while the sink is at it.
    pushMmioWrite(this.#sink, address, size, this.#run.mmioDataLow, this.#run.mmioDataHigh);
  }

  #read(address: number, size: number): void {
    const run = this.#run;
    if (size === 8) {
      run.mmioData = this.#sink.mmioRead64(address);
      return;
    }
    if (size === 4 || size === 2 || size === 1) {
      run.mmioDataLow = this.#sink.mmioRead(address, size);
      return;
    }
    let low = 0;
    let high = 0;
    for (let at = 0; at < size; ) {
      const part = partSize(size - at);
      const value = this.#sink.mmioRead(address + at, part);
      if (at < 4) low |= value << (8 * at);
      else high |= value << (8 * (at - 4));
      at += part;
    }
    run.mmioDataLow = low;
    run.mmioDataHigh = high;
  }

  #rdmsr(): void {
    this.state = UNANSWERED;
    const answer = this.#sink.rdmsr(this.#run.msrIndex);
    this.#run.msrError = answer === undefined ? 1 : 0;
    this.#run.msrData = answer ?? 0n;
  }

  #wrmsr(): void {
    this.state = UNANSWERED;
    const accepted = this.#sink.wrmsr(this.#run.msrIndex, this.#run.msrData);
    this.#run.msrError = accepted ? 0 : 1;
  }
}
