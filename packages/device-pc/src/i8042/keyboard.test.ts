import { describe, expect, it } from 'vitest';
import { type Driver, driver } from './driver.test-util.ts';
import type { KeyboardLeds } from './i8042-types.ts';

/** Without translation by the controller. */
function direct(): Driver {
  const d = driver();
  d.command(0x60);
  d.data(0x01);
  return d;
}

/** What a key sends when it goes down and up. */
function codes(d: Driver, ...keys: string[]): string {
  d.device.keyboard.tap(...keys);
  return d
    .readAll()
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join(' ');
}

describe('commands of the keyboard', () => {
  it.each<[string, number[], number[]]>([
    ['reset, and the result of the self-test', [0xff], [0xfa, 0xaa]],
    ['echo', [0xee], [0xee]],
    ['its type', [0xf2], [0xfa, 0xab, 0x83]],
    ['lights', [0xed, 0x07], [0xfa, 0xfa]],
    ['lights that there are not', [0xed, 0x08], [0xfa, 0xfe]],
    ['rate', [0xf3, 0x7f], [0xfa, 0xfa]],
    ['rate that there is not', [0xf3, 0x80], [0xfa, 0xfe]],
    ['enable', [0xf4], [0xfa]],
    ['disable', [0xf5], [0xfa]],
    ['defaults', [0xf6], [0xfa]],
    ['the scan code set', [0xf0, 0x00], [0xfa, 0xfa, 0x02]],
    ['scan code set 3', [0xf0, 0x03, 0xf0, 0x00], [0xfa, 0xfa, 0xfa, 0xfa, 0x03]],
    ['scan code set 4', [0xf0, 0x04], [0xfa, 0xfe]],
    ['what all keys send', [0xf7, 0xf8, 0xf9, 0xfa], [0xfa, 0xfa, 0xfa, 0xfa]],
    ['what some keys do', [0xfb, 0x1c, 0x1b, 0xf4], [0xfa, 0xfa, 0xfa, 0xfa]],
    ['a command in place of an argument', [0xed, 0xf4, 0x00], [0xfa, 0xfa, 0xfe]],
    ['no command', [0x00, 0xef, 0xf1], [0xfe, 0xfe, 0xfe]],
    ['the last byte again', [0xee, 0xfe], [0xee, 0xee]],
  ])('%s', (_what, written, answers) => {
    expect(direct().keyboard(...written)).toEqual(answers);
  });

  it('are answered through the translation of the controller', () => {
    expect(driver().keyboard(0xf2)).toEqual([0xfa, 0xab, 0x41]);
    expect(driver().keyboard(0xf0, 0x00)).toEqual([0xfa, 0xfa, 0x41]);
    expect(driver().keyboard(0xff)).toEqual([0xfa, 0xaa]);
  });

  it('switch lights, which the host sees', () => {
    const seen: KeyboardLeds[] = [];
    const d = driver({ onLeds: (leds) => seen.push(leds) });
    d.keyboard(0xed, 0x05, 0xed, 0x05, 0xed, 0x02);
    const dark = { scrollLock: false, numLock: false, capsLock: false };
    expect(seen).toEqual([
      { ...dark, scrollLock: true, capsLock: true },
      { ...dark, numLock: true },
    ]);
    expect(d.device.keyboard.leds.numLock).toBe(true);
    d.keyboard(0xff);
    expect(seen.at(-1)).toEqual(dark);
  });

  it('answer before keys that wait', () => {
    const d = direct();
    d.command(0xad);
    d.device.keyboard.press('KeyA');
    d.data(0xee);
    expect(d.readAll()).toEqual([0xee, 0x1c]);
  });
});

