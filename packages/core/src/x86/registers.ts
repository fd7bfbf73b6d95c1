/** The general-purpose registers, RIP and RFLAGS, as `struct kvm_regs` has them: unsigned 64 bits each. */
export interface X86Registers {
  /** Accumulator. */
  rax: bigint;
  /** Base. */
  rbx: bigint;
  /** Count. */
  rcx: bigint;
  /** Data. */
  rdx: bigint;
  /** Source index. */
  rsi: bigint;
  /** Destination index. */
  rdi: bigint;
  /** Stack pointer. */
  rsp: bigint;
  /** Base pointer. */
  rbp: bigint;
  /** Long mode only. */
  r8: bigint;
  /** Long mode only. */
  r9: bigint;
  /** Long mode only. */
  r10: bigint;
  /** Long mode only. */
  r11: bigint;
  /** Long mode only. */
  r12: bigint;
  /** Long mode only. */
  r13: bigint;
  /** Long mode only. */
  r14: bigint;
  /** Long mode only. */
  r15: bigint;
  /** Instruction pointer: offset in CS. */
  rip: bigint;
  /** Flags: see `RFLAGS`. */
  rflags: bigint;
}

/** A segment register with its hidden part, as `struct kvm_segment` has it. */
export interface X86Segment {
  /** Linear address of the segment's first byte, unsigned 64 bits. */
  base: bigint;
  /** Offset of its last byte, unsigned 32 bits, after the granularity bit was applied. */
  limit: number;
  /** 16 bits. */
  selector: number;
  /** Descriptor type, 4 bits (Intel SDM volume 3A, tables 3-1 and 3-2). */
  type: number;
  /** 1 if the segment is in memory. */
  present: number;
  /** Descriptor privilege level, 0 to 3. */
  dpl: number;
  /** Default operation size: 1 for 32 bits. */
  db: number;
  /** 1 for code and data, 0 for system segments. */
  s: number;
  /** 1 for 64-bit code. */
  l: number;
  /** Granularity: 1 if the descriptor's limit counts pages. */
  g: number;
  /** Available to software. */
  avl: number;
  /** 1 if the register holds a null selector. */
  unusable: number;
}

/** The fields of {@link X86Segment} beside its base, and the largest value of each. */
export const X86_SEGMENT_FIELDS: Readonly<Record<Exclude<keyof X86Segment, 'base'>, number>> = {
  limit: 0xffffffff,
  selector: 0xffff,
  type: 15,
  present: 1,
  dpl: 3,
  db: 1,
  s: 1,
  l: 1,
  g: 1,
  avl: 1,
  unusable: 1,
};

/** GDTR or IDTR, as `struct kvm_dtable` has it. */
export interface X86DescriptorTable {
  /** Linear address, unsigned 64 bits. */
  base: bigint;
  /** Offset of the last byte, 16 bits. */
  limit: number;
}

/** The six segment registers that programs load. */
export const X86_SEGMENTS = ['es', 'cs', 'ss', 'ds', 'fs', 'gs'] as const;

/** The name of a segment register. */
export type X86SegmentName = (typeof X86_SEGMENTS)[number];

/** Segments, descriptor tables and control registers, as `struct kvm_sregs` has them. */
export interface X86SpecialRegisters extends Record<X86SegmentName, X86Segment> {
  /** Task register. */
  tr: X86Segment;
  /** Local descriptor table register. */
  ldt: X86Segment;
  /** Global descriptor table register. */
  gdt: X86DescriptorTable;
  /** Interrupt descriptor table register. */
  idt: X86DescriptorTable;
  /** Modes: see `CR0`. */
  cr0: bigint;
  /** Linear address of the last page fault. */
  cr2: bigint;
  /** Physical address of the page tables, with flags. */
  cr3: bigint;
  /** Extensions. */
  cr4: bigint;
  /** Task priority (long mode). */
  cr8: bigint;
  /** IA32_EFER: long mode and more. */
  efer: bigint;
  /** IA32_APIC_BASE. */
  apicBase: bigint;
}

/** The general-purpose registers by the numbers that instructions use for them. */
export const X86_GPRS = [
  'rax', 'rcx', 'rdx', 'rbx', 'rsp', 'rbp', 'rsi', 'rdi',
  'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15',
] as const; // biome-ignore format: the two rows of eight are how the manuals count them
