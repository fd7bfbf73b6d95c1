import { noEvents, X86_DEBUG_REGISTERS, type X86DebugRegisters, type X86Events } from '@picovm/core/x86';
import {
  KVM_VCPUEVENT_VALID_NMI_PENDING,
  KVM_VCPUEVENT_VALID_SHADOW,
  KVM_X86_SHADOW_INT_MOV_SS,
  KVM_X86_SHADOW_INT_STI,
} from '../native/constants.ts';

// The smaller structures of the vCPU ioctls, to and from what they mean (linux/kvm.h and asm/kvm.h).

export const DEBUGREGS_BYTES = 128;
export const EVENTS_BYTES = 64;
export const XCRS_BYTES = 392;

// Behind the count and the flags, and the number of the first register.
const XCR_VALUE_OFFSET = 16;

/** To a `struct kvm_xcrs`: one register, number 0. */
export function xcrsBytes(xcr0: bigint): Uint8Array {
  const view = new DataView(new ArrayBuffer(XCRS_BYTES));
  view.setUint32(0, 1, true);
  view.setBigUint64(XCR_VALUE_OFFSET, xcr0, true);
  return new Uint8Array(view.buffer);
}

/** From a `struct kvm_xcrs`: XCR0, or what it is as good as where there is none. */
export function readXcr0(bytes: Uint8Array): bigint {
  const view = viewOf(bytes);
  return view.getUint32(0, true) === 0 ? 1n : view.getBigUint64(XCR_VALUE_OFFSET, true);
}

/** To a `struct kvm_debugregs`: DR0 to DR3, DR6, DR7. */
export function debugBytes(debug: X86DebugRegisters): Uint8Array {
  const words = new BigUint64Array(DEBUGREGS_BYTES / 8);
  words.set(X86_DEBUG_REGISTERS.map((name) => debug[name]));
  return new Uint8Array(words.buffer);
}

/** From a `struct kvm_debugregs`. */
export function readDebug(bytes: Uint8Array): X86DebugRegisters {
  const view = viewOf(bytes);
  return Object.fromEntries(
    X86_DEBUG_REGISTERS.map((name, i) => [name, view.getBigUint64(i * 8, true)]),
  ) as unknown as X86DebugRegisters;
}

const SHADOWS = { none: 0, sti: KVM_X86_SHADOW_INT_STI, 'mov-ss': KVM_X86_SHADOW_INT_MOV_SS };

/** To a `struct kvm_vcpu_events`. A shutdown is none of KVM's events. */
export function eventsBytes({ exception, interrupt, ...events }: X86Events): Uint8Array {
  const view = new DataView(new ArrayBuffer(EVENTS_BYTES));
  if (exception !== null) {
    view.setUint8(0, 1);
    view.setUint8(1, exception.vector);
    view.setUint8(2, exception.errorCode === null ? 0 : 1);
    view.setUint32(4, exception.errorCode ?? 0, true);
  }
  if (interrupt !== null) {
    view.setUint8(8, 1);
    view.setUint8(9, interrupt);
  }
  view.setUint8(11, SHADOWS[events.interruptShadow]);
  view.setUint8(13, events.nmiPending ? 1 : 0);
  view.setUint8(14, events.nmiMasked ? 1 : 0);
  view.setUint32(20, KVM_VCPUEVENT_VALID_NMI_PENDING | KVM_VCPUEVENT_VALID_SHADOW, true);
  return new Uint8Array(view.buffer);
}

/**
 * From a `struct kvm_vcpu_events`. An `INT n` whose delivery was interrupted is no event: RIP is still at it, and it
 * begins anew.
 */
export function readEvents(bytes: Uint8Array): X86Events {
  const view = viewOf(bytes);
  const on = (offset: number): boolean => bytes[offset] !== 0;
  const shadow = bytes[11];
  return {
    ...noEvents(),
    exception: on(0) || on(3) ? { vector: bytes[1], errorCode: on(2) ? view.getUint32(4, true) : null } : null,
    interrupt: on(8) && !on(10) ? bytes[9] : null,
    interruptShadow: (shadow & SHADOWS['mov-ss']) !== 0 ? 'mov-ss' : shadow !== 0 ? 'sti' : 'none',
    nmiPending: on(12) || on(13),
    nmiMasked: on(14),
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
