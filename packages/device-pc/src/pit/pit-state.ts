import type { StateReader } from '@picovm/core';
import { ACCESS_BOTH, CONTROL_BCD, CONTROL_KEPT, CONTROL_MODE_SHIFT } from './bits.ts';
import { NOTHING, PitCounter } from './counter.ts';
import { NEVER } from './counting-element.ts';
import { HARDWARE_STROBE, isPeriodic, isTriggered, SOFTWARE_STROBE } from './modes.ts';

const ARMED = 0x01;
const LOADS = 0x02;
const CHANGES = 0x04;
const NULL_COUNT = 0x08;
const COUNTING = 0x10;
const EXPIRED = 0x20;
const STROBES = 0x40;
const READS_UPPER = 0x80;
const ALL_FLAGS = 0xff;

const MAX_COUNT = 65_536;

/** The state of counter `n` at a tick, as fields whose names begin with `counter` and its number. */
export function saveCounter(counter: PitCounter, n: number, tick: number): Record<string, number> {
  const { element } = counter;
  element.advance(tick);
  const name = `counter${n}`;
  const flags =
    (element.armed ? ARMED : 0) |
    (element.loadAt !== NEVER ? LOADS : 0) |
    (element.changeAt !== NEVER ? CHANGES : 0) |
    (element.nullCount ? NULL_COUNT : 0) |
    (element.counting ? COUNTING : 0) |
    (element.expired ? EXPIRED : 0) |
    (element.strobeAt !== NEVER ? STROBES : 0) |
    (counter.readsUpper ? READS_UPPER : 0);
  return {
    [`${name}Control`]: counter.control,
    [`${name}Flags`]: flags,
    [`${name}Register`]: element.register,
    [`${name}Count`]: element.count,
    [`${name}Frozen`]: element.frozen,
    [`${name}Gone`]: tick - element.since,
    [`${name}FirstByte`]: counter.firstByte,
    [`${name}LatchedCount`]: counter.latchedCount,
    [`${name}LatchedStatus`]: counter.latchedStatus,
  };
}

/** A counter in the state that was saved. @param gate its level @param tick as of now @throws VmError `ERR_DEVICE_STATE` */
export function loadCounter(reader: StateReader, n: number, gate: boolean, tick: number): PitCounter {
  const name = `counter${n}`;
  const counter = new PitCounter(gate);
  const { element } = counter;
  const flags = reader.register(`${name}Flags`, ALL_FLAGS);
  counter.control = reader.integer(`${name}Control`, CONTROL_KEPT);
  const mode = (counter.control >> CONTROL_MODE_SHIFT) & 7;
  element.mode = mode > 5 ? mode - 4 : mode;
  element.bcd = (counter.control & CONTROL_BCD) !== 0;
  counter.readsUpper = (flags & READS_UPPER) !== 0;
  counter.firstByte = reader.integer(`${name}FirstByte`, 0xff, NOTHING);
  counter.latchedCount = reader.integer(`${name}LatchedCount`, 0xffff, NOTHING);
  counter.latchedStatus = reader.integer(`${name}LatchedStatus`, 0xff, NOTHING);
  element.register = reader.integer(`${name}Register`, MAX_COUNT, 1);
  element.count = reader.integer(`${name}Count`, MAX_COUNT);
  element.frozen = reader.integer(`${name}Frozen`, MAX_COUNT);
  element.since = tick - reader.integer(`${name}Gone`, MAX_COUNT - 1);
  element.armed = (flags & ARMED) !== 0;
  element.nullCount = (flags & NULL_COUNT) !== 0;
  element.counting = (flags & COUNTING) !== 0;
  element.expired = (flags & EXPIRED) !== 0;
  if ((flags & LOADS) !== 0) element.loadAt = tick + 1;
  if ((flags & STROBES) !== 0) element.strobeAt = tick;
  if (!isWhole(counter, tick)) throw reader.error(`has a counter ${n} that cannot be in this state`);
  if ((flags & CHANGES) !== 0) element.awaitChange(tick);
  if ((element.changeAt !== NEVER) !== ((flags & CHANGES) !== 0)) {
    throw reader.error(`has a new count for counter ${n}, which does not count`);
  }
  return counter;
}

// What is true of a counter whatever was done to it.
function isWhole({ element, access, firstByte, readsUpper }: PitCounter, tick: number): boolean {
  const { mode, counting, count, expired, loadAt, strobeAt, gate, armed, since } = element;
  if (access === 0 || (access !== ACCESS_BOTH && (firstByte !== NOTHING || readsUpper))) return false;
  if (loadAt !== NEVER && !armed) return false;
  if (counting && !gate && !isTriggered(mode)) return false;
  const strobes = mode === SOFTWARE_STROBE || mode === HARDWARE_STROBE;
  if (strobeAt !== NEVER && !(strobes && expired)) return false;
  if (isPeriodic(mode)) return !expired && (counting ? count > 0 && tick - since < count : since === tick);
  return since === tick && (expired || !counting || count > 0);
}
