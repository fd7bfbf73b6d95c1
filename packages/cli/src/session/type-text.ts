import { isVmError } from '@picovm/core';
import { type HostKeyboard, i8042 } from '@picovm/device-pc';
import type { Step } from '../options/parse-steps.ts';
import type { TypedPart } from '../options/unescape.ts';
import { UsageError } from '../usage-error.ts';

/** Characters that are given to the keyboard at a time, and that may wait for the guest: it has room for more. */
const CHUNK = 1000;

/** Types characters, or presses keys, as the guest takes them. @param until resolves when a condition holds */
export async function typeText(
  keyboard: HostKeyboard,
  part: TypedPart,
  until: (ready: () => boolean) => Promise<void>,
): Promise<void> {
  const hasRoom = (): boolean => keyboard.pending < CHUNK;
  if ('keys' in part) {
    await until(hasRoom);
    keyboard.tap(...part.keys);
    return;
  }
  // A line end is one key, and must not be cut in two.
  const text = part.text.replaceAll('\r\n', '\n');
  for (let at = 0; at < text.length; at += CHUNK) {
    await until(hasRoom);
    keyboard.type(text.slice(at, at + CHUNK));
  }
}

/** Makes sure, before a long run, that there are keys for all that is to be typed. @throws UsageError */
export function checkTyped(steps: readonly Step[]): void {
  // One that is in no machine: nothing of it may reach the guest.
  const { keyboard } = i8042();
  for (const step of steps) {
    if (step.option !== 'type') continue;
    try {
      for (const part of step.parts) {
        if ('keys' in part) keyboard.tap(...part.keys);
        else typeOnce(keyboard, part.text);
        keyboard.discard();
      }
    } catch (error) {
      if (!isVmError(error)) throw error;
      throw new UsageError(`--type '${step.text}': ${error.message}`);
    }
  }
}

function typeOnce(keyboard: HostKeyboard, text: string): void {
  for (const character of new Set(text)) keyboard.type(character);
}
