import { portWrite } from '../harness/bus-access.ts';
import type { Feature } from '../harness/emulated-kvm.ts';
import type { Expectation, GuestCase } from '../harness/guest-case.ts';

const DE = 0;
const BP = 3;
const UD = 6;
const NP = 11;
const SS = 12;
const GP = 13;
const PF = 14;
/** Selectors of level 3. */
const CS_USER = 0x2b;
const DS_USER = 0x33;

/**
 * A program that enters protected mode, and tells what it sees on port 300: 32 bits at a time. An exception is told as its
 * vector and, if it has one, its error code.
 */
function program(
  name: string,
  about: string,
  shown: readonly number[],
  options: { readonly needs?: readonly Feature[]; readonly sp?: number } = {},
): GuestCase {
  const expect: Expectation = {
    bus: shown.map((value) => portWrite(0x300, 4, value)),
    registers: { sp: options.sp ?? 0x8000 },
  };
  return { name, about, modes: ['protected'], needs: options.needs, expect };
}

/** Protected mode: Intel SDM volume 3A, chapters 3 to 7. */
export const protectedMode: readonly GuestCase[] = [
  program('protected-segments', 'limits, rights and selectors of segments', [
    1,
    // A segment of 1000 bytes, and one that expands down.
    0x11223344, GP, 0, GP, 0, 0x11, GP, 0, 0x55667788,
    // Read-only data, and code.
    0x55667788, GP, 0, GP, 0, 0x55667788,
    // Not present; beyond the table; code and null as a stack; a null segment; RPL 3; a TSS as data.
    NP, 0x78, GP, 0xfff8, GP, 8, GP, 0, GP, 0, GP, 0x10, GP, 0x38, 8,
    // The stack's limit.
    SS, 0, 0x8000,
  ]), // biome-ignore format: rows as in the program
  program('protected-tables', 'GDTR, IDTR, LDTR and TR', [
    0, 0x48, 0x0badcafe, 0x38, 0x8b00, GP, 0x38, 0x2000008f, 0, 0x280007ff, 1,
  ]), // biome-ignore format: one row
  program(
    'protected-query',
    'LAR, LSL, VERR, VERW, ARPL',
    [
      // Rights, ZF, limit, ZF of VERR and (second byte) of VERW.
      0xcf9b00, 1, 0xffffffff, 1,
      0xcf9300, 1, 0xffffffff, 0x101,
      0x409300, 1, 0xfff, 0x101,
      0xcf9100, 1, 0xffffffff, 1,
      0xcf1300, 1, 0xffffffff, 0x101,
      0x8900, 1, 0x67, 0,
      0, 0, 0, 0,
      0, 0, 0, 0,
      0x32,
    ], // biome-ignore format: rows as in the program
    { needs: ['descriptor-queries'] },
  ),
  program('protected-far', 'far jumps, calls and returns at the same level, 16-bit code', [
    8, 0x600d, 0x8000, 8, 0x600d, 0x1111, 0x5a, 0x7ffe, 0x8000,
    GP, 0x10, GP, 0xfff8, GP, 0, GP, 0x28, GP, 0x78,
  ]), // biome-ignore format: rows as in the program
  program('protected-faults', 'vectors, error codes, frames, and REP that fails', [
    DE, 0x10002, 8, 7, UD, GP, 8, GP, 8,
    GP, 0, 0x1000, 0x10, 0x77777777, GP, 0, 0x01020304, GP, 0,
  ]), // biome-ignore format: rows as in the program
  program(
    'protected-gates',
    'call gates, to level 0 with parameters',
    [
      0x1234, GP, 0,
      // CS, ESP, parameters, ESP and SS of level 3.
      8, 0x6fe8, 0x22222222, 0x11111111, 0x77f8, DS_USER,
      // DS of level 0 became null; nothing was left on the stack.
      8, 0x6fe8, 0, 8, 0x77f8, DS_USER,
      GP, 0,
    ], // biome-ignore format: rows as in the program
    { needs: ['call-gates', 'outer-return'] },
  ),
  program(
    'protected-levels',
    'what level 3 may not do',
    [...new Array<number[]>(8).fill([GP, 0]).flat(), 8, GP, 0x10, GP, 0, DS_USER, 0x7800, CS_USER],
    { needs: ['outer-return'], sp: 0x7800 },
  ),
  program(
    'protected-interrupts',
    'interrupt and trap gates, INT by level, IRETD',
    [
      // EFLAGS, CS, and IF in the handler: of an interrupt gate, and of a trap gate.
      0x202, 8, 0, 0x202, 8, 0x200, 0x8000,
      NP, 0x19a, GP, 0x7fa, UD, DE, BP,
      0x6fec, CS_USER, 0x7800, DS_USER, GP, 0x182,
    ], // biome-ignore format: rows as in the program
    { needs: ['protected-int'], sp: 0x7800 },
  ),
  program(
    'protected-tasks',
    'task switches by CALL, JMP, IRET and a task gate',
    [0xa, 0x38, 0x4000, 0x8b00, 0, 0xb, 0x8900, 0, 0xa2, 0x40, 0xb, 8, 0x77, 0x8900],
    { needs: ['task-switch'], sp: 0x6800 },
  ),
  program(
    'protected-paging',
    'page tables, accessed and dirty bits, INVLPG, page faults, WP',
    [
      0xdddddddd, 0xcccccccc, 0xdddddddd, 0x12345678, 0xd067, 0xc027, 0xa027, 0xcccccccc,
      PF, 0, 0xe123, PF, 2, 0x40e124, PF, 0, 0x800000,
      0x0f0f0f0f, PF, 3, 0xf000, 0x0f0f0f0f, PF, 2, 0,
    ], // biome-ignore format: rows as in the program
    { needs: ['paging'] },
  ),
  program(
    'protected-large-pages',
    'pages of 4 MiB, and PAE with pages of 2 MiB',
    [0x4444cccc, 0xe7, PF, 0, 0x800000, 0x2222cccc, 0xe7, PF, 0, 0x200000, PF, 0, 0x40000000],
    { needs: ['paging'] },
  ),
  program(
    'virtual-8086',
    'virtual-8086 mode, and interrupts that leave it',
    [
      // EAX, EBX, ECX; ESP of level 0, EFLAGS, SS and DS.
      0x87654321, 0, 0xff0, 0x6fdc, 0x23002, 0x600, 0x500,
      0x87650123, 0x3002, 0x123, 0x6fdc, 0x23002, 0x600, 0x500,
      GP, 0, 1, 0,
    ], // biome-ignore format: rows as in the program
    { needs: ['protected-int'] },
  ),
];
