import { isVmError, VmError } from '../errors.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import type { SnapshotDifference } from '../snapshot/difference.ts';
import type { PageTables } from './paging/build-page-tables.ts';
import { X86_SEGMENTS, type X86DescriptorTable, type X86SpecialRegisters } from './registers.ts';
import { realModeSegment } from './reset-state.ts';
import type { X86Vcpu } from './vcpu.ts';

/** Where a guest in flat segments begins. */
export interface FlatStart {
  /** Its first instruction: a linear address, 32 bits, in long mode 64 and canonical. */
  readonly entry: bigint;
  /** Its stack pointer, likewise. Default 0. */
  readonly stack?: bigint;
  /** Its GDT, as `writeFlatGdt` gives it. Default: none, so that a segment register must not be loaded again. */
  readonly gdt?: X86DescriptorTable;
}

/** Code of 32 bits, data, and code of 64 bits, from 0 to 4 GiB (Intel SDM volume 3A, figure 3-8). */
const DESCRIPTORS = [0n, 0xcf9b000000ffffn, 0xcf93000000ffffn, 0xaf9b000000ffffn];
/** CR0 without paging: ET and PE. */
const ET_PE = 0x11n;
const CODE_32 = 8;
const DATA = 0x10;
const CODE_64 = 0x18;

/**
 * Writes a GDT with flat segments of level 0: 08 is code of 32 bits, 10 data, 18 code of 64 bits.
 * @param address physical, and linear for the guest
 * @throws VmError `ERR_GUEST_ADDRESS`
 */
export function writeFlatGdt(memory: GuestMemory, address: number): X86DescriptorTable {
  DESCRIPTORS.forEach((each, n) => {
    memory.writeU64(address + 8 * n, each);
  });
  return { base: BigInt(address), limit: DESCRIPTORS.length * 8 - 1 };
}

/**
 * Puts a vCPU into 32-bit protected mode at privilege level 0: what a guest does by LGDT, a MOV to CR0 and a far jump (Intel SDM
 * volume 3A, section 10.9.1). All segments are flat, CS is 08 and the others 10. Interrupts are off, RFLAGS is 2, the other
 * registers are 0, and there is no IDT: until the guest loads one, an exception is a triple fault.
 * @param tables of 32-bit or PAE paging (sections 4.3 and 4.4); without them, linear addresses are physical
 * @throws VmError `ERR_INVALID_ARGUMENT` for a start that has more than 32 bits, or tables of long mode; `ERR_UNSUPPORTED` if the CPU
 *   has no such mode: it is then as after RESET
 */
export function enterProtectedMode(vcpu: X86Vcpu, start: FlatStart, tables?: PageTables): void {
  enter(vcpu, start, tables ?? { mode: 'none', cr0: ET_PE, cr3: 0n, cr4: 0n, efer: 0n }, 0);
}

/**
 * Puts a vCPU into 64-bit mode at privilege level 0, with the paging of `tables`: what a guest does by CR4.PAE, CR3, EFER.LME,
 * CR0.PG and a far jump (Intel SDM volume 3A, section 10.8.5). CS is 18, the other segments are 10. The rest is as with
 * {@link enterProtectedMode}.
 * @throws VmError `ERR_INVALID_ARGUMENT` for tables of another mode; `ERR_UNSUPPORTED` if the CPU has no long mode: it is then as
 *   after RESET
 */
export function enterLongMode(vcpu: X86Vcpu, start: FlatStart, tables: PageTables): void {
  enter(vcpu, start, tables, 1);
}

function enter(
  vcpu: X86Vcpu,
  { entry, stack = 0n, gdt = { base: 0n, limit: 0 } }: FlatStart,
  { mode, cr0, cr3, cr4, efer }: Omit<PageTables, 'end'>,
  long: 0 | 1,
): void {
  const name = long ? 'long mode' : 'protected mode';
  const fits = (address: unknown): boolean =>
    typeof address === 'bigint' && BigInt.asUintN(long ? 64 : 32, address) === address;
  if (!fits(entry) || !fits(stack) || mode.endsWith('level') !== (long === 1)) {
    throw new VmError('ERR_INVALID_ARGUMENT', `no start in ${name}: ${entry}, stack ${stack}, paging ${mode}`);
  }
  const flat = { ...realModeSegment(0), limit: 0xffffffff, g: 1 };
  const data = { ...flat, selector: DATA, db: 1 };
  const cs = { ...flat, selector: long ? CODE_64 : CODE_32, type: 11, db: 1 - long, l: long };
  const controls = { cr0, cr3, cr4, efer };
  vcpu.reset();
  const segments = { ...Object.fromEntries(X86_SEGMENTS.map((each) => [each, data])), cs };
  const lacks = refused(vcpu, { ...segments, gdt, idt: { base: 0n, limit: 0 }, ...controls });
  if (lacks.length > 0) {
    vcpu.reset();
    const message = `this CPU has no ${name} with paging ${mode}: it refuses ${lacks.join(', ')}`;
    throw new VmError('ERR_UNSUPPORTED', message);
  }
  vcpu.setRegisters({ rip: entry, rsp: stack, rflags: 2n, rdx: 0n });
}

// What it does not take: it refuses all, or leaves bits out.
function refused(vcpu: X86Vcpu, registers: Partial<X86SpecialRegisters>): string[] {
  try {
    vcpu.setSpecialRegisters(registers);
  } catch (error) {
    const differences = isVmError(error) ? error.details?.differences : undefined;
    if (!Array.isArray(differences)) throw error;
    return (differences as SnapshotDifference[]).map(({ what }) => what);
  }
  const taken = vcpu.getSpecialRegisters();
  const bits = (name: 'cr0' | 'cr4' | 'efer'): bigint => registers[name] ?? 0n;
  return (['cr0', 'cr4', 'efer'] as const).filter((name) => (taken[name] & bits(name)) !== bits(name));
}
