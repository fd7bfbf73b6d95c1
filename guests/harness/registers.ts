import { X86_SEGMENTS, type X86Registers, type X86SegmentName, type X86Vcpu } from '@picovm/core/x86';

const WIDE = ['eax', 'ebx', 'ecx', 'edx', 'esi', 'edi', 'ebp', 'esp'] as const;
const NARROW = ['ax', 'bx', 'cx', 'dx', 'si', 'di', 'bp', 'sp'] as const;

/** A general-purpose register as a program names it, whole (32 bits) or its lower half. */
export type RegisterName = (typeof WIDE)[number] | (typeof NARROW)[number];

/** Sets registers; a 16-bit name sets the others of the 64 bits to 0. */
export function setRegisters(vcpu: X86Vcpu, values: Readonly<Partial<Record<RegisterName, number>>>): void {
  const entries = Object.entries(values).map(([name, value]) => [wholeName(name), BigInt(value)]);
  vcpu.setRegisters(Object.fromEntries(entries) as Partial<X86Registers>);
}

/** All registers by the names that expectations use. */
export function readRegisters(vcpu: X86Vcpu): Record<RegisterName | X86SegmentName | 'flags' | 'ip', number> {
  const registers = vcpu.getRegisters();
  const special = vcpu.getSpecialRegisters();
  const entries: [string, number][] = [
    ['flags', Number(registers.rflags)],
    ['ip', Number(registers.rip)],
    ...WIDE.map((name): [string, number] => [name, Number(registers[wholeName(name)] & 0xffffffffn)]),
    ...NARROW.map((name): [string, number] => [name, Number(registers[wholeName(name)] & 0xffffn)]),
    ...X86_SEGMENTS.map((name): [string, number] => [name, special[name].selector]),
  ];
  return Object.fromEntries(entries) as ReturnType<typeof readRegisters>;
}

function wholeName(name: string): keyof X86Registers {
  return `r${name.slice(-2)}` as keyof X86Registers;
}
