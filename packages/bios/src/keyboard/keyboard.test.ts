import { beforeEach, describe, expect, it } from 'vitest';
import { Pc } from '../pc.test-util.ts';

let pc: Pc;

beforeEach(async () => {
  pc = await new Pc().boot();
});

/** The next key, as INT 16h gives it to a program that waits for it. */
async function key(enhanced = false): Promise<number> {
  const { ax, outcome } = await pc.call(0x16, { ax: enhanced ? 0x1000 : 0 });
  expect(outcome).toBe('halted');
  return ax;
}

async function keys(count: number, enhanced = false): Promise<number[]> {
  const all: number[] = [];
  while (all.length < count) all.push(await key(enhanced));
  return all;
}

/** Lets interrupts come for a while. */
async function idle(ticks = 4): Promise<void> {
  pc.prepare(0x12, { cx: ticks, interrupts: true });
  pc.vm.memory.write(0x1000, Uint8Array.of(0xfb, 0xf4, 0xe2, 0xfc, 0xfa, 0xf4));
  expect((await pc.finish()).outcome).toBe('halted');
}

describe('keys that are typed', () => {
  it('come as scan code and character', async () => {
    pc.keyboard.keyboard.type('aB1!\n\t \b\x1b/');
    expect(await keys(10)).toEqual([0x1e61, 0x3042, 0x0231, 0x0221, 0x1c0d, 0x0f09, 0x3920, 0x0e08, 0x011b, 0x352f]);
  });

  it('all have their characters', async () => {
    const text = '`1234567890-=qwertyuiop[]\\asdfghjkl;\'zxcvbnm,./~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:"ZXCVBNM<>?';
    for (const part of text.match(/.{1,10}/g) ?? []) {
      pc.keyboard.keyboard.type(part);
      const characters = (await keys(part.length)).map((code) => String.fromCharCode(code & 0xff));
      expect(characters.join('')).toBe(part);
    }
  });

  it.each<[string[], number, number]>([
    [['F1'], 0x3b00, 0x3b00],
    [['F10'], 0x4400, 0x4400],
    [['F11'], 0x8500, 0x8500],
    [['F12'], 0x8600, 0x8600],
    [['ShiftLeft', 'F1'], 0x5400, 0x5400],
    [['ControlLeft', 'F1'], 0x5e00, 0x5e00],
    [['AltLeft', 'F1'], 0x6800, 0x6800],
    [['AltLeft', 'KeyX'], 0x2d00, 0x2d00],
    [['AltLeft', 'Digit1'], 0x7800, 0x7800],
    [['ControlLeft', 'KeyC'], 0x2e03, 0x2e03],
    [['ControlRight', 'KeyC'], 0x2e03, 0x2e03],
    [['ControlLeft', 'Enter'], 0x1c0a, 0x1c0a],
    [['ShiftLeft', 'Tab'], 0x0f00, 0x0f00],
    [['ArrowUp'], 0x4800, 0x48e0],
    [['ArrowLeft'], 0x4b00, 0x4be0],
    [['Delete'], 0x5300, 0x53e0],
    [['ControlLeft', 'ArrowRight'], 0x7400, 0x74e0],
    [['AltLeft', 'ArrowDown'], 0xa000, 0xa000],
    [['NumpadEnter'], 0x1c0d, 0xe00d],
    [['NumpadDivide'], 0x352f, 0xe02f],
    [['Numpad7'], 0x4700, 0x4700],
    [['ShiftRight', 'Numpad7'], 0x4737, 0x4737],
    [['NumpadMultiply'], 0x372a, 0x372a],
  ])('%s', async (names, plain, enhanced) => {
    pc.keyboard.keyboard.tap(...names);
    expect((await key()).toString(16)).toBe(plain.toString(16));
    pc.keyboard.keyboard.tap(...names);
    expect((await key(true)).toString(16)).toBe(enhanced.toString(16));
    await idle();
    expect(pc.byte(0x417)).toBe(0);
  });

  it('obey the locks', async () => {
    pc.keyboard.keyboard.tap('CapsLock');
    pc.keyboard.keyboard.type('aB1');
    expect(await keys(3)).toEqual([0x1e41, 0x3062, 0x0231]);
    pc.keyboard.keyboard.tap('NumLock');
    pc.keyboard.keyboard.tap('Numpad7');
    expect(await key()).toBe(0x4737);
    expect((await pc.call(0x16, { ax: 0x0200 })).ax & 0xff).toBe(0x60);
  });

  it('make a character of a number that is typed with Alt', async () => {
    const { keyboard } = pc.keyboard;
    keyboard.press('AltLeft');
    for (const digit of '219') keyboard.tap(`Numpad${digit}`);
    keyboard.release('AltLeft');
    expect(await key()).toBe(219);
  });

  it('wait in the buffer, of which 15 are kept', async () => {
    for (const character of 'abcdefghijklmnopqr') {
      pc.keyboard.keyboard.type(character);
      await idle(2);
    }
    expect((await keys(15)).map((code) => String.fromCharCode(code & 0xff)).join('')).toBe('abcdefghijklmno');
    expect((await pc.call(0x16, { ax: 0x0100 })).zero).toBe(true);
  });
});

