/**
 * What KVM lacks on a host without VT-x or SVM, where its own instruction emulator runs the guest. Cases that need one
 * of these are skipped there by name, with the reason given here; on a host with VT-x or SVM they run.
 */
export const EMULATED_KVM_LACKS = {
  'decimal-adjust': 'its emulator has no DAA, AAA and AAS',
  'ascii-adjust-flags': 'its AAM and AAD set SF and ZF by AX instead of AL',
  bound: 'its emulator has no BOUND',
  'enter-32': 'its ENTER with 32-bit operands pushes 16 bits',
  'enter-nested': 'its emulator has no ENTER with a nesting level',
  'undefined-opcode': 'opcodes that its emulator does not know end in an internal error, not in #UD',
  'trap-after-int': 'it raises the single-step trap behind an INT, which has cleared TF',
  'trap-shadow': 'it raises the single-step trap behind MOV SS and POP SS',
  'prompt-interrupts': 'it looks for an open interrupt window only when the host interrupts it',
  'idt-limit': "its emulator does not look at the interrupt table's limit in real mode",
  'descriptor-queries': 'its emulator has no LAR, LSL, VERR, VERW and ARPL',
  'call-gates': 'its emulator has no call gates, and finds the limit of a jump too late',
  'outer-return': 'its emulator has no return to an outer privilege level',
  'protected-int': 'its emulator has no INT and no IRET in protected mode',
  'task-switch': 'its emulator has no task switches by CALL, JMP and IRET',
  paging: 'it raises #GP when CR0.PG is set outside of long mode, and takes no such CR0 from the host',
  x87: 'its emulator has no x87 instructions but for a few',
  mmx: 'its emulator has no MMX instructions but for moves',
  sse: 'its emulator has no SSE instructions but for moves',
} as const;

/** Something that KVM's instruction emulator cannot do. */
export type Feature = keyof typeof EMULATED_KVM_LACKS;

/** Programs of the suite that such a KVM does not finish as it should if it takes them over in the middle, and why. */
export const EMULATED_KVM_MIDWAY: Readonly<Record<string, string>> = {
  'single-step':
    'KVM emulates instructions on this host: a REP instruction whose last round it does raises the trap once more',
};
