import { type SnapshotDifference, VmError } from '@picovm/core';
import {
  noEvents,
  resetDebugRegisters,
  resetFpu,
  resetRegisters,
  resetSpecialRegisters,
  resetXsave,
  X86_STATE_VERSION,
  type X86VcpuState,
} from '@picovm/core/x86';
import type { NativeVcpu, NativeVm } from '../native/addon.ts';
import type { Msrs } from './msrs.ts';
import { usesVirtualization } from './nested.ts';
import type { RegsBuffer, SregsBuffer } from './registers.ts';
import {
  DEBUGREGS_BYTES,
  debugBytes,
  EVENTS_BYTES,
  eventsBytes,
  readDebug,
  readEvents,
  readXcr0,
  XCRS_BYTES,
  xcrsBytes,
} from './structures.ts';
import type { XsaveArea } from './xsave-area.ts';

/**
 * The processors that the host's own can stand for, in states that other accelerators wrote. Behind these names, states may
 * have single features.
 */
const MODELS = ['host', 'pentium', 'pentiummmx', 'pentiumpro', 'pentium2', 'pentium3', 'pentium4'];
/** The part of a state that a RESET changes. */
type CpuState = Pick<X86VcpuState, 'registers' | 'special' | 'debug' | 'fpu' | 'xsave' | 'events'>;

/** What a state is read from and written to. */
export interface StateParts {
  readonly native: NativeVcpu;
  /** KVM's clock for guests. */
  readonly clock: Pick<NativeVm, 'getClock' | 'setClock'>;
  readonly regs: RegsBuffer;
  readonly sregs: SregsBuffer;
  readonly msrs: Msrs;
  readonly xsaveArea: XsaveArea;
}

/**
 * The state of a vCPU with no instruction under way.
 * @throws IoctlError; VmError `ERR_UNSUPPORTED` if the guest runs VMs of its own
 */
export function readState(
  { native, clock, regs, sregs, msrs, xsaveArea }: StateParts,
  shutdown: boolean,
): X86VcpuState {
  // First of all: it also brings DR6 up to date.
  const events = new Uint8Array(EVENTS_BYTES);
  native.getVcpuEvents(events);
  native.getRegs(regs.bytes);
  native.getSregs(sregs.bytes);
  const special = sregs.read();
  if (usesVirtualization(native, special)) throw cannotBeSaved();
  const area = new Uint8Array(xsaveArea.size);
  native.getXsave(area);
  const { fpu, components } = xsaveArea.read(area);
  const debug = new Uint8Array(DEBUGREGS_BYTES);
  native.getDebugregs(debug);
  return {
    arch: 'x86',
    version: X86_STATE_VERSION,
    model: 'host',
    registers: regs.read(),
    special,
    debug: readDebug(debug),
    fpu,
    xsave: { xcr0: xcr0Of(native), components },
    tsc: msrs.tsc,
    kvmClock: clock.getClock(),
    msrs: msrs.read(),
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
export function writeState(parts: StateParts, state: X86VcpuState): void {
  // Time comes first: KVM tells the guest of it when registers are set that ask for it.
  parts.msrs.tsc = state.tsc;
  parts.clock.setClock(state.kvmClock);
  parts.msrs.write(state.msrs);
  writeCpu(parts, state);
}

/**
 * Puts a vCPU into the state after RESET (Intel SDM volume 3A, table 10-1). Time goes on.
 * @throws IoctlError, VmError `ERR_KVM`
 */
export function resetState(parts: StateParts): void {
  writeCpu(parts, {
    registers: resetRegisters(),
    special: resetSpecialRegisters(),
    debug: resetDebugRegisters(),
    fpu: resetFpu(),
    xsave: resetXsave(),
    events: noEvents(),
  });
  parts.msrs.reset();
}

function writeCpu({ native, regs, sregs, xsaveArea }: StateParts, state: CpuState): void {
  // No interrupt is pending in a cleared `struct kvm_sregs`: the events say so.
  sregs.bytes.fill(0);
  sregs.write(state.special);
  native.setSregs(sregs.bytes);
  regs.write(state.registers);
  native.setRegs(regs.bytes);
  // A host without XSAVE has none to set.
  if (xcr0Of(native) !== state.xsave.xcr0) native.setXcrs(xcrsBytes(state.xsave.xcr0));
  native.setXsave(xsaveArea.write(state.fpu, state.xsave.components));
  native.setDebugregs(debugBytes(state.debug));
  // Last: setting registers forgets exceptions.
  native.setVcpuEvents(eventsBytes(state.events));
}

function xcr0Of(native: NativeVcpu): bigint {
  const xcrs = new Uint8Array(XCRS_BYTES);
  native.getXcrs(xcrs);
  return readXcr0(xcrs);
}

function cannotBeSaved(): VmError {
  return new VmError(
    'ERR_UNSUPPORTED',
    'the guest runs VMs of its own, whose state cannot be saved. To restore another snapshot here, reset the machine first',
  );
}

/** What keeps a vCPU of KVM from being in a state: it is a whole processor of today, with all its address lines. */
export function differencesOf({ msrs: own, xsaveArea }: StateParts, state: X86VcpuState): SnapshotDifference[] {
  const { model, a20, testRegisters, msrs, xsave } = state;
  const differences: SnapshotDifference[] = [];
  const add = (what: string, snapshot: string, machine: string): void => {
    differences.push({ what, snapshot, machine });
  };
  if (!MODELS.includes(model.split(/[+-]/, 1)[0]))
    add('the CPU model', model, `the host's, which takes ${MODELS.join(', ')}`);
  if (!a20) add('address line A20', 'it not driven', 'it always driven');
  if (testRegisters.some((value) => value !== 0)) add('the test registers', 'values in them', 'none');
  if ((xsave.xcr0 & ~xsaveArea.xcr0) !== 0n) add('XCR0', hex(xsave.xcr0), `bits of ${hex(xsaveArea.xcr0)}`);
  for (const { number, data } of xsave.components) {
    const size = xsaveArea.sizeOf(number);
    if (size === data.length) continue;
    add(`component ${number} of XSAVE`, `${data.length} bytes`, size === undefined ? 'none' : `${size} bytes`);
  }
  for (const { index, value } of msrs) {
    if (!own.has(index)) add(`the model-specific register ${hex(index)}`, hex(value), 'none that a snapshot could set');
  }
  return differences;
}

function hex(value: bigint | number): string {
  return `0x${value.toString(16)}`;
}
