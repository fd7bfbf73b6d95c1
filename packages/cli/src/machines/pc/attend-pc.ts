import type { RunResult } from '@picovm/core';
import type { Pc } from '@picovm/machine-pc';
import { type Account, type Attendance, attendSerial, type Surroundings } from '../../attendance.ts';
import type { Step } from '../../options/parse-steps.ts';
import { Session } from '../../session/session.ts';
import type { Transcript } from '../../session/transcript.ts';
import { GuestKeyboard } from '../../terminal/guest-keyboard.ts';
import { GuestSerial } from '../../terminal/guest-serial.ts';
import { PREFIX_HELP, PrefixKeys } from '../../terminal/prefix-keys.ts';
import { RawInput } from '../../terminal/raw-input.ts';

const BELL = '\x07';

/** What a session does, and where it sees what the guest writes. */
export interface Script {
  readonly steps: readonly Step[];
  readonly transcript: Transcript;
}

/** Attends to the guest of a `pc`: a scripted session, and who sits at the terminal. */
export function attendPc(machine: Pc, surroundings: Surroundings, { steps, transcript }: Script): Attendance {
  const { settings, end } = surroundings;
  const session = steps.length === 0 ? undefined : new Session(machine, steps, transcript, settings, end);
  const input = attendTerminal(machine, surroundings);
  const stop = (): void => {
    session?.stop();
    input.stop();
  };
  if (session === undefined) return { stop };
  return { stop, account: (result: RunResult): Account => session.account(result) };
}

function attendTerminal(machine: Pc, surroundings: Surroundings): Attendance {
  const { live, settings, end } = surroundings;
  const toSerial = settings.serial.to === 'stdout' && settings.serial.input;
  if (!process.stdin.isTTY || (!toSerial && live === undefined)) return attendSerial(machine, surroundings);
  const say = (text: string): void => {
    if (live === undefined) process.stderr.write(`\r\npicovm: ${text}\r\n`);
    else live.notice(text);
  };
  const guest = toSerial
    ? new GuestSerial(machine.com1)
    : new GuestKeyboard(machine.input.keyboard, () => process.stdout.write(BELL));
  const prefix = new PrefixKeys({
    quit: end,
    controlAltDelete: () => machine.input.keyboard.tap('ControlLeft', 'AltLeft', 'Delete'),
    help: () => say(PREFIX_HELP),
  });
  const raw = new RawInput((bytes) => guest.feed(prefix.feed(bytes)), live === undefined);
  raw.start();
  say(PREFIX_HELP);
  return {
    stop: () => {
      raw.stop();
      guest.dispose();
    },
  };
}
