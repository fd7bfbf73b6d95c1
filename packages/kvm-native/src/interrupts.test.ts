import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CODE, Guest, hardware, needKvm } from './guest.test-util.ts';

beforeEach(needKvm);

let guest: Guest | undefined;
afterEach(() => guest?.[Symbol.dispose]());

const HANDLER = 0x500;

/** A guest whose vector 0x21 writes to port 0x20 and returns. */
function withHandler(code: number[]): Guest {
  guest = new Guest(code);
  guest.memory.writeU16(0x21 * 4, HANDLER);
  guest.memory.write(HANDLER, Uint8Array.of(0xe6, 0x20, 0xcf)); // out 0x20, al; iret
  return guest;
}

describe('external interrupts', () => {
  it('are delivered in a window, and their handler returns', () => {
    const g = withHandler([0xfb, 0xf4, 0xe6, 0x80, 0xf4]); // sti; hlt; out 0x80, al; hlt
    expect(g.run()).toEqual({ reason: 'halt', interruptsEnabled: true });
    g.vcpu.requestInterruptWindow(true);
    expect(g.run()).toEqual({ reason: 'irq-window' });
    expect(g.vcpu.getRegisters().rip).toBe(BigInt(CODE + 2));
    g.vcpu.injectInterrupt(0x21);
    g.vcpu.requestInterruptWindow(false);
    expect(g.run()).toEqual({ reason: 'halt', interruptsEnabled: true });
    expect(g.sink.log).toEqual(['out1 20 0', 'out1 80 0']);
    expect(g.vcpu.getRegisters().rip).toBe(BigInt(CODE + 5));
  });

  it('wait until the guest turns them on', () => {
    const g = withHandler([0xe6, 0x80, 0xfb, 0x90, 0xeb, 0xfe]); // out 0x80, al; sti; nop; jmp $
    g.vcpu.requestInterruptWindow(true);
    expect(g.run()).toEqual({ reason: 'irq-window' });
    expect(g.sink.log).toEqual(['out1 80 0']);
    expect(g.vcpu.getRegisters().rflags & 0x200n).toBe(0x200n);
  });

  it('are not asked for when the request was taken back', () => {
    const g = withHandler([0xfb, 0xe6, 0x80, 0xf4]); // sti; out 0x80, al; hlt
    g.vcpu.requestInterruptWindow(true);
    g.vcpu.requestInterruptWindow(false);
    expect(g.run().reason).toBe('halt');
  });

  it('open a window behind the access of the device that raises them', () => {
    const g = withHandler([0xfb, 0x90, 0xe6, 0x80, 0x40, 0x40, 0xf4]); // sti; nop; out 0x80, al; inc ax; inc ax; hlt
    g.sink.onAccess = () => g.vcpu.requestInterruptWindow(true);
    expect(g.run()).toEqual({ reason: 'irq-window' });
    expect(g.vcpu.getRegisters()).toMatchObject({ rip: BigInt(CODE + 4), rax: 0n });
  });

  it('one after the other wait for the handler of the one before', () => {
    const g = withHandler([0xfb, 0xf4, 0xf4]); // sti; hlt; hlt
    expect(g.run().reason).toBe('halt');
    g.vcpu.requestInterruptWindow(true);
    expect(g.run().reason).toBe('irq-window');
    g.vcpu.injectInterrupt(0x21);
    const next = g.run();
    // A host without VT-x and SVM looks for interrupts only after some instructions, or at a HLT.
    if (!hardware && next.reason === 'halt') expect(g.run().reason).toBe('irq-window');
    else expect(next.reason).toBe('irq-window');
    expect(g.sink.log).toEqual(['out1 20 0']);
    expect(g.vcpu.getRegisters().rip).toBe(BigInt(CODE + (next.reason === 'halt' ? 3 : 2)));
  });

  it('can only be injected right after a window, and have vectors of 8 bits', () => {
    const g = withHandler([0xfb, 0xf4]);
    expect(() => g.vcpu.injectInterrupt(0x21)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    g.run();
    g.vcpu.requestInterruptWindow(true);
    expect(g.run().reason).toBe('irq-window');
    for (const vector of [-1, 256, 1.5, Number.NaN]) {
      expect(() => g.vcpu.injectInterrupt(vector)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    }
    g.vcpu.injectInterrupt(255);
    expect(() => g.vcpu.injectInterrupt(255)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });
});
