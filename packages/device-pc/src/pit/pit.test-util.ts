import { FakeMachine, type RecordingIrqLine } from '@picovm/testkit';
import { type Pit8254, type Pit8254Options, pit8254 } from '../index.ts';

/** The first nanosecond at which there were so many ticks of 1.193182 MHz; reckoned otherwise than in the device. */
export function nsOfTick(tick: number): number {
  return Number((BigInt(tick) * 1_000_000_000n + 1_193_181n) / 1_193_182n);
}

/** The timers as a driver sees them, and a clock that goes by their ticks. */
export interface Driver {
  readonly pit: Pit8254;
  readonly machine: FakeMachine;
  /** Interrupt line 0. */
  readonly line: RecordingIrqLine;
  /** The tick that it is. */
  readonly tick: number;
  control(word: number): void;
  write(counter: number, byte: number): void;
  read(counter: number): number;
  /** Sets mode and count, with both bytes. */
  start(counter: number, mode: number, count: number, bcd?: boolean): void;
  /** The count, latched, of a counter with both bytes. */
  count(counter: number): number;
  status(counter: number): number;
  /** OUT by the status. */
  out(counter: number): boolean;
  gate2(level: boolean): void;
  /** Lets so many ticks pass, with the alarms in them. */
  ticks(n: number): void;
  /** The ticks of the rising edges on line 0 so far. */
  rises(): number[];
}

export function driver(options: Pit8254Options = {}, startTick = 0): Driver {
  const pit = pit8254(options);
  const machine = new FakeMachine(pit, { now: nsOfTick(startTick) });
  const line = machine.irq(options.irq ?? 0);
  let tick = startTick;
  const control = (word: number): void => machine.writePort(0x43, word);
  const write = (counter: number, byte: number): void => machine.writePort(0x40 + counter, byte);
  const read = (counter: number): number => machine.readPort(0x40 + counter);
  const status = (counter: number): number => {
    control(0xe0 | (2 << counter));
    return read(counter);
  };
  return {
    pit,
    machine,
    line,
    get tick() {
      return tick;
    },
    control,
    write,
    read,
    status,
    start: (counter, mode, count, bcd = false) => {
      control((counter << 6) | 0x30 | (mode << 1) | (bcd ? 1 : 0));
      write(counter, count & 0xff);
      write(counter, (count >> 8) & 0xff);
    },
    count: (counter) => {
      control(counter << 6);
      const low = read(counter);
      return low | (read(counter) << 8);
    },
    out: (counter) => (status(counter) & 0x80) !== 0,
    gate2: (level) => machine.writePort(0x61, level ? 1 : 0),
    ticks: (n) => {
      tick += n;
      machine.clock.advanceTo(nsOfTick(tick));
    },
    rises: () =>
      line.changes.filter(({ level }) => level).map(({ at }) => Number((BigInt(at) * 1_193_182n) / 1_000_000_000n)),
  };
}
