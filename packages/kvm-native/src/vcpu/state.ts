import { type SnapshotDifference, VmError } from '@picovm/core';
import { X86_STATE_VERSION, type X86VcpuState } from '@picovm/core/x86';
import type { NativeVcpu } from '../native/addon.ts';
import { isStateMsr, readMsrs, writeMsrs } from './msrs.ts';
import type { RegsBuffer, SregsBuffer } from './registers.ts';
import {
  DEBUGREGS_BYTES,
  debugBytes,
  EVENTS_BYTES,
  eventsBytes,
  readDebug,
  readEvents,
  readXsave,
  XSAVE_BYTES,
  xsaveBytes,
} from './structures.ts';

/** The processors that the host's own can stand for, in states that other accelerators wrote. */
const MODELS = ['host', 'pentium'];
/** CR4.OSXSAVE: the guest uses XSAVE, and may use AVX. */
const CR4_OSXSAVE = 1n << 18n;

/**
 * The state of a vCPU with no instruction under way.
 * @throws IoctlError; VmError `ERR_UNSUPPORTED` if the guest uses AVX
 */
export function readState(native: NativeVcpu, regs: RegsBuffer, sregs: SregsBuffer, shutdown: boolean): X86VcpuState {
  // First of all: it also brings DR6 up to date.
  const events = new Uint8Array(EVENTS_BYTES);
  native.getVcpuEvents(events);
  native.getRegs(regs.bytes);
  native.getSregs(sregs.bytes);
  const special = sregs.read();
  if ((special.cr4 & CR4_OSXSAVE) !== 0n) {
    throw new VmError('ERR_UNSUPPORTED', 'the guest uses XSAVE (CR4.OSXSAVE is set), which snapshots do not hold');
  }
  const xsave = new Uint8Array(XSAVE_BYTES);
  native.getXsave(xsave);
  const debug = new Uint8Array(DEBUGREGS_BYTES);
  native.getDebugregs(debug);
  return {
    arch: 'x86',
    version: X86_STATE_VERSION,
    model: 'host',
    registers: regs.read(),
    special,
    debug: readDebug(debug),
    fpu: readXsave(xsave),
    ...readMsrs(native),
    events: { ...readEvents(events), shutdown },
    instructions: 0,
    a20: true,
    testRegisters: [0, 0, 0, 0, 0, 0, 0, 0],
  };
}

/**
 * Puts a vCPU into a state.
 * @throws IoctlError, VmError `ERR_KVM`: then it may be in a part of it
 */
export function writeState(native: NativeVcpu, state: X86VcpuState, regs: RegsBuffer, sregs: SregsBuffer): void {
  // No interrupt is pending in a cleared `struct kvm_sregs`: the events say so.
  sregs.bytes.fill(0);
  sregs.write(state.special);
  native.setSregs(sregs.bytes);
  regs.write(state.registers);
  native.setRegs(regs.bytes);
  native.setXsave(xsaveBytes(state.fpu));
  native.setDebugregs(debugBytes(state.debug));
  writeMsrs(native, state.msrs, state.tsc);
  // Last: setting registers forgets exceptions.
  native.setVcpuEvents(eventsBytes(state.events));
}

/** What keeps a vCPU of KVM from being in a state: it is a whole processor of today, with all its address lines. */
export function differencesOf({ model, a20, testRegisters, msrs }: X86VcpuState): SnapshotDifference[] {
  const differences: SnapshotDifference[] = [];
  if (!MODELS.includes(model)) {
    differences.push({
      what: 'the CPU model',
      snapshot: model,
      machine: `the host's, which takes ${MODELS.join(', ')}`,
    });
  }
  if (!a20) differences.push({ what: 'address line A20', snapshot: 'it not driven', machine: 'it always driven' });
  if (testRegisters.some((value) => value !== 0)) {
    differences.push({ what: 'the test registers', snapshot: 'values in them', machine: 'none' });
  }
  for (const { index, value } of msrs) {
    if (isStateMsr(index)) continue;
    const what = `the model-specific register 0x${index.toString(16)}`;
    differences.push({ what, snapshot: `0x${value.toString(16)}`, machine: 'none that a snapshot could set' });
  }
  return differences;
}
