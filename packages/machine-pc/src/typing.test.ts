import { VirtualClock } from '@picovm/core';
import { describe, expect, it } from 'vitest';
import { booting, run, STOP } from './pc.test-util.ts';

/** Where the guest keeps what it reads. */
const TEXT = 0x10000;
const segment = [0xb8, 0x00, 0x10, 0x8e, 0xc0, 0x31, 0xff];
/** mov ah, 86h; xor cx, cx; mov dx, 50,000 (microseconds); int 15h */
const wait50ms = [0xb4, 0x86, 0x31, 0xc9, 0xba, 0x50, 0xc3, 0xcd, 0x15];
/** again: (wait); xor ah, ah; int 16h; stosb; cmp al, 0Dh; jne again */
function readLine(wait: readonly number[] = []): number[] {
  const body = [...wait, 0x30, 0xe4, 0xcd, 0x16, 0xaa, 0x3c, 0x0d];
  return [...segment, ...body, 0x75, 0x100 - body.length - 2, ...STOP];
}

const LINE = 'The quick brown fox (No. 7) jumps over the LAZY dog; 3*4=12 & "so on"? ~{|}[] ';

async function typed(guest: readonly number[], text: string, clock = new VirtualClock()): Promise<string> {
  const pc = booting(guest, { clock });
  pc.input.keyboard.type(`${text}\n`);
  expect(await run(pc)).toBe('halted');
  const read = new TextDecoder('latin1').decode(pc.vm.memory.read(TEXT, text.length + 1));
  pc.vm.dispose();
  return read;
}

describe('what is typed', () => {
  it('comes to a guest that reads it by the BIOS: nothing is lost of 300 characters', async () => {
    const text = LINE.repeat(4).slice(0, 300);
    expect(await typed(readLine(), text)).toBe(`${text}\r`);
  });

  it('waits while the buffer of the BIOS is full', async () => {
    const text = LINE.slice(0, 60);
    const clock = new VirtualClock();
    expect(await typed(readLine(wait50ms), text, clock)).toBe(`${text}\r`);
    // The guest took 50 ms for each, which is more than the gap between them.
    expect(clock.now()).toBeGreaterThan(61 * 50e6);
  });

  it('waits for a guest that reads nothing', async () => {
    const clock = new VirtualClock();
    const pc = booting([0xfb, 0xf4, 0xeb, 0xfd], { clock });
    pc.input.keyboard.type('x'.repeat(40));
    clock.alarm(3e9, () => pc.vm.stop());
    expect(await run(pc)).toBe('stopped');
    expect(pc.input.keyboard.pending).toBe(25);
    pc.vm.dispose();
  });
});
