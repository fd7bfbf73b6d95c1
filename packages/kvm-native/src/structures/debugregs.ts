import { type Layout, layout, list, u64 } from './layout.ts';

/** `struct kvm_debugregs` (Intel SDM volume 3B, section 18.2). */
export interface KvmDebugregs {
  /** DR0 to DR3: linear addresses. */
  db: readonly bigint[];
  dr6: bigint;
  dr7: bigint;
  /** None are defined: 0. */
  flags: bigint;
}

export const DEBUGREGS: Layout<KvmDebugregs> = layout<KvmDebugregs>('kvm_debugregs', 128, {
  db: [0, list(u64, 4)],
  dr6: [32, u64],
  dr7: [40, u64],
  flags: [48, u64],
});
