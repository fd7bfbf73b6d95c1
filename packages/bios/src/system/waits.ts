import { readTime, writeTime } from '../clock/guest-time.ts';
import { changeRtcB, RTC_B } from '../clock/rtc.ts';
import { endWaitTick, startWaitTick } from '../clock/wait-tick.ts';
import { BDA, EBDA, EBDA_BASE } from '../guest/bda.ts';
import type { Guest } from '../guest/guest.ts';

const DEADLINE = EBDA_BASE + EBDA.WAIT_UNTIL;
const BUSY = 0x83;
const NS_PER_US = 1000;
const WAITING = 1;

/** INT 15h, AH=86h: waits CX:DX microseconds, to the next of 1024 interrupts a second. */
export function wait(guest: Guest): void {
  const { registers, host } = guest;
  const now = host.clock.now();
  if (guest.token === 0) {
    const microseconds = registers.cx * 0x1_0000 + registers.dx;
    writeTime(guest, DEADLINE, now + microseconds * NS_PER_US);
  }
  if (now < readTime(guest, DEADLINE)) {
    startWaitTick(guest);
    guest.wait(WAITING);
    return;
  }
  if (guest.token !== 0) endWaitTick(guest);
  guest.goOn();
  registers.ah = 0;
  guest.carry = false;
}

/** INT 15h, AH=83h: sets bit 7 of ES:BX after CX:DX microseconds; AL=1: does not. INT 70h counts. */
export function waitForEvent(guest: Guest): void {
  const { registers, memory } = guest;
  const active = (memory.read8(BDA.WAIT_ACTIVE) & 1) !== 0;
  guest.carry = false;
  registers.ah = 0;
  if (registers.al === 1) {
    memory.write8(BDA.WAIT_ACTIVE, 0);
    changeRtcB(guest, 0, RTC_B.PERIODIC);
  } else if (active) {
    registers.ah = BUSY;
    guest.carry = true;
  } else {
    memory.write16(BDA.WAIT_FLAG, registers.bx);
    memory.write16(BDA.WAIT_FLAG + 2, registers.special.es.selector);
    memory.write32(BDA.WAIT_COUNT, ((registers.cx << 16) | registers.dx) >>> 0);
    memory.write8(BDA.WAIT_ACTIVE, 1);
    startWaitTick(guest);
  }
}
