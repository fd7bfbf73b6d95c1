/** Where things lie in the memory of a random guest. All but the code may be changed by the guest, and is. */
export const PLACE = {
  /** The interrupt table of real mode. */
  VECTORS: 0,
  GDT: 0x1000,
  IDT: 0x1800,
  LDT: 0x2000,
  TSS_32: 0x3000,
  OTHER_TSS_32: 0x3400,
  TSS_16: 0x3800,
  /** Handlers of interrupts, {@link HANDLER_BYTES} apart. */
  HANDLERS: 0x4000,
  PAGE_DIRECTORY: 0x8000,
  PAGE_TABLES: 0x9000,
  CODE: 0x10000,
  DATA: 0x20000,
  STACK: 0x38000,
} as const;

export const HANDLER_BYTES = 32;
export const HANDLER_COUNT = 64;
export const CODE_BYTES = 0x10000;

/** Memory at 0, and more of it between read-only regions and holes. */
export const RAM_SIZE = 0x40000;
export const REGIONS = [
  { base: 0, size: RAM_SIZE },
  { base: 0xf0000, size: 0x1000, readonly: true },
  { base: 0x100000, size: 0x2000 },
  { base: 0x200000, size: 0x1000, readonly: true },
  { base: 0xffffe000, size: 0x2000 },
] as const;

/** Entries of the GDT (the LDT has the same), by what they are. The rest are random. */
export const ENTRY = {
  CODE_32: 1,
  DATA_32: 2,
  USER_CODE_32: 3,
  USER_DATA_32: 4,
  /** From address 0 on: handlers. */
  CODE_16: 5,
  DATA_16: 6,
  /** At {@link PLACE.CODE}. */
  USER_CODE_16: 7,
  USER_DATA_16: 8,
  TSS_32: 9,
  OTHER_TSS_32: 10,
  TSS_16: 11,
  LDT: 12,
  CALL_32: 13,
  CALL_16: 14,
  TASK: 15,
  CONFORMING: 16,
  EXPAND_DOWN: 17,
  LIMITED: 18,
  READ_ONLY: 19,
  EXECUTE_ONLY: 20,
  /** At {@link PLACE.CODE}. */
  HIGH_CODE_16: 21,
  COUNT: 64,
} as const;
