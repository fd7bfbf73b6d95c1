import { bytesField, type Layout, layout, list, u8, u16, u32, u64 } from './layout.ts';

/** `struct kvm_fpu`: x87 and SSE, as FXSAVE has them (Intel SDM volume 1, section 10.5.1). */
export interface KvmFpu {
  /** ST0 to ST7, 16 bytes each, of which 10 count. */
  fpr: readonly Uint8Array[];
  fcw: number;
  fsw: number;
  /** The tag word in its short form: a bit each, set where a register is not empty. */
  ftwx: number;
  lastOpcode: number;
  lastIp: bigint;
  lastDp: bigint;
  /** XMM0 to XMM15, 16 bytes each. */
  xmm: readonly Uint8Array[];
  /** Neither read nor written by every kernel: use XSAVE for it. */
  mxcsr: number;
}

export const FPU: Layout<KvmFpu> = layout<KvmFpu>('kvm_fpu', 416, {
  fpr: [0, list(bytesField(16), 8)],
  fcw: [128, u16],
  fsw: [130, u16],
  ftwx: [132, u8],
  lastOpcode: [134, u16],
  lastIp: [136, u64],
  lastDp: [144, u64],
  xmm: [152, list(bytesField(16), 16)],
  mxcsr: [408, u32],
});
