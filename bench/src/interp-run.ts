import { interp } from '@picovm/x86-interp';
import { loadImage, pico } from 'picovm';
import { GuestClock, type GuestRun } from './guest-clock.ts';

const MEMORY = 32 << 20;
const TIMEOUT_MS = 120_000;

/** Runs a benchmark guest on the interpreter, in a machine with a VGA screen and COM1. @throws if it does not finish */
export async function runOnInterpreter(image: Uint8Array): Promise<GuestRun> {
  const clock = new GuestClock();
  const { vm } = pico({
    accelerator: interp(),
    memory: MEMORY,
    onSerial: (bytes) => {
      for (const byte of bytes) clock.take(byte);
    },
  });
  loadImage(vm, image);
  const { outcome, message } = await vm.run({ timeoutMs: TIMEOUT_MS });
  vm.dispose();
  if (outcome !== 'halted') throw new Error(`the guest did not finish: ${message}`);
  return clock.result();
}
