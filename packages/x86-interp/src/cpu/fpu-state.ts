import type { X86FpuState } from '@picovm/core/x86';
import type { Cpu } from './cpu.ts';
import { MODEL } from './models.ts';
import { MISC_ENABLE } from './msr-table.ts';
import { mxcsrMask } from './mxcsr.ts';
import { SLOT } from './state-layout.ts';

const { X87, FCW, FSW, FTW, FOP, FIP, FCS, FDP, FDS, FOP_NOW, XMM, MXCSR } = SLOT;
const REGISTER_BYTES = 16;
const XMM_BYTES = 256;

/**
 * The opcode that FNSTENV and FXSAVE tell. Of the Pentium 4 it is that of the last instruction that failed, unless
 * IA32_MISC_ENABLE asks for the last one of all (Intel SDM volume 1, section 8.1.9.1).
 */
export function lastOpcode(cpu: Cpu): number {
  const failed = cpu.model >= MODEL.PENTIUM_4 && (cpu.state[SLOT.MISC_ENABLE] & MISC_ENABLE.FOPCODE) === 0;
  return cpu.state[failed ? FOP : FOP_NOW];
}

/** Sets it. @param opcode of which 11 bits count */
export function setLastOpcode(cpu: Cpu, opcode: number): void {
  cpu.state[FOP] = cpu.state[FOP_NOW] = opcode & 0x7ff;
}

/** x87 and SSE as FXSAVE has them: the selectors of the pointers are bits 32 to 47 of them. */
export function getFpu(cpu: Cpu): X86FpuState {
  const { state, u32 } = cpu;
  const st = new Uint8Array(8 * REGISTER_BYTES);
  for (let i = 0; i < 8; i++) {
    const at = (X87 + (((state[FSW] >> 11) + i) & 7) * 4) * 4;
    st.set(cpu.u8.subarray(at, at + 10), i * REGISTER_BYTES);
  }
  return {
    st,
    fcw: state[FCW],
    fsw: state[FSW],
    ftw: state[FTW],
    fop: lastOpcode(cpu),
    fip: (BigInt(state[FCS]) << 32n) | BigInt(u32[FIP]),
    fdp: (BigInt(state[FDS]) << 32n) | BigInt(u32[FDP]),
    xmm: cpu.u8.slice(XMM * 4, XMM * 4 + XMM_BYTES),
    mxcsr: u32[MXCSR],
  };
}

/** Puts x87 and SSE into a state. */
export function setFpu(cpu: Cpu, fpu: X86FpuState): void {
  const { state } = cpu;
  state[FCW] = (fpu.fcw & 0x1f3f) | 0x40;
  // ES and B follow from the flags and the masks.
  const pending = (fpu.fsw & ~fpu.fcw & 0x3f) !== 0;
  state[FSW] = (fpu.fsw & 0x7f7f) | (pending ? 0x8080 : 0);
  state[FTW] = fpu.ftw & 0xff;
  setLastOpcode(cpu, fpu.fop);
  setPointer(cpu, FIP, FCS, fpu.fip);
  setPointer(cpu, FDP, FDS, fpu.fdp);
  for (let i = 0; i < 8; i++) {
    const register = X87 + (((state[FSW] >> 11) + i) & 7) * 4;
    cpu.u8.set(fpu.st.subarray(i * REGISTER_BYTES, i * REGISTER_BYTES + 10), register * 4);
    // The six bytes behind an 80-bit value are nothing.
    state[register + 2] &= 0xffff;
    state[register + 3] = 0;
  }
  cpu.u8.set(fpu.xmm, XMM * 4);
  state[MXCSR] = fpu.mxcsr & mxcsrMask(cpu);
}

function setPointer(cpu: Cpu, offset: number, selector: number, value: bigint): void {
  cpu.state[offset] = Number(BigInt.asIntN(32, value));
  cpu.state[selector] = Number((value >> 32n) & 0xffffn);
}
