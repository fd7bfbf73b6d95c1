import { BDA } from '../guest/bda.ts';
import type { Guest } from '../guest/guest.ts';
import { changeRtcB, fromPacked, RTC, RTC_B, RTC_C, readPacked, readRtc } from './rtc.ts';

/** Ticks of a day: 1193182 / 65536 a second. */
export const TICKS_PER_DAY = 0x1800b0;
const SECONDS_PER_DAY = 86_400;
/** Microseconds between two periodic interrupts. */
const PERIOD = 976;
const FLOPPY_MOTORS_OFF = 0x0c;
const FLOPPY_DOR = 0x3f2;

/** INT 08h, IRQ 0: a tick of the PIT. The stub then does INT 1Ch. */
export function int08(guest: Guest): void {
  const { memory } = guest;
  let ticks = memory.read32(BDA.TICKS) + 1;
  if (ticks >= TICKS_PER_DAY) {
    ticks = 0;
    memory.write8(BDA.MIDNIGHT, memory.read8(BDA.MIDNIGHT) + 1);
  }
  memory.write32(BDA.TICKS, ticks);
  const motor = memory.read8(BDA.FLOPPY_MOTOR_COUNT);
  if (motor === 0) return;
  memory.write8(BDA.FLOPPY_MOTOR_COUNT, motor - 1);
  if (motor > 1) return;
  memory.write8(BDA.FLOPPY_MOTORS, memory.read8(BDA.FLOPPY_MOTORS) & 0xf0);
  guest.out8(FLOPPY_DOR, FLOPPY_MOTORS_OFF);
}

/** INT 70h, IRQ 8: the clock chip's periodic interrupt and its alarm. AL bit 0: the stub does INT 4Ah. */
export function int70(guest: Guest): void {
  const { memory, registers } = guest;
  const causes = readRtc(guest, RTC.C);
  registers.al = (causes & RTC_C.ALARM) !== 0 ? 1 : 0;
  if ((causes & RTC_C.PERIODIC) === 0 || (memory.read8(BDA.WAIT_ACTIVE) & 1) === 0) return;
  const left = memory.read32(BDA.WAIT_COUNT) - PERIOD;
  memory.write32(BDA.WAIT_COUNT, Math.max(0, left));
  if (left > 0) return;
  const flag = memory.read16(BDA.WAIT_FLAG + 2) * 16 + memory.read16(BDA.WAIT_FLAG);
  memory.write8(flag, memory.read8(flag) | 0x80);
  memory.write8(BDA.WAIT_ACTIVE, 0);
  changeRtcB(guest, 0, RTC_B.PERIODIC);
}

/** The ticks since midnight by the clock chip; 0 if it has no time. */
export function ticksOfRtc(guest: Guest): number {
  const time = readPacked(guest, [RTC.HOURS, RTC.MINUTES, RTC.SECONDS]);
  if (time === undefined) return 0;
  const [hours, minutes, seconds] = time.map(fromPacked);
  const ticks = Math.floor(((hours * 60 + minutes) * 60 + seconds) * (TICKS_PER_DAY / SECONDS_PER_DAY));
  return Math.min(ticks, TICKS_PER_DAY - 1);
}
