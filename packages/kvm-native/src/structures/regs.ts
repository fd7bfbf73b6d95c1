import { type Fields, type Layout, layout, u64 } from './layout.ts';

/** `struct kvm_regs`: the general registers, 64 bits each (Intel SDM volume 1, section 3.4). */
export interface KvmRegs {
  rax: bigint;
  rbx: bigint;
  rcx: bigint;
  rdx: bigint;
  rsi: bigint;
  rdi: bigint;
  rsp: bigint;
  rbp: bigint;
  r8: bigint;
  r9: bigint;
  r10: bigint;
  r11: bigint;
  r12: bigint;
  r13: bigint;
  r14: bigint;
  r15: bigint;
  rip: bigint;
  rflags: bigint;
}

const NAMES = [
  'rax', 'rbx', 'rcx', 'rdx', 'rsi', 'rdi', 'rsp', 'rbp', 'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15',
  'rip', 'rflags',
] as const; // biome-ignore format: a word a line would fill the page

export const REGS: Layout<KvmRegs> = layout<KvmRegs>(
  'kvm_regs',
  NAMES.length * 8,
  Object.fromEntries(NAMES.map((name, i) => [name, [i * 8, u64]])) as unknown as Fields<KvmRegs>,
);
