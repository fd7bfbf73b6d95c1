/**
 * Every way in which the library refuses or reports something, as a stable string that programs may compare.
 *
 * | code | meaning |
 * |---|---|
 * | `ERR_INVALID_ARGUMENT` | an argument of the wrong type or out of its range |
 * | `ERR_BUS_OVERLAP` | two owners claim the same port, or the same physical address |
 * | `ERR_BUS_RANGE` | a range is empty, leaves the bus's address space, or has impossible widths |
 * | `ERR_UNMAPPED_ACCESS` | the guest touched an address that nobody owns, and `onUnmapped` is `'throw'` |
 * | `ERR_GUEST_ADDRESS` | the host named guest memory that does not exist |
 * | `ERR_REGION_OVERLAP` | two memory regions share a guest-physical address |
 * | `ERR_REGION_ALIGNMENT` | a memory region's base or size is not a multiple of 4096, or out of range |
 * | `ERR_ARENA_FULL` | the VM's arena has no room left, or cannot be had from the host |
 * | `ERR_DEVICE` | a device or an exit handler threw; the original is the `cause` |
 * | `ERR_DEVICE_API` | a device was made for another version of the device API |
 * | `ERR_DEVICE_ID` | a device has no `id`, or two devices of one VM have the same |
 * | `ERR_DEVICE_STATE` | a device was given a state to restore that it does not understand |
 * | `ERR_SNAPSHOT_FORMAT` | what was given is no snapshot, or a malformed one |
 * | `ERR_SNAPSHOT_TRUNCATED` | a snapshot ends too early |
 * | `ERR_SNAPSHOT_CORRUPT` | a snapshot has a wrong checksum |
 * | `ERR_SNAPSHOT_VERSION` | a snapshot was written by a newer version |
 * | `ERR_SNAPSHOT_MISMATCH` | a snapshot is of another machine; the message lists both sides |
 * | `ERR_NO_ACCELERATOR` | none of the accelerators asked for can run here |
 * | `ERR_ACCELERATOR_UNAVAILABLE` | this accelerator cannot run here |
 * | `ERR_UNSUPPORTED` | the accelerator lacks what the configuration needs |
 * | `ERR_VM_RUNNING` | the call needs a stopped VM |
 * | `ERR_VM_DISPOSED` | the VM, or a part of it, was used after `dispose()` |
 * | `ERR_WORKER` | the worker that a machine runs in failed or ended |
 * | `ERR_KVM` | an ioctl of `/dev/kvm` failed; `details` names the ioctl and the errno |
 */
export type VmErrorCode =
  | 'ERR_INVALID_ARGUMENT'
  | 'ERR_BUS_OVERLAP'
  | 'ERR_BUS_RANGE'
  | 'ERR_UNMAPPED_ACCESS'
  | 'ERR_GUEST_ADDRESS'
  | 'ERR_REGION_OVERLAP'
  | 'ERR_REGION_ALIGNMENT'
  | 'ERR_ARENA_FULL'
  | 'ERR_DEVICE'
  | 'ERR_DEVICE_API'
  | 'ERR_DEVICE_ID'
  | 'ERR_DEVICE_STATE'
  | 'ERR_SNAPSHOT_FORMAT'
  | 'ERR_SNAPSHOT_TRUNCATED'
  | 'ERR_SNAPSHOT_CORRUPT'
  | 'ERR_SNAPSHOT_VERSION'
  | 'ERR_SNAPSHOT_MISMATCH'
  | 'ERR_NO_ACCELERATOR'
  | 'ERR_ACCELERATOR_UNAVAILABLE'
  | 'ERR_UNSUPPORTED'
  | 'ERR_VM_RUNNING'
  | 'ERR_VM_DISPOSED'
  | 'ERR_WORKER'
  | 'ERR_KVM';

/** The one error class of the library: compare {@link VmError.code}, show {@link VmError.message}. */
export class VmError extends Error {
  /** `VmError`, as in the first line of a stack trace. */
  override readonly name = 'VmError';
  /** What went wrong, for programs. */
  readonly code: VmErrorCode;
  /** What the message names, as values: both sides of an overlap, an ioctl and its errno, … */
  readonly details: Readonly<Record<string, unknown>>;

  /**
   * @param code what went wrong, for programs
   * @param message what, where, and what to do, for people
   * @param details the values that the message names; `cause` among them becomes the error's cause
   */
  constructor(code: VmErrorCode, message: string, details: Record<string, unknown> = {}) {
    const { cause, ...rest } = details;
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = rest;
  }
}

/** What a thrown value says; anything may be thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Whether a thrown value is a `VmError`, of this or of another copy of core. */
export function isVmError(thrown: unknown): thrown is VmError {
  return thrown instanceof Error && thrown.name === 'VmError' && typeof (thrown as Partial<VmError>).code === 'string';
}
