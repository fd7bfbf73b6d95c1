import { type GuestMemory, hex, VmError } from '@picovm/core';
import { buildPageTables, enterLongMode, enterProtectedMode, enterRealMode, type X86Vcpu } from '@picovm/core/x86';
import type { BootPlan, BootSegment, LongModeCpu, ProtectedModeCpu } from './boot-plan.ts';

/** What of a `Vm` is needed to start an image. */
export interface BootTarget {
  /** Guest-physical memory. */
  readonly memory: GuestMemory;
  /** The first virtual CPU. */
  readonly vcpu: X86Vcpu;
}

const ZEROS = /* @__PURE__ */ new Uint8Array(1 << 16);

/**
 * Carries out a plan: writes its segments into memory, and sets the registers of the first vCPU, all of them. May be done again: after
 * `vm.reset()` it starts the image anew, as memory has then what it began with where the plan says something.
 * @throws VmError `ERR_GUEST_ADDRESS` if the VM has no memory where the plan wants to write, and nothing was changed;
 *   `ERR_UNSUPPORTED` if the vCPU has no long mode and the plan needs it; `ERR_VM_RUNNING` from within an exit
 */
export function boot(vm: BootTarget, plan: BootPlan): void {
  const { memory, vcpu } = vm;
  for (const segment of plan.segments) checkPlace(memory, segment);
  for (const { address, bytes, size = bytes.length } of plan.segments) {
    memory.write(address, bytes);
    for (let at = bytes.length; at < size; at += ZEROS.length) {
      memory.write(address + at, ZEROS.subarray(0, Math.min(ZEROS.length, size - at)));
    }
  }
  const { cpu } = plan;
  if (cpu.mode === 'reset') vcpu.reset();
  else if (cpu.mode === 'real') {
    enterRealMode(vcpu, { segment: cpu.segment, offset: cpu.offset }, cpu.dataSegment);
    vcpu.setRegisters({ ...cpu.registers, rsp: BigInt(cpu.stack) });
  } else {
    const start = { entry: BigInt(cpu.entry), stack: BigInt(cpu.stack), gdt: cpu.gdt };
    if (cpu.mode === 'protected') enterProtectedMode(vcpu, start);
    else
      enterLongMode(vcpu, start, buildPageTables(memory, '4-level', cpu.pageTables.address, cpu.pageTables.mappings));
    loadSelectors(vcpu, cpu);
    vcpu.setRegisters(cpu.registers);
  }
}

function checkPlace(memory: GuestMemory, { name, address, bytes, size = bytes.length }: BootSegment): void {
  if (size <= memory.contiguous(address)) return;
  throw new VmError(
    'ERR_GUEST_ADDRESS',
    `the ${name} wants ${size} bytes at ${hex(address)}, which are not all memory: give the VM the memory that the plan was made for`,
    { address, length: size },
  );
}

// The entries of core's GDT lie elsewhere than some protocols want theirs. What the descriptors say is the same.
function loadSelectors(vcpu: X86Vcpu, { codeSelector, dataSelector }: ProtectedModeCpu | LongModeCpu): void {
  const { cs, ds } = vcpu.getSpecialRegisters();
  const data = { ...ds, selector: dataSelector };
  vcpu.setSpecialRegisters({
    cs: { ...cs, selector: codeSelector },
    ...{ ds: data, es: data, ss: data, fs: data, gs: data },
  });
}
