import type { X86FpuState, X86XsaveComponent, X86XsaveState } from '@picovm/core/x86';

const SMALLEST_AREA = 4096;

const ST_OFFSET = 32;
const ST_BYTES = 128;
const XMM_OFFSET = 160;
const XMM_BYTES = 256;
const XSTATE_BV_OFFSET = 512;
const LEGACY = 3n;

/** Where a component lies in the standard format, and how long it is: in bytes. */
interface Place {
  readonly offset: number;
  readonly size: number;
}

/** An entry of CPUID leaf 0DH. */
export interface XsaveLeaf {
  readonly subleaf: number;
  readonly eax: number;
  readonly ebx: number;
  readonly ecx: number;
  readonly edx: number;
}

/**
 * `struct kvm_xsave`: the FXSAVE area (Intel SDM volume 1, table 10-2), the XSAVE header, and the further components at
 * the places where this host has them. Other hosts have them elsewhere, and have others.
 */
export class XsaveArea {
  /** Length in bytes. */
  readonly size: number;
  /** The bits that XCR0 may have here. */
  readonly xcr0: bigint;
  readonly #places: ReadonlyMap<number, Place>;

  /**
   * @param leaves what CPUID says of leaf 0DH (Intel SDM volume 1, section 13.2); none where there is no XSAVE
   * @param size what KVM_CAP_XSAVE2 says: bytes, or 0
   */
  constructor(leaves: readonly XsaveLeaf[], size: number) {
    this.size = Math.max(SMALLEST_AREA, size);
    const main = leaves.find(({ subleaf }) => subleaf === 0);
    this.xcr0 = main === undefined ? 1n : (BigInt(main.edx) << 32n) | BigInt(main.eax);
    // Bit 0 of ECX: one that XSS enables, which KVM keeps in model-specific registers.
    const further = leaves.filter(({ subleaf, eax, ebx, ecx }) => {
      return subleaf >= 2 && (ecx & 1) === 0 && eax > 0 && ebx + eax <= this.size;
    });
    this.#places = new Map(further.map(({ subleaf, eax, ebx }) => [subleaf, { offset: ebx, size: eax }]));
  }

  /** Whether KVM_GET_XSAVE has no room for it. */
  get isLarge(): boolean {
    return this.size > SMALLEST_AREA;
  }

  /** The length of a component in bytes; undefined if this host does not have it. */
  sizeOf(component: number): number | undefined {
    return this.#places.get(component)?.size;
  }

  /** To the structure. What is not named is as after RESET. */
  write(fpu: X86FpuState, components: readonly X86XsaveComponent[]): Uint8Array {
    const view = new DataView(new ArrayBuffer(this.size));
    const bytes = new Uint8Array(view.buffer);
    view.setUint16(0, fpu.fcw, true);
    view.setUint16(2, fpu.fsw, true);
    view.setUint8(4, fpu.ftw);
    view.setUint16(6, fpu.fop, true);
    view.setBigUint64(8, fpu.fip, true);
    view.setBigUint64(16, fpu.fdp, true);
    view.setUint32(24, fpu.mxcsr, true);
    bytes.set(fpu.st, ST_OFFSET);
    bytes.set(fpu.xmm, XMM_OFFSET);
    let inUse = LEGACY;
    for (const { number, data } of components) {
      const place = this.#places.get(number);
      if (place === undefined) continue;
      bytes.set(data, place.offset);
      inUse |= 1n << BigInt(number);
    }
    view.setBigUint64(XSTATE_BV_OFFSET, inUse, true);
    return bytes;
  }

  /** From the structure. */
  read(bytes: Uint8Array): { fpu: X86FpuState; components: X86XsaveState['components'] } {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const inUse = view.getBigUint64(XSTATE_BV_OFFSET, true);
    const places = [...this.#places].filter(([number]) => (inUse & (1n << BigInt(number))) !== 0n);
    return {
      fpu: {
        st: bytes.slice(ST_OFFSET, ST_OFFSET + ST_BYTES),
        fcw: view.getUint16(0, true),
        fsw: view.getUint16(2, true),
        ftw: view.getUint8(4),
        fop: view.getUint16(6, true),
        fip: view.getBigUint64(8, true),
        fdp: view.getBigUint64(16, true),
        xmm: bytes.slice(XMM_OFFSET, XMM_OFFSET + XMM_BYTES),
        mxcsr: view.getUint32(24, true),
      },
      components: places
        .map(([number, { offset, size }]) => ({ number, data: bytes.slice(offset, offset + size) }))
        .sort((a, b) => a.number - b.number),
    };
  }
}
