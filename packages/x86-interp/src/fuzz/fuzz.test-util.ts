import { compareImages } from './compare-images.test-util.ts';
import { drive, type Ending } from './drive.test-util.ts';
import { eventsOf } from './events.test-util.ts';
import { Guest } from './guest.test-util.ts';
import { PLACE, REGIONS } from './layout.test-util.ts';

/** Instructions of a guest at most. */
const LONG = 4000;
const SHORT = 600;
const GUARDS = [0xa5, 0x5a];
/** However slow the machine is. */
const MIN_GUESTS = 20;
/** Instructions between two times that all is forgotten that was decoded: not always the same ones. */
const FORGET_EVERY = 3;
const SNAPSHOT_EVERY = 100;
const PAGING = 0x80000000n;
/** In the lowest byte of an entry, of 4 bytes as of 8. */
const ACCESSED_DIRTY = 0x60;
const MAX_WRITES_BY_DEVICES = 200;

/** What was done with guests. */
export interface Tally {
  guests: number;
  instructions: number;
  readonly endings: Record<Ending, number>;
  /** Vectors of the exceptions that there were. */
  readonly exceptions: Set<number>;
}

/** What can be done with a guest. It throws for whatever must not be. */
export type Check = (seed: number) => { guest: Guest; ending: Ending };

/**
 * Checks guests for some time. Each has a seed of its own, which is told if it fails: `PICOVM_SEED` repeats it alone.
 * @param seed of the first guest
 */
export function forAWhile(milliseconds: number, seed: number, check: Check): Tally {
  const tally: Tally = { guests: 0, instructions: 0, endings: { done: 0, slow: 0 }, exceptions: new Set() };
  const only = Number(process.env.PICOVM_SEED);
  const end = performance.now() + milliseconds;
  for (let next = only || seed; performance.now() < end || tally.guests < MIN_GUESTS; next = (next + 1) >>> 0) {
    const { guest, ending } = named(next, check);
    tally.guests++;
    tally.instructions += guest.vcpu.instructions;
    tally.endings[ending]++;
    for (const vector of Object.keys(guest.vcpu.counters().exceptions)) tally.exceptions.add(Number(vector));
    if (only) break;
  }
  return tally;
}

function named(seed: number, check: Check): ReturnType<Check> {
  try {
    return check(seed);
  } catch (cause) {
    const about = new Guest(seed, GUARDS[0]).about;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`the guest of PICOVM_SEED=${seed} (${about}): ${reason}`, { cause });
  }
}

/** A guest with devices that write to its memory while it runs: it must stay inside, and come back in time. */
export function runsInside(seed: number): ReturnType<Check> {
  const guest = new Guest(seed, GUARDS[0]);
  guest.sink.onAccess = (count) => {
    const at = Math.imul(count, 0x9e3779b1) >>> 0;
    if (count < MAX_WRITES_BY_DEVICES && at % 16 === 0) guest.memory.writeU8(at % 0x40000, at >>> 16);
  };
  const ending = drive(guest, { end: LONG, events: eventsOf(seed, LONG), slice: 1000 + (seed % 3000) });
  stayedInside(guest);
  return { guest, ending };
}

/** The same guest twice, with something else around its memory: nothing is random, and nothing is read that is not its own. */
export function repeats(seed: number): ReturnType<Check> {
  const [one, other] = GUARDS.map((guard) => {
    const guest = new Guest(seed, guard);
    return { guest, ending: drive(guest, { end: LONG, events: eventsOf(seed, LONG), slice: LONG }) };
  });
  stayedInside(one.guest);
  stayedInside(other.guest);
  if (one.ending !== 'slow' && other.ending !== 'slow') compareImages(one.guest, other.guest);
  return one;
}

/** The guest at once, and one instruction at a time, with everything decoded forgotten now and then. */
export function slices(seed: number): ReturnType<Check> {
  const whole = new Guest(seed, GUARDS[0]);
  const sliced = new Guest(seed, GUARDS[0]);
  const events = eventsOf(seed, SHORT);
  // What is decoded anew is no longer in the TLB for writes, which may have what the tables no longer say.
  const forget = (guest: Guest): void => {
    if (guest.vcpu.instructions % FORGET_EVERY === 0 && !usesPaging(guest)) guest.memory.markDirty(0, 0x40000);
  };
  let ending: Ending = 'done';
  // Compared often, because it is soon forgotten where they parted.
  for (let end = 20; end <= SHORT && ending === 'done'; end += 20) {
    ending = drive(whole, { end, events, slice: end });
    const other = drive(sliced, { end, events, slice: 1, before: forget });
    if (ending === 'slow' || other === 'slow') return { guest: whole, ending: 'slow' };
    if (ending !== other) throw new Error(`at once it ends as ${ending}, in slices as ${other}`);
    compareImages(whole, sliced);
  }
  stayedInside(whole);
  return { guest: whole, ending };
}

/** The guest in one machine, and saved and restored in another one on the way. */
export function survivesSnapshots(seed: number): ReturnType<Check> {
  const one = new Guest(seed, GUARDS[0]);
  const events = eventsOf(seed, SHORT);
  let other = new Guest(seed, GUARDS[1]);
  for (let end = 1 + (seed % SNAPSHOT_EVERY); end < SHORT; end += SNAPSHOT_EVERY) {
    const tables = pageTables(one);
    const endings = [one, other].map((guest) => drive(guest, { end, events, slice: SHORT }));
    if (endings.includes('slow')) return { guest: one, ending: 'slow' };
    // Where a guest writes over its page tables, it depends on the TLB which ones count, and what is in the TLB on what was
    // decoded: the manuals leave that open (Intel SDM volume 3A, section 4.10.2.3). Both then go on from the same state.
    const open = usesPaging(one) && Buffer.compare(tables, pageTables(one)) !== 0;
    if (!open) compareImages(one, other);
    const next = new Guest(seed, GUARDS[1], true);
    next.continueFrom(open ? one : other);
    other = next;
    // A snapshot holds neither the TLB, which may have what the tables no longer say, nor what is decoded, on which it depends
    // what the TLB has for writes.
    if (usesPaging(one)) {
      for (const { base, size } of REGIONS) one.memory.markDirty(base, size);
      one.vcpu.restore(one.vcpu.snapshot());
    }
  }
  return { guest: one, ending: 'done' };
}

/** The page tables that a guest begins with, without the bits that the CPU sets in them. */
function pageTables({ memory }: Guest): Uint8Array {
  const bytes = memory.read(PLACE.PAGE_DIRECTORY, PLACE.CODE - PLACE.PAGE_DIRECTORY);
  for (let i = 0; i < bytes.length; i += 4) bytes[i] &= ~ACCESSED_DIRTY;
  return bytes;
}

function usesPaging({ vcpu }: Guest): boolean {
  return (vcpu.getSpecialRegisters().cr0 & PAGING) !== 0n;
}

function stayedInside(guest: Guest): void {
  const trespass = guest.trespass();
  if (trespass !== undefined) throw new Error(trespass);
}
