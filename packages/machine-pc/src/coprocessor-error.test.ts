import { describe, expect, it } from 'vitest';
import { booting, byte, out, RESULT, run, STOP, word } from './pc.test-util.ts';

/** cli; xor ax, ax; mov ds, ax; clear CR0.NE: mov eax, cr0; and al, DFh; mov cr0, eax; fninit; fldcw [word at the end of the sector]. */
const CONTROL_WORD = 0x7de0;
const FPU = [0xfa, 0x31, 0xc0, 0x8e, 0xd8, 0x0f, 0x20, 0xc0, 0x24, 0xdf, 0x0f, 0x22, 0xc0, 0xdb, 0xe3];
/** fld1; fldz; fdivp: divides by 0. Then fwait, which finds the error. */
const DIVIDE = [0xd9, 0xe8, 0xd9, 0xee, 0xde, 0xf9];
const FWAIT = 0x9b;
/** Sets vector 75h (IRQ 13). */
const vector = (offset: number): number[] => [0xc7, 0x06, 0xd4, 0x01, ...word(offset), 0x8c, 0x0e, 0xd6, 0x01];
/** The mask of IRQ 13 and of the cascade off. */
const UNMASK = [...out(0xa1, 0xdf), ...out(0x21, 0xfb)];
const HANDLER = 0x7d00;

/** Runs a boot sector with the handler of IRQ 13 at 7D00h and a control word that lets division by 0 through. */
async function fpuGuest(code: readonly number[], handler: readonly number[]): Promise<ReturnType<typeof booting>> {
  const all = new Array(CONTROL_WORD + 2 - 0x7c00).fill(0x90);
  const start = [...FPU, 0xd9, 0x2e, ...word(CONTROL_WORD), ...vector(HANDLER), ...UNMASK, ...code];
  all.splice(0, start.length, ...start);
  all.splice(HANDLER - 0x7c00, handler.length, ...handler);
  all.splice(CONTROL_WORD - 0x7c00, 2, 0x7b, 0x03);
  const pc = booting(all);
  expect(await run(pc)).toBe('halted');
  return pc;
}

/** inc byte [600] */
const COUNT = [0xfe, 0x06, ...word(RESULT)];
const END = [0xb0, 0x20, 0xe6, 0xa0, 0xe6, 0x20];
const IRET = 0xcf;

describe('an error of the FPU with CR0.NE clear', () => {
  it('is IRQ 13, which a write to port F0h takes back, and the FPU goes on through IGNNE#', async () => {
    // The handler: count, out F0h, al; fnstsw [602]; fnclex; end of interrupt. Behind the fwait: inc byte [601].
    const handler = [...COUNT, 0xe6, 0xf0, 0xdd, 0x3e, 0x02, 0x06, 0xdb, 0xe2, ...END, IRET];
    const pc = await fpuGuest([0xfb, ...DIVIDE, FWAIT, 0xfe, 0x06, 0x01, 0x06, ...DIVIDE, FWAIT, ...STOP], handler);
    expect([...pc.vm.memory.read(RESULT, 2)]).toEqual([2, 1]);
    expect(pc.vm.memory.readU16(RESULT + 2) & 0x84).toBe(0x84);
    expect((pc.vm.vcpu as unknown as { ignne: boolean }).ignne).toBe(false);
    pc.vm.dispose();
  });

  it('waits until IRQ 13 is let in, and lasts until port F0h is written', async () => {
    // Without the handler's FNCLEX and port F0h the line stays up: an edge, so there is one interrupt. Then FNCLEX, and another.
    const divideAndLook = [...DIVIDE, 0xfb, 0x90, 0x90, 0xfa, 0xdb, 0xe2];
    const pc = await fpuGuest([...divideAndLook, ...divideAndLook, ...STOP], [...COUNT, ...END, IRET]);
    expect(byte(pc)).toBe(1);
    expect(pc.vm.snapshot().devices['fpu-error']).toMatchObject({ active: false, requested: true });
    pc.vm.ports.write(0xf0, 1, 0);
    expect(pc.vm.snapshot().devices['fpu-error']).toMatchObject({ active: false, requested: false, ignne: false });
    pc.vm.dispose();
  });

  it('is in a snapshot: the restored guest finds IGNNE# and its request as they were', async () => {
    // The handler halts in the middle: behind port F0h, before the error is cleared.
    const code = [0xfb, ...DIVIDE, FWAIT, 0xfe, 0x06, 0x01, 0x06, ...STOP];
    const handler = [...COUNT, 0xe6, 0xf0, 0xfa, 0xf4, 0xdb, 0xe2, ...END, IRET];
    const first = await fpuGuest(code, handler);
    expect((first.vm.vcpu as unknown as { ignne: boolean }).ignne).toBe(true);
    const second = booting([]);
    second.vm.restore(first.vm.snapshot());
    expect((second.vm.vcpu as unknown as { ignne: boolean }).ignne).toBe(true);
    for (const pc of [first, second]) {
      expect(await run(pc)).toBe('halted');
      expect([...pc.vm.memory.read(RESULT, 2)]).toEqual([1, 1]);
      expect((pc.vm.vcpu as unknown as { ignne: boolean }).ignne).toBe(false);
      pc.vm.dispose();
    }
  });

  it('is gone after a reset', async () => {
    const pc = await fpuGuest([...DIVIDE, ...STOP], []);
    expect(pc.vm.snapshot().devices['fpu-error']).toMatchObject({ active: true, requested: true, ignne: false });
    pc.restart();
    expect(pc.vm.snapshot().devices['fpu-error']).toMatchObject({ active: false, requested: false, ignne: false });
    pc.vm.dispose();
  });
});
