/**
 * Why KVM cannot be used, as the `code` of a probe.
 *
 * | code | meaning |
 * |---|---|
 * | `not-linux` | KVM is a part of Linux |
 * | `not-x86-64` | the host's CPU, or this Node, is not x86-64 |
 * | `no-device` | `/dev/kvm` is not there, or nothing is behind it |
 * | `no-permission` | `/dev/kvm` may not be opened |
 * | `addon-not-built` | the native addon is missing, or does not load |
 * | `api-version` | what answers is not KVM, or a KVM too old |
 * | `busy` | another hypervisor has the CPU's virtualization |
 * | `no-irqchip` | there is no interrupt controller in this kernel, and `irqchip: 'kernel'` asks for one |
 * | `no-resources` | the host has no memory or no descriptors left for a VM |
 * | `error` | anything else that KVM may answer |
 */
export type KvmProbeCode =
  | 'not-linux'
  | 'not-x86-64'
  | 'no-device'
  | 'no-permission'
  | 'addon-not-built'
  | 'api-version'
  | 'busy'
  | 'no-irqchip'
  | 'no-resources'
  | 'error';

/** Thrown while KVM is being opened; `probe` returns what it says, `createVm` throws it on as a `VmError`. */
export class Unavailable extends Error {
  readonly code: KvmProbeCode;
  readonly hint: string | undefined;

  constructor(code: KvmProbeCode, reason: string, hint?: string, cause?: unknown) {
    super(reason, { cause });
    this.code = code;
    this.hint = hint;
  }
}
