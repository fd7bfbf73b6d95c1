import { BDA } from '../guest/bda.ts';
import type { Guest } from '../guest/guest.ts';
import { restsBeforeAnswer } from './idle-polls.ts';
import { changeRtcB, RTC, RTC_B, readPacked, readRtc, writePacked } from './rtc.ts';
import { TICKS_PER_DAY } from './ticks.ts';
import { enableRtcInterrupt } from './wait-tick.ts';

const NO_PCI_BIOS = 0x81;

/** INT 1Ah: ticks, the clock chip's time, date and alarm. There is no PCI BIOS. */
export function int1a(guest: Guest): void {
  const { ah } = guest.registers;
  if (ah === 0x00 && restsBeforeAnswer(guest)) return;
  const serve = SERVICES[ah];
  if (serve !== undefined) guest.carry = !serve(guest);
  else {
    if (ah === 0xb1) guest.registers.ah = NO_PCI_BIOS;
    guest.carry = true;
  }
}

const SERVICES: readonly ((guest: Guest) => boolean)[] = [
  getTicks,
  setTicks,
  getTime,
  setTime,
  getDate,
  setDate,
  setAlarm,
  cancelAlarm,
];

function getTicks({ memory, registers }: Guest): boolean {
  const ticks = memory.read32(BDA.TICKS);
  registers.cx = ticks >>> 16;
  registers.dx = ticks;
  registers.al = memory.read8(BDA.MIDNIGHT);
  memory.write8(BDA.MIDNIGHT, 0);
  return true;
}

function setTicks({ memory, registers }: Guest): boolean {
  const ticks = ((registers.cx << 16) | registers.dx) >>> 0;
  memory.write32(BDA.TICKS, Math.min(ticks, TICKS_PER_DAY - 1));
  memory.write8(BDA.MIDNIGHT, 0);
  return true;
}

function getTime(guest: Guest): boolean {
  const { registers } = guest;
  const time = readPacked(guest, [RTC.HOURS, RTC.MINUTES, RTC.SECONDS]);
  if (time === undefined) return false;
  [registers.ch, registers.cl, registers.dh] = time;
  registers.dl = readRtc(guest, RTC.B) & RTC_B.DAYLIGHT;
  registers.ah = 0;
  return true;
}

function setTime(guest: Guest): boolean {
  const { ch, cl, dh, dl } = guest.registers;
  changeRtcB(guest, RTC_B.HOURS_24 | (dl & RTC_B.DAYLIGHT), ~dl & RTC_B.DAYLIGHT);
  writePacked(guest, [
    [RTC.HOURS, ch],
    [RTC.MINUTES, cl],
    [RTC.SECONDS, dh],
  ]);
  return true;
}

function getDate(guest: Guest): boolean {
  const { registers } = guest;
  const date = readPacked(guest, [RTC.CENTURY, RTC.YEAR, RTC.MONTH, RTC.DAY]);
  if (date === undefined) return false;
  [registers.ch, registers.cl, registers.dh, registers.dl] = date;
  registers.ah = 0;
  return true;
}

function setDate(guest: Guest): boolean {
  const { ch, cl, dh, dl } = guest.registers;
  writePacked(guest, [
    [RTC.CENTURY, ch],
    [RTC.YEAR, cl],
    [RTC.MONTH, dh],
    [RTC.DAY, dl],
  ]);
  return true;
}

function setAlarm(guest: Guest): boolean {
  const { ch, cl, dh } = guest.registers;
  if ((readRtc(guest, RTC.B) & RTC_B.ALARM) !== 0) return false;
  writePacked(guest, [
    [RTC.HOURS_ALARM, ch],
    [RTC.MINUTES_ALARM, cl],
    [RTC.SECONDS_ALARM, dh],
  ]);
  changeRtcB(guest, RTC_B.ALARM, 0);
  enableRtcInterrupt(guest);
  return true;
}

function cancelAlarm(guest: Guest): boolean {
  changeRtcB(guest, 0, RTC_B.ALARM);
  return true;
}
