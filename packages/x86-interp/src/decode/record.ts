/**
 * A decoded instruction: eight 32-bit words. It lies at the place of its first byte (times eight) in the decoded copy
 * of its page, so that neither a jump inside the page nor the next instruction needs a look-up.
 */
export const RECORD = {
  /** Which case of the hot switch, or which handler; 0: nothing was decoded here; 1: behind the end of the page. */
  OP: 0,
  /** Length in bytes, times 8: what to add to get to the next record. */
  LENGTH: 1,
  /** Arena offset of the register that is the r/m operand; -1: it is in memory. */
  RM: 2,
  /** The address of the memory operand: see {@link EA}. */
  EA: 3,
  DISP: 4,
  /** Arena offset of the register operand; or the number of a segment, control, debug or test register. */
  REG: 5,
  /** Immediate, cut to the operand size; or the displacement of a jump plus the length, times 8. */
  IMM: 6,
  /** See {@link AUX}. */
  AUX: 7,
} as const;

/** log2 of the words of a record. */
export const RECORD_SHIFT = 3;

/** Fields of the EA word. Base and index are word indices into the state; `ADDRESS16` is the sign bit. */
export const EA = { INDEX_SHIFT: 8, SCALE_SHIFT: 16, SEGMENT_SHIFT: 18, ADDRESS16: -0x80000000 } as const;

/** Fields of the AUX word. */
export const AUX = {
  /** Second immediate: a selector, the level of ENTER, or a condition code. */
  IMM2: 0xffff,
  OPERAND32: 0x10000,
  ADDRESS32: 0x20000,
  REPNE: 0x40000,
  REP: 0x80000,
  LOCK: 0x100000,
} as const;
