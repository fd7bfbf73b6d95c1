import { type Fields, type Layout, layout, list, u8, u16, u32, u64 } from './layout.ts';

/** `struct kvm_segment`: a segment register with its descriptor cache (Intel SDM volume 3A, section 3.4.3). */
export interface KvmSegment {
  base: bigint;
  /** The last offset, in bytes whatever `g` is. */
  limit: number;
  selector: number;
  /** 4 bits. */
  type: number;
  /** 0 or 1, as all that follow but `dpl`. */
  present: number;
  /** 0 to 3. */
  dpl: number;
  db: number;
  /** 0 for a system segment. */
  s: number;
  l: number;
  g: number;
  avl: number;
  unusable: number;
}

/** `struct kvm_dtable`: GDTR or IDTR. */
export interface KvmDtable {
  base: bigint;
  limit: number;
}

interface Common {
  cs: KvmSegment;
  ds: KvmSegment;
  es: KvmSegment;
  fs: KvmSegment;
  gs: KvmSegment;
  ss: KvmSegment;
  tr: KvmSegment;
  ldt: KvmSegment;
  gdt: KvmDtable;
  idt: KvmDtable;
  cr0: bigint;
  cr2: bigint;
  cr3: bigint;
  cr4: bigint;
  /** The task priority, 0 to 15. */
  cr8: bigint;
  efer: bigint;
  /** IA32_APIC_BASE. */
  apicBase: bigint;
}

/** `struct kvm_sregs`. */
export interface KvmSregs extends Common {
  /** An external interrupt that is acknowledged but not delivered yet: a bit for its vector, 64 vectors a word. */
  interruptBitmap: readonly bigint[];
}

/** `struct kvm_sregs2`. */
export interface KvmSregs2 extends Common {
  /** KVM_SREGS2_FLAGS_*. */
  flags: bigint;
  /** The page-directory pointers of PAE paging, with KVM_SREGS2_FLAGS_PDPTRS_VALID. */
  pdptrs: readonly bigint[];
}

const SEGMENT: Layout<KvmSegment> = layout<KvmSegment>('kvm_segment', 24, {
  base: [0, u64],
  limit: [8, u32],
  selector: [12, u16],
  type: [14, u8],
  present: [15, u8],
  dpl: [16, u8],
  db: [17, u8],
  s: [18, u8],
  l: [19, u8],
  g: [20, u8],
  avl: [21, u8],
  unusable: [22, u8],
});

const DTABLE: Layout<KvmDtable> = layout<KvmDtable>('kvm_dtable', 16, { base: [0, u64], limit: [8, u16] });

const COMMON: Fields<Common> = {
  cs: [0, SEGMENT],
  ds: [24, SEGMENT],
  es: [48, SEGMENT],
  fs: [72, SEGMENT],
  gs: [96, SEGMENT],
  ss: [120, SEGMENT],
  tr: [144, SEGMENT],
  ldt: [168, SEGMENT],
  gdt: [192, DTABLE],
  idt: [208, DTABLE],
  cr0: [224, u64],
  cr2: [232, u64],
  cr3: [240, u64],
  cr4: [248, u64],
  cr8: [256, u64],
  efer: [264, u64],
  apicBase: [272, u64],
};

export const SREGS: Layout<KvmSregs> = layout<KvmSregs>('kvm_sregs', 312, {
  ...COMMON,
  interruptBitmap: [280, list(u64, 4)],
});

export const SREGS2: Layout<KvmSregs2> = layout<KvmSregs2>('kvm_sregs2', 320, {
  ...COMMON,
  flags: [280, u64],
  pdptrs: [288, list(u64, 4)],
});
