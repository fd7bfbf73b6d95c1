import type { VcpuDump } from '../accelerator/accelerator.ts';
import { hex } from '../format.ts';
import { CR0 } from './flags.ts';
import { formatFarPointer } from './real-mode.ts';
import { X86_SEGMENTS, type X86Registers, type X86SpecialRegisters } from './registers.ts';

const MASK_32 = 0xffffffffn;

/** The registers by name, and the place of the instruction pointer, as `Vcpu.dump` gives them. */
export function dumpX86(registers: X86Registers, special: X86SpecialRegisters): VcpuDump {
  const protectedMode = (special.cr0 & BigInt(CR0.PE)) !== 0n;
  const paging = (special.cr0 & BigInt(CR0.PG)) !== 0n;
  const linear = special.cs.l === 1 ? registers.rip : (special.cs.base + registers.rip) & MASK_32;
  return {
    registers: {
      ...registers,
      ...Object.fromEntries(X86_SEGMENTS.map((name) => [name, BigInt(special[name].selector)])),
      cr0: special.cr0,
      cr2: special.cr2,
      cr3: special.cr3,
      cr4: special.cr4,
      efer: special.efer,
    },
    location: protectedMode
      ? `${hex(special.cs.selector, 4)}:${hex(registers.rip, 8)}`
      : formatFarPointer(special.cs.selector, Number(registers.rip)),
    codeAddress: paging ? undefined : Number(linear),
  };
}
