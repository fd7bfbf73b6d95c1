import { RFLAGS } from '@picovm/core/x86';
import { Random } from '@picovm/testkit';
import type { Guest } from './guest.test-util.ts';
import { CODE_BYTES, PLACE, RAM_SIZE } from './layout.test-util.ts';

/** Something that happens to a guest from outside, once it has executed so many instructions. */
export interface Event {
  readonly at: number;
  readonly kind: Kind;
  /** What it is done with. */
  readonly value: number;
}

const ACTIONS = {
  window: (guest, value) => guest.wantWindow(value % 8 !== 0),
  nmi: ({ vcpu }) => vcpu.nmi(),
  kick: ({ vcpu }) => vcpu.kick(),
  'single-step': ({ vcpu }) => vcpu.setRegisters({ rflags: vcpu.getRegisters().rflags | BigInt(RFLAGS.TF) }),
  a20: ({ vcpu }, value) => {
    vcpu.a20 = value % 2 === 0;
  },
  ignne: ({ vcpu }, value) => {
    vcpu.ignne = value % 2 === 0;
  },
  write: ({ memory }, value) => memory.writeU32(value % (RAM_SIZE - 4), value),
  'write code': ({ memory }, value) => memory.writeU8(PLACE.CODE + (value % CODE_BYTES), value >>> 24),
  dirty: ({ memory }) => memory.markDirty(0, RAM_SIZE),
  jump: ({ vcpu }, value) => vcpu.setRegisters({ rip: BigInt(value % CODE_BYTES) }),
  restart: (guest, value) => guest.restart(value),
} satisfies Record<string, (guest: Guest, value: number) => void>;
type Kind = keyof typeof ACTIONS;

/** Kinds of events, some more often than others. */
const KINDS: readonly Kind[] = [...(Object.keys(ACTIONS) as Kind[]), 'window', 'restart', 'restart'];

/** What happens to the guest of a seed, in order, up to `end` instructions. */
export function eventsOf(seed: number, end: number): Event[] {
  const random = new Random(seed ^ 0x5bd1e995);
  const count = random.below(24);
  const events = Array.from({ length: count }, (): Event => {
    return { at: random.below(end), kind: random.pick(KINDS), value: random.next() };
  });
  return events.sort((a, b) => a.at - b.at);
}

/** Lets an event happen, between two instructions. */
export function happen(guest: Guest, { kind, value }: Event): void {
  ACTIONS[kind](guest, value);
}