it('a text of any length reaches a program that takes its time, if the keyboard asks the BIOS', async () => {
  pc = await new Pc({ paced: true }).boot();
  const text = 'a text that is longer than the buffer of the keyboard';
  pc.keyboard.keyboard.type(text);
  await idle(40);
  const characters = (await keys(text.length)).map((code) => String.fromCharCode(code & 0xff));
  expect(characters.join('')).toBe(text);
});

describe('INT 16h', () => {
  it('tells whether there is a key, and leaves it there', async () => {
    expect(await pc.call(0x16, { ax: 0x0100 })).toMatchObject({ zero: true });
    pc.keyboard.keyboard.type('x');
    await idle();
    expect(await pc.call(0x16, { ax: 0x0100 })).toMatchObject({ zero: false, ax: 0x2d78 });
    expect(await pc.call(0x16, { ax: 0x1100 })).toMatchObject({ zero: false, ax: 0x2d78 });
    expect(await key()).toBe(0x2d78);
    expect(await pc.call(0x16, { ax: 0x1100 })).toMatchObject({ zero: true });
  });

  it('gives keys also to programs that never enable interrupts', async () => {
    pc.keyboard.keyboard.type('q');
    pc.prepare(0x16, { ax: 0x0100 });
    // l: mov ah, 1 / int 16h / jz l / hlt
    pc.vm.memory.write(0x1000, Uint8Array.of(0xb4, 0x01, 0xcd, 0x16, 0x74, 0xfa, 0xf4));
    expect(await pc.finish()).toMatchObject({ outcome: 'halted', ax: 0x1071 });
  });

  it('takes keys of programs', async () => {
    expect((await pc.call(0x16, { ax: 0x0500, cx: 0x1234 })).ax & 0xff).toBe(0);
    for (let n = 0; n < 14; n++) await pc.call(0x16, { ax: 0x0500, cx: n });
    expect((await pc.call(0x16, { ax: 0x0500, cx: 99 })).ax & 0xff).toBe(1);
    expect(await key()).toBe(0x1234);
  });

  it('tells which keys are held', async () => {
    pc.keyboard.keyboard.press('ShiftLeft');
    pc.keyboard.keyboard.press('ControlRight');
    await idle();
    expect((await pc.call(0x16, { ax: 0x0200 })).ax & 0xff).toBe(0x06);
    expect((await pc.call(0x16, { ax: 0x1200 })).ax).toBe(0x0406);
  });

  it('tells drivers that it knows keyboards of 101 keys, and of no more', async () => {
    expect((await pc.call(0x16, { ax: 0x9200 })).ah).toBe(0x80);
    expect((await pc.call(0x16, { ax: 0xa200 })).ah).toBe(0xa2);
  });

  it('lets the host rest while a program waits for a key', async () => {
    const real = await new Pc({ realTime: true }).boot();
    real.prepare(0x16, { ax: 0 });
    const cpu = process.cpuUsage();
    expect(await real.run(1000)).toBe('timeout');
    const { user, system } = process.cpuUsage(cpu);
    expect((user + system) / 1000).toBeLessThan(300);
    real.keyboard.keyboard.type('k');
    expect((await real.finish()).ax).toBe(0x256b);
  });
});

