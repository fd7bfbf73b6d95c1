import { VmError } from '../../errors.ts';
import { hex } from '../../format.ts';
import { PAGE_SIZE } from '../../memory/arena.ts';
import type { GuestMemory } from '../../memory/guest-memory.ts';
import { CR4, EFER } from '../flags.ts';
import { P, PS, RW, US, XD } from './entry-bits.ts';
import { type PagingMode, type PagingRegisters, shapeOf, shiftOf } from './paging-mode.ts';
import { walkPageTables } from './walk-page-tables.ts';

/** Linear addresses that shall lead to physical ones. All of it in whole pages. */
export interface PageMapping {
  /** The first linear address. */
  readonly linear: bigint;
  /** The physical address of the first byte; below 4 GiB in 32-bit paging. */
  readonly physical: number;
  /** Bytes. */
  readonly length: number;
  /** Bytes of a page: 4 KiB; 4 MiB in 32-bit paging, else 2 MiB, and in long mode 1 GiB. Default 4096. */
  readonly pageSize?: number;
  /** Default true. */
  readonly writable?: boolean;
  /** Whether privilege level 3 may use it. Default false. */
  readonly user?: boolean;
  /** Default true. False (XD) needs entries of 64 bits. */
  readonly executable?: boolean;
}

/** Page tables in guest memory, and the registers that put them into force. */
export interface PageTables extends PagingRegisters {
  /** Their kind. */
  readonly mode: PagingMode;
  /** The physical address behind the last table. */
  readonly end: number;
}

/**
 * Writes page tables into guest memory, one page a table, upwards from `address`. Entries of upper levels grant all; those of
 * pages have P and what the mapping says, and nothing is accessed or dirty yet.
 *
 * ```ts
 * const tables = buildPageTables(vm.memory, '4-level', 0x10000, [{ linear: 0n, physical: 0, length: 0x200000 }]);
 * enterLongMode(vm.vcpu, { entry: 0x1000n, stack: 0x8000n }, tables);
 * ```
 * @param mode tables of five levels are only walked, not built
 * @param address physical, a multiple of 4096; what was there is overwritten
 * @throws VmError `ERR_INVALID_ARGUMENT` for what cannot be mapped, or is mapped twice; `ERR_GUEST_ADDRESS` if the memory ends before
 *   the tables do, which are then incomplete
 */
export function buildPageTables(
  memory: GuestMemory,
  mode: '32-bit' | 'pae' | '4-level',
  address: number,
  mappings: readonly PageMapping[],
): PageTables {
  const pse = mappings.some(({ pageSize = 0 }) => pageSize > PAGE_SIZE);
  const nx = mappings.some(({ executable = true }) => !executable);
  const registers: PagingRegisters = {
    // PG, ET and PE.
    cr0: 0x80000011n,
    cr3: BigInt(address),
    cr4: BigInt(mode !== '32-bit' ? CR4.PAE : pse ? CR4.PSE : 0),
    efer: BigInt((mode === '4-level' ? EFER.LME | EFER.LMA : 0) | (nx ? EFER.NXE : 0)),
  };
  const shape = shapeOf(registers);
  const { depth, wide, long } = shape;
  let end = address;
  const newTable = (): number => {
    memory.write(end, new Uint8Array(PAGE_SIZE));
    end += PAGE_SIZE;
    return end - PAGE_SIZE;
  };
  newTable();
  for (const mapping of mappings) {
    const { linear, physical, length, pageSize = PAGE_SIZE, writable = true, user, executable = true } = mapping;
    const leaf = [0, 1, 2].findIndex((level) => 2 ** shiftOf(shape, level) === pageSize);
    const aligned = [physical, length, Number(linear & 0x3fff_ffffn)].every((value) => value % pageSize === 0);
    const behind = physical + length;
    if (leaf < 0 || (leaf > 1 && !long) || !aligned || (!wide && (!executable || behind > 2 ** 32)))
      throw refused(mapping, linear);
    const bits = P | (writable ? RW : 0) | (user ? US : 0) | (leaf > 0 ? PS : 0);
    for (let done = 0; done < length; ) {
      const from = linear + BigInt(done);
      // The way there, as far as there is one: its last entry is to be filled.
      const { linear: taken, entries, fault } = walkPageTables(memory, registers, from);
      const level = depth - entries.length;
      if (taken !== from || fault?.reason !== 'not-present' || level < leaf) throw refused(mapping, from);
      const { address: at } = entries[entries.length - 1];
      // The PDPTEs of PAE paging have no rights.
      const table = P | (depth === 3 && level === 2 ? 0 : RW | US);
      let entry = BigInt(level === leaf ? physical + done + bits : newTable() + table);
      if (level === leaf && !executable) entry |= XD;
      if (wide) memory.writeU64(at, entry);
      else memory.writeU32(at, Number(entry));
      if (level === leaf) done += pageSize;
    }
  }
  return { mode, ...registers, end };
}

function refused({ physical }: PageMapping, linear: bigint): VmError {
  return new VmError(
    'ERR_INVALID_ARGUMENT',
    `cannot map linear ${hex(linear)} to ${hex(physical)}: not aligned, no such page, or mapped already`,
  );
}
