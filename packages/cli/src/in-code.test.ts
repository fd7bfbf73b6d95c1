import { interp } from '@picovm/x86-interp';
import { expect, test } from 'vitest';
import { loadImage, type PicoOptions, pico } from './index.ts';

const accelerator = interp();

test('pico refuses an option that it does not have, and names those that it has', () => {
  const message = /^pico has no option 'memroy': it has accelerator, memory, onSerial, /;
  expect(() => pico({ accelerator, memroy: 4096 } as PicoOptions)).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringMatching(message) }),
  );
});

test('loadImage refuses the name of a file in place of what is in it', () => {
  const { vm } = pico({ accelerator });
  expect(() => loadImage(vm, 'boot.bin' as unknown as Uint8Array)).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining('read its file first') }),
  );
  vm.dispose();
});
