/**
 * Where the state of the CPU lies in the VM's arena, as indices of 32-bit words from the start of the state (the byte
 * offset is four times that). Every register has 64 bits, so that long mode adds no second layout, and a compiled tier
 * can share the state with nothing copied. Words that hold tables of the interpreter alone are marked so.
 */
export const SLOT = {
  /** 16 general-purpose registers in the order of their numbers (RAX RCX RDX RBX RSP RBP RSI RDI R8…), 64 bits each. */
  GPR: 0,
  /** Always 0: the base or index of an address that has none. */
  ZERO: 32,
  /** RIP. Valid between two calls of `execute`; inside, the interpreter derives it from {@link SLOT.PC}. */
  RIP: 34,
  /** RFLAGS without CF, PF, AF, ZF, SF, OF, which are kept in the three lazy-flag words. */
  FLAGS: 36,
  /** Lazy flags: ZF is set if this is 0. */
  LF_ZERO: 38,
  /** Lazy flags: SF is bit 31, and PF is the parity of the low byte. */
  LF_SIGN: 39,
  /** Lazy flags: carries out of the bits of the last result. CF is bit 31, OF is bit 31 XOR bit 30, AF is bit 3. */
  LF_CARRY: 40,
  /** Instructions that may still be begun before the next look at events. */
  LEFT: 41,
  /** Interpreter: the place in the table of decoded instructions. */
  PC: 42,
  /** -1 for a 32-bit stack segment, FFFF for a 16-bit one. */
  STACK_MASK: 43,
  CR0: 44,
  CR2: 46,
  CR3: 48,
  CR4: 50,
  CR8: 52,
  EFER: 54,
  APIC_BASE: 56,
  /** Added to the instruction counter to give the time-stamp counter, 64 bits. */
  TSC_OFFSET: 58,
  GDT_BASE: 60,
  GDT_LIMIT: 62,
  IDT_BASE: 64,
  IDT_LIMIT: 66,
  /** DR0 to DR7, 64 bits each. */
  DR: 68,
  /** Test registers TR0 to TR7 of the 80386 and 80486, 32 bits each. */
  TEST: 84,
  /** 16 bytes of an instruction that is fetched byte by byte. */
  FETCH: 96,
  /** Segment registers ES CS SS DS FS GS TR LDTR, {@link SEGMENT_WORDS} words each. */
  SEGMENTS: 112,
  /** What is added to the tags of the TLB: 0 for the supervisor, 1 for the user, 2 if nothing may be found there. */
  TLB_MODE: 240,
  /** The four PDPTEs of PAE paging, 64 bits each. */
  PDPTE: 242,
  /** Tags of the TLB for reads: the linear page and the mode, or -1. */
  TLB_READ: 256,
  /** Tags of the TLB for writes. Pages that hold decoded code are never in it. */
  TLB_WRITE: 1280,
  /** What to add to a linear address to get an offset into the arena. */
  TLB_ADDEND: 2304,
  /** Tags of the TLB for instruction fetches. */
  FETCH_TAG: 3328,
  /** Interpreter: the decoded page of such a fetch. */
  FETCH_PAGE: 3584,
  /** Tags of physical pages that are known to be no memory. */
  MMIO_TAG: 3840,
  /**
   * The x87's registers by their physical number, 4 words each: significand (low, high), sign and exponent (16 bits), 0.
   */
  X87: 3904,
  /** Control word, status word with TOP, and a bit for each physical register that is not empty. */
  FCW: 3936,
  FSW: 3937,
  FTW: 3938,
  /** Opcode (11 bits), code and data pointer of the last instruction that was not a control instruction. */
  FOP: 3939,
  FIP: 3940,
  FCS: 3941,
  FDP: 3942,
  FDS: 3943,
  /** Interpreter: the opcode of that instruction on models that keep in {@link SLOT.FOP} only those that fail. */
  FOP_NOW: 3944,
  /** Interpreter: a memory operand, in the words of a register; or what is stored, with what there is to report. */
  X87_OPERAND: 3948,
  /** XMM0 to XMM15, 4 words each, and the control and status word of SSE. */
  XMM: 3952,
  MXCSR: 4016,
  /** Interpreter: a memory operand of an MMX or SSE instruction that cannot be read in place. */
  SIMD_OPERAND: 4036,
  /** Interpreter: what SSE instructions put side by side to work on, two XMM registers. */
  SIMD_SCRATCH: 4040,
  /** Model-specific registers, 64 bits each: IA32_SYSENTER_CS, IA32_SYSENTER_ESP, IA32_SYSENTER_EIP, IA32_PAT. */
  SYSENTER_CS: 4096,
  SYSENTER_ESP: 4098,
  SYSENTER_EIP: 4100,
  PAT: 4102,
  /** IA32_MTRR_DEF_TYPE, the 11 fixed-range MTRRs, and the bases and masks of the 8 variable-range ones in turn. */
  MTRR_DEF_TYPE: 4104,
  MTRR_FIXED: 4106,
  MTRR_VARIABLE: 4128,
  MCG_STATUS: 4160,
  MISC_ENABLE: 4162,
  BIOS_SIGN_ID: 4164,
  /**
   * Performance counters, up to 18; what counts instructions has how many there were by then taken off. What they count is in
   * the registers behind them: CESR; PERFEVTSEL0 and 1; or 18 CCCRs and 45 ESCRs.
   */
  COUNTERS: 4168,
  COUNTER_CONTROLS: 4204,
  ESCRS: 4240,
} as const;

/** Words of the whole state. */
export const STATE_WORDS = 4352;

/** Entries of the TLB, and of its smaller companions; powers of two. */
export const TLB_ENTRIES = 1024;
export const FETCH_ENTRIES = 256;
export const MMIO_ENTRIES = 64;
/** Entries of the table of page walks. */
export const WALK_ENTRIES = 256;

/** Words of a segment register, and what they hold. */
export const SEGMENT_WORDS = 16;
export const SEG = {
  SELECTOR: 0,
  /** Type (4 bits), S, DPL (2), P, AVL, L, D/B, G, unusable: bits 0 to 12. */
  ATTRIBUTES: 1,
  /** Linear base, 64 bits. */
  BASE: 2,
  LIMIT: 4,
  /**
   * How many offsets, from 0 on, surely allow a read of 1, 2 or 4 bytes: the one compare of the fast path. What is
   * above goes to the precise check.
   */
  READ1: 5,
  READ2: 6,
  READ4: 7,
  /** The same for writes. */
  WRITE1: 8,
  WRITE2: 9,
  WRITE4: 10,
} as const;

/** The word where a segment register begins; segments are passed around as these numbers. */
export const ES = 112;
export const CS = 128;
export const SS = 144;
export const DS = 160;
export const FS = 176;
export const GS = 192;
export const TR = 208;
export const LDTR = 224;

/** Bits of {@link SEG.ATTRIBUTES}. */
export const ATTR = {
  TYPE: 0xf,
  S: 0x10,
  DPL_SHIFT: 5,
  P: 0x80,
  AVL: 0x100,
  L: 0x200,
  DB: 0x400,
  G: 0x800,
  UNUSABLE: 0x1000,
} as const;

/** Numbers of the general-purpose registers. */
export const REG = { AX: 0, CX: 1, DX: 2, BX: 3, SP: 4, BP: 5, SI: 6, DI: 7 } as const;
