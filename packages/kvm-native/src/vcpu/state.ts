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
import type { KvmVcpu } from '../ioctls/kvm-vcpu.ts';
import type { KvmVm } from '../ioctls/kvm-vm.ts';
import { debugRegisters, readEvents, toDebugregs, toVcpuEvents } from './events.ts';
import type { Msrs } from './msrs.ts';
import { usesVirtualization } from './nested.ts';
import { specialRegisters, toSregs, writeSregs } from './registers.ts';
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
  readonly vcpu: KvmVcpu;
  /** KVM's clock for guests. */
  readonly clock: Pick<KvmVm, 'getClock' | 'setClock'>;
  readonly msrs: Msrs;
  readonly xsaveArea: XsaveArea;
  /** Whether triple faults are events of the VM. */
  readonly tripleFaults: boolean;
}

/**
 * The state of a vCPU with no instruction under way.
 * @throws VmError `ERR_KVM`; `ERR_UNSUPPORTED` if the guest runs VMs of its own
 */
export function readState({ vcpu, clock, msrs, xsaveArea }: StateParts, shutdown: boolean): X86VcpuState {
  // First of all: it also brings DR6 up to date.
  const events = vcpu.getVcpuEvents();
  const registers = vcpu.getRegs();
  const special = specialRegisters(vcpu.getSregs());
  if (usesVirtualization(vcpu, special)) throw cannotBeSaved();
  const area = new Uint8Array(xsaveArea.size);
  if (xsaveArea.isLarge) vcpu.getXsave2(area);
  else vcpu.getXsave(area);
  const { fpu, components } = xsaveArea.read(area);
  return {
    arch: 'x86',
    version: X86_STATE_VERSION,
    model: 'host',
    registers,
    special,
    debug: debugRegisters(vcpu.getDebugregs()),
    fpu,
    xsave: { xcr0: xcr0Of(vcpu), components },
    tsc: msrs.tsc,
    kvmClock: clock.getClock().clock,
    msrs: msrs.read(),
    events: { ...readEvents(events), shutdown },
    instructions: 0,
    a20: true,
    testRegisters: [0, 0, 0, 0, 0, 0, 0, 0],
  };
}

/**
 * Puts a vCPU into a state.
 * @throws VmError `ERR_KVM`: then it may be in a part of it
 */
function writeState(parts: StateParts, state: X86VcpuState): void {
  // Time comes first: KVM tells the guest of it when registers are set that ask for it.
  parts.msrs.tsc = state.tsc;
  parts.clock.setClock({ clock: state.kvmClock, flags: 0 });
  parts.msrs.write(state.msrs);
  writeCpu(parts, state);
}

/**
 * Puts a vCPU into a state, or leaves it as it is. KVM judges the values of some registers only when they are set.
 * @param before the state that it is in
 * @throws VmError `ERR_SNAPSHOT_MISMATCH`; where not even the old state can be set again, it says so
 */
export function replaceState(parts: StateParts, state: X86VcpuState, before: X86VcpuState): void {
  try {
    writeState(parts, state);
  } catch (cause) {
    const message = `the vCPU cannot be in the snapshot's state: ${messageOf(cause)}`;
    try {
      writeState(parts, before);
    } catch (error) {
      const both = `${message}; nor can its own be set again, reset the machine: ${messageOf(error)}`;
      throw new VmError('ERR_SNAPSHOT_MISMATCH', both, { cause });
    }
    throw new VmError('ERR_SNAPSHOT_MISMATCH', message, { cause });
  }
}

/**
 * Puts a vCPU into the state after RESET (Intel SDM volume 3A, table 10-1). Time goes on.
 * @throws VmError `ERR_KVM`
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

function writeCpu({ vcpu, xsaveArea, tripleFaults }: StateParts, state: CpuState): void {
  // No interrupt is pending in them: the events say so.
  writeSregs(vcpu, toSregs(state.special));
  vcpu.setRegs(state.registers);
  // A host without XSAVE has none to set.
  if (xcr0Of(vcpu) !== state.xsave.xcr0) vcpu.setXcrs([{ xcr: 0, value: state.xsave.xcr0 }]);
  vcpu.setXsave(xsaveArea.write(state.fpu, state.xsave.components));
  vcpu.setDebugregs(toDebugregs(state.debug));
  // Last: setting registers forgets exceptions.
  vcpu.setVcpuEvents(toVcpuEvents(state.events, tripleFaults));
}

/** XCR0, or what it is as good as where there is none. */
function xcr0Of(vcpu: KvmVcpu): bigint {
  return vcpu.getXcrs()[0]?.value ?? 1n;
}

function cannotBeSaved(): VmError {
  return new VmError(
    'ERR_UNSUPPORTED',
    'the guest runs VMs of its own, whose state cannot be saved. To restore another snapshot here, reset the machine first',
  );
}

/** What keeps a vCPU of KVM from being in a state: it is a whole processor of today, with all its address lines. */
export function differencesOf({ msrs: own, xsaveArea }: StateParts, state: X86VcpuState): SnapshotDifference[] {
  const { model, a20, testRegisters, msrs, xsave, events } = state;
  const differences: SnapshotDifference[] = [];
  const add = (what: string, snapshot: string, machine: string): void => {
    differences.push({ what, snapshot, machine });
  };
  if (!MODELS.includes(model.split(/[+-]/, 1)[0]))
    add('the CPU model', model, `the host's, which takes ${MODELS.join(', ')}`);
  if (!a20) add('address line A20', 'it not driven', 'it always driven');
  if (testRegisters.some((value) => value !== 0)) add('the test registers', 'values in them', 'none');
  // KVM_SET_VCPU_EVENTS has no place for it.
  if ((events.debugTrap ?? 0) !== 0) add('debug traps', 'one that waits behind MOV SS', 'none that waits');
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