describe('a program that only asks', () => {
  it.each([
    ['until the next tick', false],
    ['for a millisecond, if the timer is masked', true],
  ])('whether there is a key is kept %s, after a while', async (_, masked) => {
    const calls = (): number => pc.vm.counters().devices.bios.metrics.calls;
    pc.prepare(0x16);
    // l: mov ah, 1 / int 16h / jz l / cli / hlt
    pc.vm.memory.write(0x1000, Uint8Array.of(0xb4, 0x01, 0xcd, 0x16, 0x74, 0xfa, 0xfa, 0xf4));
    if (masked) pc.vm.ports.write(0x21, 1, pc.vm.ports.read(0x21, 1) | 1);
    await expect
      .poll(
        async () => {
          await pc.run(50);
          return pc.word(0x9fc00 + 0xc0);
        },
        { timeout: 20_000 },
      )
      .toBe(5000);
    const [before, start] = [calls(), pc.vm.clock.now()];
    expect(await pc.run(20)).toBe('timeout');
    // Without it, there would be a call every microsecond of this clock. Each comes twice, and there are the ticks.
    expect((calls() - before) / ((pc.vm.clock.now() - start) / 1e6)).toBeLessThan(masked ? 5 : 0.2);
    const typed = pc.vm.clock.now();
    pc.keyboard.keyboard.type('k');
    expect((await pc.finish()).ax).toBe(0x256b);
    expect(pc.vm.clock.now() - typed).toBeLessThan(10e6);
    expect(pc.rtc.cmos.read(0x0b) & 0x40).toBe(0);
  });
});

describe('keys that act', () => {
  it('Ctrl-Alt-Del resets the machine', async () => {
    pc.keyboard.keyboard.tap('ControlLeft', 'AltLeft', 'Delete');
    pc.prepare(0x16, { ax: 0 });
    expect(await pc.run()).toBe('reset');
    expect(pc.word(0x472)).toBe(0x1234);
  });

  it('Ctrl-Break calls INT 1Bh', async () => {
    pc.vm.memory.write(0x1800, Uint8Array.of(0xc6, 0x06, 0x00, 0x06, 0x99, 0xcf)); // mov byte [600h], 99h / iret
    pc.vm.memory.write(4 * 0x1b, Uint8Array.of(0x00, 0x18, 0, 0));
    pc.keyboard.keyboard.tap('ControlLeft', 'ScrollLock');
    pc.prepare(0x16, { ax: 0, ds: 0 });
    await pc.run(500);
    expect([pc.byte(0x471) & 0x80, pc.byte(0x600)]).toEqual([0x80, 0x99]);
  });

  it('go to INT 15h, AH=4Fh first, which may drop them', async () => {
    // cmp al, 1Eh / jne k / clc / retf 2 / k: stc / retf 2
    pc.vm.memory.write(0x1800, Uint8Array.of(0x3c, 0x1e, 0x75, 0x04, 0xf8, 0xca, 0x02, 0x00, 0xf9, 0xca, 0x02, 0x00));
    pc.vm.memory.write(4 * 0x15, Uint8Array.of(0x00, 0x18, 0, 0));
    pc.keyboard.keyboard.type('abab');
    expect(await keys(2)).toEqual([0x3062, 0x3062]);
  });

  it('Pause holds the machine until another key', async () => {
    pc.keyboard.keyboard.tap('Pause');
    pc.keyboard.keyboard.type('xy');
    expect(await key()).toBe(0x1579);
  });
});
