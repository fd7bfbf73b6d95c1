import { Vm } from '@picovm/core';
import { type InterpVcpu, interp } from '@picovm/x86-interp';
import { type BootPlan, boot, type MemoryMap, pcMemoryMap } from './index.ts';

/** The machine of the tests: 8 MiB. */
export const MEMORY: MemoryMap = pcMemoryMap(8 * 2 ** 20);

/** A VM in which a plan was carried out. */
export function started(plan: BootPlan, memory: MemoryMap = MEMORY): Vm<InterpVcpu> {
  const vm = new Vm({ accelerator: interp(), memory: memory.regions });
  boot(vm, plan);
  return vm;
}

/** The segment of a plan with a name. */
export function segment(
  plan: BootPlan,
  name: string,
): { address: number; bytes: Uint8Array; size?: number; view: DataView } {
  const found = plan.segments.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no ${name} among ${plan.segments.map((each) => each.name).join(', ')}`);
  const { buffer, byteOffset, byteLength } = found.bytes;
  return { ...found, view: new DataView(buffer, byteOffset, byteLength) };
}

/** A text that ends in a 0. */
export function textAt(vm: Vm<InterpVcpu>, address: number): string {
  let text = '';
  for (let at = address; vm.memory.readU8(at) !== 0; at++) text += String.fromCharCode(vm.memory.readU8(at));
  return text;
}

/**
 * 32-bit code at any address: loads DS, ES and SS anew, returns far to itself, stores EAX, EBX, ESI, ESP, CS and DS at 60000, and halts.
 * With a wrong GDT it would not get there.
 */
export const PROBE: Uint8Array = Uint8Array.from(
  [
    // mov edx, eax; mov eax, ds; mov ds, ax; mov es, ax; mov ss, ax
    [0x89, 0xc2, 0x8c, 0xd8, 0x8e, 0xd8, 0x8e, 0xc0, 0x8e, 0xd0],
    // push cs; call $+5; add dword [esp], 5; retf
    [0x0e, 0xe8, 0, 0, 0, 0, 0x83, 0x04, 0x24, 5, 0xcb],
    // mov [60000], edx; mov [60004], ebx; mov [60008], esi; mov [6000c], esp
    [0x89, 0x15, 0, 0, 6, 0, 0x89, 0x1d, 4, 0, 6, 0, 0x89, 0x35, 8, 0, 6, 0, 0x89, 0x25, 12, 0, 6, 0],
    // push cs; pop eax; mov [60010], eax; mov eax, ds; mov [60014], eax; hlt
    [0x0e, 0x58, 0xa3, 0x10, 0, 6, 0, 0x8c, 0xd8, 0xa3, 0x14, 0, 6, 0, 0xf4],
  ].flat(),
);

/** What {@link PROBE} saw. */
export async function probe(plan: BootPlan): Promise<{ vm: Vm<InterpVcpu>; seen: Record<string, number> }> {
  const vm = started(plan);
  const { outcome, message } = await vm.run({ timeoutMs: 5000 });
  if (outcome !== 'halted') throw new Error(message);
  const names = ['eax', 'ebx', 'esi', 'esp', 'cs', 'ds'];
  return { vm, seen: Object.fromEntries(names.map((name, n) => [name, vm.memory.readU32(0x60000 + 4 * n)])) };
}
