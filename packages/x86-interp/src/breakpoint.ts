import type { ControlExit, DebugExit } from '@picovm/core';

/**
 * What a breakpoint of the host waits for: the execution of the instruction at its address; reads of data, writes, or
 * both; accesses to ports.
 */
export type BreakpointKind = 'execute' | 'read' | 'write' | 'access' | 'port';

/** A breakpoint, as it is asked for. */
export interface BreakpointSpec {
  /** What it waits for. */
  readonly kind: BreakpointKind;
  /** Its first address: linear, 0 to FFFFFFFF; or a port, 0 to FFFF. */
  readonly address: number | bigint;
  /** Bytes of data, or ports: at least 1, and to the end of the addresses at most. 1 for `execute`. Default 1. */
  readonly length?: number;
}

/** A breakpoint of the host. Disposing it takes it away. */
export interface Breakpoint extends Disposable {
  /** What it waits for. */
  readonly kind: BreakpointKind;
  /** Its first address: linear, or a port. */
  readonly address: bigint;
  /** Bytes, or ports. */
  readonly length: number;
}

/** The access that a breakpoint was hit by. */
export interface BreakpointAccess {
  /** Seen from the guest. */
  readonly direction: 'read' | 'write';
  /** Linear; or a port. */
  readonly address: bigint;
  /** Bytes. */
  readonly size: number;
}

/** A breakpoint that was hit, and by what. */
export interface BreakpointHit {
  /** What `breakpoints.add` gave. */
  readonly breakpoint: Breakpoint;
  /** The first access to it; undefined if it waits for execution. */
  readonly access: BreakpointAccess | undefined;
}

/**
 * A breakpoint of the host was hit. One that waits for execution ends the run before its instruction, which the next run
 * executes. One on data or a port ends it behind the instruction that made the access, or behind the element of a REP
 * instruction; accesses of the CPU for itself, such as to the stack when it delivers an interrupt, count too.
 */
export interface BreakpointExit extends DebugExit {
  /** The linear address of the instruction: the one that comes next for `execute`, else the one that made the access. */
  readonly address: bigint;
  /** FFFF0FF0: no breakpoint of the guest's debug registers was met. */
  readonly dr6: bigint;
  /** The first of {@link hits}. */
  readonly breakpoint: Breakpoint;
  /** All breakpoints that the instruction hit, each once. */
  readonly hits: readonly BreakpointHit[];
}

/** What a run of the interpreter ends with: its `debug` exits are those of breakpoints. */
export type InterpExit = Exclude<ControlExit, DebugExit> | BreakpointExit;

/**
 * The breakpoints of the host. The guest does not see them: the debug registers stay its own. While there are none they
 * cost nothing; else accesses to their pages are slow, and nothing else.
 */
export interface Breakpoints extends Iterable<Breakpoint> {
  /** How many there are. */
  readonly size: number;
  /**
   * Adds one, of which there may be any number, also at the same address. It counts from the next instruction on.
   * @throws VmError `ERR_INVALID_ARGUMENT`
   */
  add(spec: BreakpointSpec): Breakpoint;
  /** Takes all away. */
  clear(): void;
}
