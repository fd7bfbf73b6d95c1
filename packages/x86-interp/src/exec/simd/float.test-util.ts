import type { X86FpuState } from '@picovm/core/x86';
import type { CpuModel } from '../../index.ts';
import { type Fault, type ProtectedMachine, protectedMachine } from '../../protected.test-util.ts';

export { bytes32, OPERAND, withMemory, withRegisters } from './vector.test-util.ts';

export const [UD, NM, SS, GP, MF, XM] = [6, 7, 12, 13, 16, 19];
/** MXCSR after RESET, and its bits. */
export const RESET = 0x1f80;
export const [IE, DE, ZE, OE, UE, PE] = [1, 2, 4, 8, 0x10, 0x20];
export const [DAZ, FTZ] = [0x40, 0x8000];
export const ROUNDING = { nearest: 0, down: 0x2000, up: 0x4000, zero: 0x6000 } as const;
/** CR4: OSFXSR and OSXMMEXCPT. */
export const CR4 = { OSFXSR: 0x200n, OSXMMEXCPT: 0x400n } as const;

/** The mask of an exception. */
export function mask(flag: number): number {
  return flag << 7;
}

/** A machine at a privilege level of protected mode that allows SSE, and #XM if it has it. */
export function floatMachine(options: { cpl?: number; model?: CpuModel } = {}): ProtectedMachine {
  const { cpl = 0, model = 'pentium4' } = options;
  const m = protectedMachine(cpl, model);
  m.vcpu.setSpecialRegisters({ cr4: CR4.OSFXSR | (model === 'pentium2' ? 0n : CR4.OSXMMEXCPT) });
  return m;
}

/** What an instruction begins with: all that is not said is as after RESET. */
export interface Before {
  readonly mxcsr?: number;
  /** XMM0 and XMM1. */
  readonly xmm?: readonly Uint8Array[];
  readonly fpu?: Partial<X86FpuState>;
}

/** What became of it. */
export interface After {
  readonly fault: Fault;
  readonly mxcsr: number;
  /** XMM0, in hexadecimal, the highest digit first. */
  readonly xmm0: string;
  readonly fpu: X86FpuState;
}

/** Executes one instruction. */
export function execute(m: ProtectedMachine, code: readonly number[], before: Before = {}): After {
  const state = m.vcpu.snapshot();
  const xmm = new Uint8Array(256);
  (before.xmm ?? []).forEach((value, n) => {
    xmm.set(value, n * 16);
  });
  m.vcpu.restore({ ...state, fpu: { ...state.fpu, ...before.fpu, xmm, mxcsr: before.mxcsr ?? RESET } });
  const fault = m.faultOf(code);
  const { fpu } = m.vcpu.snapshot();
  return { fault, mxcsr: fpu.mxcsr, xmm0: hex(fpu.xmm.subarray(0, 16)), fpu };
}

/** Four f32 of these bits, the first one lowest. */
export function singles(...bits: number[]): Uint8Array {
  return bytes(16, (view) => {
    bits.forEach((value, i) => {
      view.setUint32(i * 4, value, true);
    });
  });
}

/** Two f64 of these bits. */
export function doubles(...bits: bigint[]): Uint8Array {
  return bytes(16, (view) => {
    bits.forEach((value, i) => {
      view.setBigUint64(i * 8, value, true);
    });
  });
}

/** The bits of a number as an f32. */
export function single(value: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  return view.getUint32(0);
}

/** The bits of a number as an f64. */
export function double(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0);
}

/** Bytes in hexadecimal, the highest digit first. */
export function hex(value: Uint8Array): string {
  return Buffer.from(value).reverse().toString('hex');
}

function bytes(count: number, fill: (view: DataView) => void): Uint8Array {
  const result = new Uint8Array(count);
  fill(new DataView(result.buffer));
  return result;
}
