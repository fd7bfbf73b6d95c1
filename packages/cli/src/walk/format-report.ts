import { hex, hexRange } from '@picovm/core';
import type { PageTableEntry, PageWalk, PageWalkFault } from '@picovm/core/x86';
import type { Backing, Slot, WalkReport } from './walk-report.ts';

const LABEL = 10;
/** Lines of a list that a person still reads. */
const MOST_RANGES = 1000;
const UNITS = ['B', 'KiB', 'MiB', 'GiB'] as const;
const MODES = {
  none: 'no paging: linear addresses are physical',
  '32-bit': '32-bit paging, two levels',
  pae: 'PAE paging, three levels',
  '4-level': '4-level paging (long mode)',
  '5-level': '5-level paging (long mode)',
} as const;
const REASONS: Readonly<Record<PageWalkFault['reason'], string>> = {
  'not-present': 'page fault: not present',
  'reserved-bits': 'page fault: reserved bits are set',
  protection: 'page fault: the access is not allowed',
  'non-canonical': 'no page fault, but #GP or #SS: the address is not canonical',
  'no-memory': 'the table lies where there is no memory',
};

/** The report as text. */
export function formatReport({ about, mode, registers, walks, mappings, slots }: WalkReport): string {
  const controls = Object.entries(registers).map(([name, value]) => `${name}=${value.toString(16).padStart(8, '0')}`);
  const lines = [row('machine', about), row('paging', MODES[mode]), row('', controls.join(' '))];
  for (const walk of walks) lines.push('', ...walkLines(walk, walk.backing));
  if (mappings !== undefined) lines.push('', ...mappingLines(mappings, mode !== 'none'));
  if (slots !== undefined)
    lines.push('', 'memory slots: guest-physical addresses, and where they are in the host', ...slots.map(slotLine));
  return lines.join('\n');
}

function walkLines(walk: PageWalk, backing: Backing | undefined): string[] {
  const { mode, linear, entries, physical, pageSize, rights, fault } = walk;
  const digits = mode === '4-level' || mode === '5-level' ? 16 : 8;
  const lines = [row('linear', hex(linear, digits))];
  if (entries.length > 0) lines.push(row('', parts(walk)));
  lines.push(...entries.map((entry) => row(entry.name, entryText(entry, mode === '32-bit' ? 8 : 16))));
  if (fault !== undefined) lines.push(row('fault', faultText(fault)));
  if (physical !== undefined && pageSize !== undefined) {
    lines.push(row('page', `${sizeText(pageSize)} at ${hex(physical - (physical % pageSize), 8)}`));
    lines.push(row('rights', `supervisor ${rights?.supervisor}, user ${rights?.user}`));
  }
  if (physical !== undefined) lines.push(row('physical', hex(physical, 8)));
  if (backing !== undefined) lines.push(row('behind it', backingText(backing)));
  return lines;
}

// Which bits of the address go where.
function parts({ linear, entries, pageSize }: PageWalk): string {
  const indices = entries.map(({ name, index }) => `${name} ${index}`);
  const offset = pageSize === undefined ? [] : [`offset ${hex(BigInt.asUintN(Math.log2(pageSize), linear))}`];
  return `= ${[...indices, ...offset].join(', ')}`;
}

function entryText({ table, index, address, value, flags, reserved }: PageTableEntry, digits: number): string {
  const place = `table ${hex(table, 8)} [${index}] at ${hex(address, 8)}:`;
  if (value === undefined) return `${place} no memory`;
  const bad = reserved === 0n ? '' : `  reserved: ${hex(reserved)}`;
  return `${place} ${hex(value, digits)}  ${flags.length === 0 ? 'not present' : flags.join(' ')}${bad}`;
}

function faultText({ reason, errorCode }: PageWalkFault): string {
  return errorCode === undefined ? REASONS[reason] : `${REASONS[reason]} (error code ${hex(errorCode)})`;
}

function backingText(backing: Backing): string {
  if (backing.kind === 'nothing') return 'nothing: each access leaves the guest, and nobody answers';
  const { offset } = backing;
  if (backing.kind === 'mmio') return `device ${backing.owner} + ${hex(offset)}: each access leaves the guest`;
  return `memory slot ${backing.slot} (${backing.name}) + ${hex(offset)}, in the host at arena + ${hex(backing.arenaOffset)}`;
}

function mappingLines({ ranges, complete }: NonNullable<WalkReport['mappings']>, paging: boolean): string[] {
  if (!paging) return ['no page tables are in use'];
  if (ranges.length === 0) return ['the page tables map nothing'];
  const wide = ranges.some(({ linear, length }) => linear + length > 2n ** 32n) ? 16 : 8;
  const lines = ranges.slice(0, MOST_RANGES).map(({ linear, length, physical, pageSize, rights, backing }) => {
    const from = `${hex(linear, wide)}-${hex(linear + length - 1n, wide)}`;
    const to = hexRange(physical, Number(length), 8);
    const how = `${sizeText(pageSize).padStart(5)}  ${rights.supervisor} ${rights.user}`;
    return `  ${from}  ${to}  ${how}  ${ownerOf(backing)}`;
  });
  const more = ranges.length - lines.length;
  if (more > 0) lines.push(`  ... and ${more} more: --json has them`);
  if (!complete) lines.push('  ... and what lies behind: the tables map too much to look at all of it');
  return ['mapped: linear, physical, size of pages, rights of supervisor and user, what it begins in', ...lines];
}

function ownerOf(backing: Backing): string {
  if (backing.kind === 'nothing') return '-';
  return backing.kind === 'mmio' ? `device ${backing.owner}` : `slot ${backing.slot}`;
}

function slotLine({ slot, base, size, name, readonly, arenaOffset }: Slot): string {
  const rom = readonly ? ' (read-only)' : '';
  return `  ${String(slot).padStart(2)}  ${hexRange(base, size, 8)}  arena + ${hex(arenaOffset, 8)}  ${name}${rom}`;
}

function sizeText(bytes: number): string {
  const power = Math.floor(Math.log2(bytes) / 10);
  return `${bytes / 1024 ** power} ${UNITS[power]}`;
}

function row(label: string, text: string): string {
  return `${label.padEnd(LABEL)}${text}`;
}
