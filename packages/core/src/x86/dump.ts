import type { VcpuDump } from '../accelerator/accelerator.ts';
import { formatFarPointer } from './far-pointer.ts';
import { CR0, RFLAGS } from './flags.ts';
import { X86_SEGMENTS, type X86Registers, type X86SegmentName, type X86SpecialRegisters } from './registers.ts';

const MASK_32 = 0xffffffffn;

/** A register of `X86Dump`, by the name that the manuals give it. */
export type X86DumpRegister = keyof X86Registers | X86SegmentName | 'cr0' | 'cr2' | 'cr3' | 'cr4' | 'efer';

/** The state of an x86 vCPU for people. */
export interface X86Dump extends VcpuDump {
  /** All registers; segment registers by their selectors. */
  readonly registers: VcpuDump['registers'] & Readonly<Record<X86DumpRegister, bigint>>;
}

/** The registers by name, and the place of the instruction pointer, as `Vcpu.dump` gives them. */
export function dumpX86(registers: X86Registers, special: X86SpecialRegisters): X86Dump {
  const selectors = X86_SEGMENTS.map((name) => [name, BigInt(special[name].selector)]);
  const paging = (special.cr0 & BigInt(CR0.PG)) !== 0n;
  const linear = special.cs.l === 1 ? registers.rip : (special.cs.base + registers.rip) & MASK_32;
  return {
    registers: {
      ...registers,
      ...(Object.fromEntries(selectors) as Record<X86SegmentName, bigint>),
      cr0: special.cr0,
      cr2: special.cr2,
      cr3: special.cr3,
      cr4: special.cr4,
      efer: special.efer,
    },
    location: formatFarPointer(special.cs.selector, registers.rip, offsetDigits(registers, special)),
    codeAddress: paging ? undefined : Number(linear),
  };
}

// Hexadecimal digits of an instruction pointer: virtual-8086 mode has the addresses of real mode.
function offsetDigits({ rflags }: X86Registers, { cr0, cs }: X86SpecialRegisters): number {
  if ((cr0 & BigInt(CR0.PE)) === 0n || (rflags & BigInt(RFLAGS.VM)) !== 0n) return 4;
  return cs.l === 1 ? 16 : 8;
}
