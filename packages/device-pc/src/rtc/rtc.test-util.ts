import { FakeMachine, type RecordingIrqLine } from '@picovm/testkit';
import { type Rtc, type RtcOptions, rtc } from '../index.ts';

export const MS = 1e6;
export const SECOND = 1e9;

/** The clock as a driver sees it. */
export interface Driver {
  readonly rtc: Rtc;
  readonly machine: FakeMachine;
  /** Interrupt line 8. */
  readonly line: RecordingIrqLine;
  read(index: number): number;
  write(index: number, value: number): void;
  /** Lets guest time pass, in nanoseconds. */
  pass(ns: number): void;
  /** The registers as `YYYY-MM-DD hh:mm:ss w`, in hexadecimal. */
  face(): string;
  /** Sets registers 0 to 9 from second to year, alarms left out, and the century; with SET, as a driver does. */
  set(face: readonly number[]): void;
}

export function driver(options: RtcOptions = {}): Driver {
  const device = rtc(options);
  const machine = new FakeMachine(device);
  const read = (index: number): number => {
    machine.writePort(0x70, index);
    return machine.readPort(0x71);
  };
  const write = (index: number, value: number): void => {
    machine.writePort(0x70, index);
    machine.writePort(0x71, value);
  };
  const hex = (index: number): string => read(index).toString(16).padStart(2, '0');
  return {
    rtc: device,
    machine,
    line: machine.irq(8),
    read,
    write,
    pass: (ns) => machine.clock.advance(ns),
    face: () => `${hex(0x32)}${hex(9)}-${hex(8)}-${hex(7)} ${hex(4)}:${hex(2)}:${hex(0)} ${hex(6)}`,
    set: ([century, year, month, day, hour, minute, second, weekday]) => {
      const b = read(0x0b);
      write(0x0b, b | 0x80);
      for (const [index, value] of [
        [0x32, century],
        [9, year],
        [8, month],
        [7, day],
        [4, hour],
        [2, minute],
        [0, second],
        [6, weekday],
      ]) {
        write(index, value);
      }
      write(0x0b, b);
    },
  };
}
