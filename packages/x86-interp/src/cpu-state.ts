import { type GuestMemory, hex, type SnapshotDifference, snapshotMismatch, VmError } from '@picovm/core';
import type { X86VcpuState } from '@picovm/core/x86';

/** The version of {@link CpuState} that is written. */
const VERSION = 1;
const VECTORS = 256;

/**
 * The whole state of a CPU that stands alone, with its memory: plain data, which `structuredClone` and `postMessage` copy, and
 * `serialize` of `node:v8` makes bytes of. It names the model and its features; what else CPUID tells is not in it.
 * What is the host's is not in it: the bus, hooks, breakpoints, counters but for the instructions.
 */
export interface CpuState {
  /** Of this format. */
  readonly version: typeof VERSION;
  /** The CPU, as the snapshots of every vCPU have it. */
  readonly cpu: X86VcpuState;
  /** Whether the pin IGNNE# is active. */
  readonly ignne: boolean;
  /** The vectors of the interrupts that wait, in their order. */
  readonly interrupts: readonly number[];
  /** A copy of each region of memory, by address; none if memory was left out. */
  readonly memory: readonly {
    /** Its first address. */
    readonly base: number;
    /** Its bytes. */
    readonly data: Uint8Array;
  }[];
}

/** Makes a state of its parts. */
export function stateOf(parts: Omit<CpuState, 'version' | 'memory'>, memory: GuestMemory | undefined): CpuState {
  const regions = memory?.regions ?? [];
  return { version: VERSION, ...parts, memory: regions.map(({ base, bytes }) => ({ base, data: bytes.slice() })) };
}

/**
 * Makes sure that a state is one, but for that of the CPU itself, and that its memory fits.
 * @throws VmError `ERR_SNAPSHOT_FORMAT`, `ERR_SNAPSHOT_VERSION`, `ERR_SNAPSHOT_MISMATCH`
 */
export function checkState(state: CpuState, memory: GuestMemory, differences: readonly SnapshotDifference[]): void {
  const all = [...differences, ...memoryDifferences(state.memory, memory)];
  if (all.length > 0) throw snapshotMismatch(all);
}

/** The first half of it: the form alone. */
export function checkForm(state: CpuState): void {
  const { version, ignne, interrupts, memory } = (state ?? {}) as Partial<CpuState>;
  if (typeof version === 'number' && version > VERSION) {
    throw new VmError(
      'ERR_SNAPSHOT_VERSION',
      `the state of the CPU has the version ${version}: install a newer package`,
      {
        version,
        supported: VERSION,
      },
    );
  }
  const good =
    version === VERSION &&
    typeof ignne === 'boolean' &&
    Array.isArray(interrupts) &&
    interrupts.every((vector) => Number.isInteger(vector) && vector >= 0 && vector < VECTORS) &&
    Array.isArray(memory) &&
    memory.every((region) => Number.isSafeInteger(region?.base) && region.data?.BYTES_PER_ELEMENT === 1);
  if (!good) throw new VmError('ERR_SNAPSHOT_FORMAT', 'this is no state that save() of a CPU gave');
}

function memoryDifferences(saved: CpuState['memory'], { regions }: GuestMemory): SnapshotDifference[] {
  const describe = (list: readonly { base: number; size: number }[]): string =>
    list.map(({ base, size }) => `${hex(size)} bytes at ${hex(base)}`).join(', ');
  const snapshot = describe(saved.map(({ base, data }) => ({ base, size: data.length })));
  const machine = describe(regions);
  return saved.length === 0 || snapshot === machine ? [] : [{ what: 'the memory', snapshot, machine }];
}
