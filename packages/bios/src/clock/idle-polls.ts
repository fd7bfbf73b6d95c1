import { EBDA, EBDA_BASE } from '../guest/bda.ts';
import type { Guest } from '../guest/guest.ts';
import { readTime, writeTime } from './guest-time.ts';
import { endWaitTick, startWaitTick } from './wait-tick.ts';

const LAST = EBDA_BASE + EBDA.POLLED_AT;
const POLLS = EBDA_BASE + EBDA.POLLS;
/** A program that asks again within so many nanoseconds does little else, */
const AT_ONCE = 250_000;
/** and if it does so that often, it waits for something. */
const OFTEN = 5000;
/** A longer pause counts against it: the host may have had other things to do. After a much longer one it begins anew. */
const PAUSE = 50;
const LONG_PAUSE = 5e6;
const RESTING = 1;
const MASTER_MASK = 0x21;
const TIMER_IRQ = 0x01;

/**
 * For services that programs ask in a loop: whether there is a key, how late it is. Only an interrupt changes the answer, so one
 * who has asked often and does nothing in between is kept until the next interrupt: that of the timer, 18.2 times a second, or of
 * a key. With the timer's masked it is kept for a millisecond.
 * @returns whether the call waits
 */
export function restsBeforeAnswer(guest: Guest): boolean {
  const now = guest.host.clock.now();
  if (guest.token !== 0) {
    guest.goOn();
    endWaitTick(guest);
    writeTime(guest, LAST, now);
    return false;
  }
  const pause = now - readTime(guest, LAST);
  const before = pause >= 0 && pause < LONG_PAUSE ? guest.memory.read16(POLLS) : 0;
  const polls = pause < AT_ONCE ? Math.min(OFTEN, before + 1) : Math.max(0, before - PAUSE);
  writeTime(guest, LAST, now);
  guest.memory.write16(POLLS, polls);
  if (polls < OFTEN) return false;
  if ((guest.in8(MASTER_MASK) & TIMER_IRQ) !== 0) startWaitTick(guest);
  guest.wait(RESTING);
  return true;
}

/** The program does something else. */
export function endPolls(guest: Guest): void {
  if (readTime(guest, LAST) !== 0) writeTime(guest, LAST, 0);
}
