import type { Device, MemoryRegionSpec, RunOutcome, Supports, Vm } from '@picovm/core';
import type { FarPointer, X86SegmentName, X86Vcpu } from '@picovm/core/x86';
import type { BusAccess } from './bus-access.ts';
import type { Feature } from './emulated-kvm.ts';
import type { RegisterName } from './registers.ts';
import type { Masked } from './words.ts';

/**
 * A guest program with everything that is to be seen when it has run. The program is `suite/NAME.asm`, loaded at
 * 0000:1000 into 64 KiB of memory, with all segments 0, SP 8000 and FLAGS 2. It pushes what it sees.
 */
export interface GuestCase {
  /** The source and the image in `suite/`, without their endings. */
  readonly name: string;
  /** What the case shows, in a sentence. */
  readonly about: string;
  /** What KVM cannot do on a host where it emulates instructions; there the case is skipped by name. */
  readonly needs?: readonly Feature[];
  /** CPU modes that the program enters beside real mode. Accelerators without them skip the case. */
  readonly modes?: readonly Supports['modes'][number][];
  /** Changes to the standard machine. */
  readonly machine?: Machine;
  /** Changes to the standard start state. */
  readonly start?: Start;
  readonly expect: Expectation;
}

/** What a case changes in the machine. */
export interface Machine {
  /** Further memory beside the 64 KiB at 0. */
  readonly memory?: readonly MemoryRegionSpec[];
  /** Further devices beside the scripted bus. */
  readonly devices?: () => readonly Device[];
  /** Called before the run, to register handlers and the like. */
  readonly prepare?: (vm: Vm<X86Vcpu>) => void;
}

/** What a case changes in the start state. */
export interface Start {
  /** Where the first instruction is. */
  readonly entry?: FarPointer;
  readonly registers?: Readonly<Partial<Record<RegisterName, number>>>;
  readonly segments?: Readonly<Partial<Record<Exclude<X86SegmentName, 'cs'>, number>>>;
  /** Bytes by physical address. */
  readonly memory?: readonly MemoryBytes[];
}

/** Bytes at a physical address; a string stands for its ASCII codes. */
export type MemoryBytes = readonly [address: number, bytes: readonly number[] | string];

/** What a step of a program pushes: a label for the report, then the words in the order in which they are pushed. */
export type PushedRow = readonly [label: string, ...words: readonly (number | Masked)[]];

/** What must be seen when the run has ended. */
export interface Expectation {
  /** Default `halted`. */
  readonly outcome?: RunOutcome;
  /** The exit that ends the run. Default `halt`; `slice-end` where the guest jumps to itself. After `shutdown`, registers are not looked at. */
  readonly exit?: 'halt' | 'shutdown' | 'slice-end';
  /** Offset of the next instruction; without it, the guest must end somewhere in its image. */
  readonly ip?: number;
  readonly registers?: Readonly<Partial<Record<RegisterName | X86SegmentName | 'flags', number | Masked>>>;
  /** All words pushed, from 0000:8000 downwards. Unless `registers.sp` says otherwise, SP must be behind the last. */
  readonly pushed?: readonly PushedRow[];
  readonly memory?: readonly MemoryBytes[];
  /** All accesses to ports and MMIO, in order; string instructions element by element. Reads get these answers. */
  readonly bus?: readonly BusAccess[];
  /** `bytes`: accelerators may split the accesses of this case differently; compare (and script) single bytes. */
  readonly busUnit?: 'accesses' | 'bytes';
}
