import { describe, expect, test } from 'vitest';
import { parseDrive } from './drive-argument.ts';
import { unescapeBytes, unescapeWithKeys } from './unescape.ts';

describe('what is typed', () => {
  test.each([
    ['abc', [{ text: 'abc' }]],
    ['a\\n\\t\\b\\e\\r\\\\', [{ text: 'a\n\t\b\x1b\r\\' }]],
    ['\\x41\\x7f', [{ text: 'A\x7f' }]],
    ['a\\{F1}b', [{ text: 'a' }, { keys: ['F1'] }, { text: 'b' }]],
    ['\\{ControlLeft+AltLeft+Delete}', [{ keys: ['ControlLeft', 'AltLeft', 'Delete'] }]],
    ['a{b}', [{ text: 'a{b}' }]],
  ])('%s', (text, parts) => {
    expect(unescapeWithKeys(text, '--type')).toEqual(parts);
  });

  test.each(['\\', '\\q', '\\x4', '\\xff', '\\{}', '\\{F1', '\\{+}'])('%s is refused', (text) => {
    expect(() => unescapeWithKeys(text, '--type')).toThrow(/^--type: /);
  });
});

test('what is sent is bytes', () => {
  expect(Array.from(unescapeBytes('é\\xff\\n', '--send'))).toEqual([0xc3, 0xa9, 0xff, 0x0a]);
  expect(() => unescapeBytes('\\{F1}', '--send')).toThrow('a serial port has none');
});

describe('what is in a drive', () => {
  test.each([
    ['disk', 'a.img', { file: 'a.img', readonly: false, overlay: false }],
    ['disk', 'a.img,ro,if=ide', { file: 'a.img', readonly: true, overlay: false }],
    ['floppy', 'a,,b.img,overlay', { file: 'a,b.img', readonly: false, overlay: true }],
    ['cdrom', 'a.iso', { file: 'a.iso', readonly: true, overlay: false }],
  ] as const)('--%s %s', (option, text, drive) => {
    expect(parseDrive(option, text)).toEqual({ option, ...drive });
  });

  test.each([
    ['disk', ',ro', 'has no file'],
    ['disk', 'a,if=scsi', 'unknown if=scsi: disks are attached by if=ide'],
    ['disk', 'a,rw', "unknown 'rw': it is one of ro, overlay, if=ide"],
    ['disk', 'a,ro,overlay', 'give one of them'],
    ['floppy', 'a,if=ide', "unknown 'if=ide'"],
    ['cdrom', 'a,overlay', 'a CD takes no more than its file'],
  ] as const)('--%s %s is refused', (option, text, message) => {
    expect(() => parseDrive(option, text)).toThrow(message);
  });
});