describe('scan codes', () => {
  it.each([
    ['KeyA', '1c f0 1c', '1e 9e'],
    ['Escape', '76 f0 76', '01 81'],
    ['F7', '83 f0 83', '41 c1'],
    ['F12', '07 f0 07', '58 d8'],
    ['Enter', '5a f0 5a', '1c 9c'],
    ['NumpadEnter', 'e0 5a e0 f0 5a', 'e0 1c e0 9c'],
    ['ArrowUp', 'e0 75 e0 f0 75', 'e0 48 e0 c8'],
    ['ControlRight', 'e0 14 e0 f0 14', 'e0 1d e0 9d'],
    ['MetaLeft', 'e0 1f e0 f0 1f', 'e0 5b e0 db'],
    ['IntlBackslash', '61 f0 61', '56 d6'],
    ['Pause', 'e1 14 77 e1 f0 14 f0 77', 'e1 1d 45 e1 9d c5'],
    ['PrintScreen', 'e0 12 e0 7c e0 f0 7c e0 f0 12', 'e0 2a e0 37 e0 b7 e0 aa'],
  ])('of %s are %s in set 2, and %s translated and in set 1', (key, set2, set1) => {
    expect(codes(direct(), key)).toBe(set2);
    expect(codes(driver(), key)).toBe(set1);
    const one = direct();
    one.keyboard(0xf0, 0x01);
    expect(codes(one, key)).toBe(set1);
  });

  it('of Print Screen are others with Alt and with Control', () => {
    expect(codes(driver(), 'AltLeft', 'PrintScreen')).toBe('38 54 d4 b8');
    expect(codes(driver(), 'ControlLeft', 'PrintScreen')).toBe('1d e0 37 e0 b7 9d');
  });

  it('of Pause are those of Break with Control', () => {
    expect(codes(direct(), 'ControlRight', 'Pause')).toBe('e0 14 e0 7e e0 f0 7e e0 f0 14');
    expect(codes(driver(), 'ControlLeft', 'Pause')).toBe('1d e0 46 e0 c6 9d');
  });

  it('of set 3 have one byte', () => {
    const d = direct();
    d.keyboard(0xf0, 0x03);
    expect(codes(d, 'ArrowUp')).toBe('63 f0 63');
    expect(codes(d, 'F1')).toBe('07 f0 07');
    expect(codes(d, 'KeyA')).toBe('1c f0 1c');
    expect(codes(d, 'Pause')).toBe('62 f0 62');
    expect(codes(d, 'AudioVolumeUp')).toBe('');
  });

  it('of chords go down in order and up the other way round', () => {
    expect(codes(driver(), 'ControlLeft', 'AltLeft', 'Delete')).toBe('1d 38 e0 53 e0 d3 b8 9d');
  });
});

describe('a key that is held', () => {
  const makes = (d: Driver, milliseconds: number): number => {
    let count = 0;
    for (let i = 0; i < milliseconds; i++) {
      if ((d.status() & 1) !== 0 && d.machine.readPort(0x60) === 0x1e) count++;
      d.machine.clock.advance(1e6);
    }
    return count;
  };

  it('repeats 10.9 times a second after half a second, until it is released', () => {
    const d = driver();
    d.device.keyboard.press('KeyA');
    expect(makes(d, 499)).toBe(1);
    expect(makes(d, 1001)).toBe(11);
    d.device.keyboard.release('KeyA');
    expect(makes(d, 1000)).toBe(0);
    expect(d.machine.clock.pending).toBe(0);
  });

  it('repeats as fast as the guest asks for', () => {
    const d = driver();
    d.keyboard(0xf3, 0x00);
    d.device.keyboard.press('KeyA');
    expect(makes(d, 249)).toBe(1);
    expect(makes(d, 1010)).toBe(31);
  });

  it('does not go down again, and waits for a guest that takes nothing', () => {
    const d = driver();
    d.device.keyboard.press('KeyA');
    d.device.keyboard.press('KeyA');
    d.machine.clock.advance(10e9);
    d.device.keyboard.release('KeyA');
    d.device.keyboard.release('KeyA');
    expect(d.readAll()).toEqual([0x1e, 0x9e]);
  });

  it('repeats no more after a reset of the keyboard', () => {
    const d = driver();
    d.device.keyboard.press('KeyA');
    d.readAll();
    d.keyboard(0xff);
    expect(makes(d, 2000)).toBe(0);
  });
});
