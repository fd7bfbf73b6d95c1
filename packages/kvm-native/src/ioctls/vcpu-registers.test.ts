import { beforeEach, describe, expect, it } from 'vitest';
import { needKvm } from '../guest.test-util.ts';
import * as K from '../ioctls.ts';
import { needCapability, RawGuest, refused } from './raw-guest.test-util.ts';

beforeEach(needKvm);

const invalid = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });
const SYSENTER_CS = 0x174;

describe('registers', () => {
  it('are what the guest works with, 64 bits each', () => {
    using guest = new RawGuest([0x66, 0x01, 0xd8, 0xf4]); // add eax, ebx; hlt
    const { vcpu } = guest;
    const regs = { ...vcpu.getRegs(), rax: 0x7000_0001n, rbx: 0x1000_0001n, r15: 2n ** 64n - 1n };
    vcpu.setRegs(regs);
    expect(vcpu.getRegs()).toEqual(regs);
    expect(guest.run()).toBe(K.KVM_EXIT_HLT);
    expect(vcpu.getRegs()).toMatchObject({ rax: 0x8000_0002n, r15: 2n ** 64n - 1n });
  });

  it('are refused with what is wrong with them', () => {
    using guest = new RawGuest();
    const { vcpu } = guest;
    const regs = vcpu.getRegs();
    for (const rax of [1, -1n, 2n ** 64n, undefined, '1']) {
      expect(() => vcpu.setRegs({ ...regs, rax: rax as bigint })).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining('kvm_regs.rax') }),
      );
    }
    const sregs = vcpu.getSregs();
    for (const limit of [1n, -1, 2 ** 32, 0.5, Number.NaN]) {
      const cs = { ...sregs.cs, limit: limit as number };
      expect(() => vcpu.setSregs({ ...sregs, cs })).toThrow(
        expect.objectContaining({ message: expect.stringContaining('kvm_sregs.cs.limit') }),
      );
    }
    expect(() => vcpu.setSregs({ ...sregs, interruptBitmap: [0n] })).toThrow(invalid);
    expect(() => vcpu.setRegs(null as never)).toThrow(invalid);
    // Paging without protection.
    expect(() => vcpu.setSregs({ ...sregs, cr0: 0x80000000n })).toThrow(refused('KVM_SET_SREGS', 'EINVAL') as Error);
  });

  it('of segments and modes, in both their versions', (context) => {
    using guest = new RawGuest();
    const { vcpu } = guest;
    const sregs = vcpu.getSregs();
    const es = { ...sregs.es, selector: 0x1234, base: 0x12340n };
    vcpu.setSregs({ ...sregs, es, cr2: 0x1000n, gdt: { base: 0x5000n, limit: 0x27 } });
    expect(vcpu.getSregs()).toMatchObject({ es, cr2: 0x1000n, gdt: { base: 0x5000n, limit: 0x27 } });
    needCapability(context, guest, K.KVM_CAP_SREGS2, 'KVM_CAP_SREGS2');
    const { interruptBitmap: _, ...common } = vcpu.getSregs();
    expect(vcpu.getSregs2()).toEqual({ ...common, flags: expect.any(BigInt), pdptrs: expect.any(Array) });
  });

  it('of PAE paging, with its page-directory pointers', (context) => {
    using guest = new RawGuest();
    const { vcpu } = guest;
    needCapability(context, guest, K.KVM_CAP_SREGS2, 'KVM_CAP_SREGS2');
    // The pointers come from the structure, and not from memory.
    const pdptrs = [0x3001n, 0n, 0n, 0x4001n];
    const pae = { ...vcpu.getSregs2(), cr0: 0x80000011n, cr4: 0x20n, cr3: 0x2000n };
    vcpu.setSregs2({ ...pae, flags: K.KVM_SREGS2_FLAGS_PDPTRS_VALID, pdptrs });
    context.skip((vcpu.getSregs2().cr0 & 0x80000000n) === 0n, 'this KVM has no PAE paging: no VT-x or SVM');
    expect(vcpu.getSregs2()).toMatchObject({ flags: K.KVM_SREGS2_FLAGS_PDPTRS_VALID, pdptrs });
  });

  it('of x87 and SSE, alone and in the area of XSAVE', () => {
    using guest = new RawGuest();
    const { vcpu } = guest;
    const xmm = Array.from({ length: 16 }, (_, i) => Uint8Array.from({ length: 16 }, (_, at) => i * 16 + at));
    const fpu = { ...vcpu.getFpu(), fcw: 0x27f, lastOpcode: 0x123, xmm };
    vcpu.setFpu(fpu);
    expect(vcpu.getFpu()).toMatchObject({ fcw: 0x27f, lastOpcode: 0x123, xmm });
    const size = Math.max(4096, guest.vm.checkExtensionInt(K.KVM_CAP_XSAVE2));
    const area = new Uint8Array(size);
    const view = new DataView(area.buffer);
    if (size === 4096) vcpu.getXsave(area);
    else vcpu.getXsave2(area);
    // XMM1, where FXSAVE has it, and XSTATE_BV, which says that x87 and SSE are there.
    area.fill(0xee, 176, 192);
    view.setBigUint64(512, 3n, true);
    vcpu.setXsave(area);
    expect(vcpu.getFpu().xmm[1]).toEqual(new Uint8Array(16).fill(0xee));
    for (const length of [0, 4095, size + 1]) {
      expect(() => vcpu.getXsave(new Uint8Array(length))).toThrow(invalid);
      expect(() => vcpu.setXsave(new Uint8Array(length))).toThrow(invalid);
    }
    expect(() => vcpu.setFpu({ ...fpu, xmm: xmm.slice(1) })).toThrow(invalid);
  });

  it('of XSAVE in an area of any length', (context) => {
    using guest = new RawGuest();
    needCapability(context, guest, K.KVM_CAP_XSAVE2, 'KVM_CAP_XSAVE2');
    const area = new Uint8Array(guest.vm.checkExtensionInt(K.KVM_CAP_XSAVE2));
    guest.vcpu.getXsave2(area);
    expect(new DataView(area.buffer).getUint16(0, true)).toBe(guest.vcpu.getFpu().fcw);
  });

  it('that extend control, and those for debugging', (context) => {
    using guest = new RawGuest();
    const { vcpu } = guest;
    const debugregs = { db: [1n, 2n, 3n, 2n ** 47n], dr6: 0xffff0ff0n, dr7: 0x400n, flags: 0n };
    vcpu.setDebugregs(debugregs);
    expect(vcpu.getDebugregs()).toEqual(debugregs);
    expect(() => vcpu.setDebugregs({ ...debugregs, flags: 1n })).toThrow(
      refused('KVM_SET_DEBUGREGS', 'EINVAL') as Error,
    );
    expect(() => vcpu.setXcrs(Array.from({ length: 17 }, () => ({ xcr: 0, value: 1n })))).toThrow(invalid);
    context.skip(vcpu.getXcrs().length === 0, 'this host has no XSAVE');
    vcpu.setXcrs([{ xcr: 0, value: 3n }]);
    expect(vcpu.getXcrs()).toEqual([{ xcr: 0, value: 3n }]);
    expect(() => vcpu.setXcrs([{ xcr: 0, value: 2n }])).toThrow(refused('KVM_SET_XCRS', 'EINVAL') as Error);
  });

  it('that are model-specific, up to the first that KVM does not have', () => {
    using guest = new RawGuest([0x66, 0xb9, 0x74, 1, 0, 0, 0x0f, 0x32, 0xf4]); // mov ecx, 0x174; rdmsr; hlt
    const { vcpu } = guest;
    const msrs = [
      { index: SYSENTER_CS, data: 0x77n },
      { index: 0x12345678, data: 0n },
      { index: 0x175, data: 1n },
    ];
    expect(vcpu.setMsrs(msrs)).toBe(1);
    expect(vcpu.getMsrs(msrs.map(({ index }) => index))).toEqual([{ index: SYSENTER_CS, data: 0x77n }]);
    expect(guest.run()).toBe(K.KVM_EXIT_HLT);
    expect(vcpu.getRegs().rax).toBe(0x77n);
    expect(() => vcpu.getMsrs(Array.from({ length: 300 }, () => SYSENTER_CS))).toThrow(
      refused('KVM_GET_MSRS', 'E2BIG') as Error,
    );
    expect(() => vcpu.getMsrs([-1])).toThrow(invalid);
  });

  it('one by one, by their ids', (context) => {
    using guest = new RawGuest();
    const { vcpu } = guest;
    const id = K.x86RegId(K.KVM_X86_REG_TYPE_MSR, SYSENTER_CS);
    expect(() => vcpu.getOneReg(id - (1n << 52n))).toThrow(invalid);
    expect(() => vcpu.setOneReg(id, -1n)).toThrow(invalid);
    try {
      vcpu.setOneReg(id, 0x99n);
    } catch (error) {
      expect(error).toMatchObject({ code: 'ERR_KVM', details: { ioctl: 'KVM_SET_ONE_REG' } });
      context.skip('this kernel has no KVM_SET_ONE_REG on x86: it came with Linux 6.18');
    }
    expect(vcpu.getOneReg(id)).toBe(0x99n);
    expect(vcpu.getMsrs([SYSENTER_CS])[0].data).toBe(0x99n);
    expect(Array.isArray(vcpu.getRegList())).toBe(true);
    expect(() => vcpu.getOneReg(K.x86RegId(0x7f, 0))).toThrow(refused('KVM_GET_ONE_REG', 'EINVAL') as Error);
  });
});
