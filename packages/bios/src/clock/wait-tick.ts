import { BDA } from '../guest/bda.ts';
import type { Guest } from '../guest/guest.ts';
import { changeRtcB, RTC_B } from './rtc.ts';

const MASTER_MASK = 0x21;
const SLAVE_MASK = 0xa1;
const CASCADE = 0x04;
const RTC_IRQ = 0x01;

/** Lets the clock chip interrupt 1024 times a second: what a stub that halts is woken by. */
export function startWaitTick(guest: Guest): void {
  changeRtcB(guest, RTC_B.PERIODIC, 0);
  enableRtcInterrupt(guest);
}

/** Ends it, unless a program waits by INT 15h, AH=83h. */
export function endWaitTick(guest: Guest): void {
  if ((guest.memory.read8(BDA.WAIT_ACTIVE) & 1) === 0) changeRtcB(guest, 0, RTC_B.PERIODIC);
}

/** Lets IRQ 8 through both interrupt controllers. */
export function enableRtcInterrupt(guest: Guest): void {
  const slave = guest.in8(SLAVE_MASK);
  if ((slave & RTC_IRQ) !== 0) guest.out8(SLAVE_MASK, slave & ~RTC_IRQ);
  const master = guest.in8(MASTER_MASK);
  if ((master & CASCADE) !== 0) guest.out8(MASTER_MASK, master & ~CASCADE);
}
