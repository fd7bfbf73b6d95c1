// Boots the operating system under test on a machine, and watches it: what all tests begin with.

import { readFile } from 'node:fs/promises';
import { ConsoleLog } from '@picovm/device-console';
import { renderText } from '@picovm/device-vga';
import { watchGuest } from '@picovm/testkit';
import { loadImage, pico } from 'picovm';

const image = await readFile(new URL('boot.bin', import.meta.url));

/** @param {import('picovm').PicoOptions['accelerator']} accelerator */
export function boot(accelerator) {
  const log = new ConsoleLog();
  const { vm, vga, com1 } = pico({ accelerator, onSerial: log.output });
  loadImage(vm, image);
  return watchGuest(vm, {
    screen: () => renderText(vga.screen()),
    serial: () => log.text,
    send: (text) => com1.receive(new TextEncoder().encode(text)),
  });
}
