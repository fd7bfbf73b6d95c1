import { VmError } from '@picovm/core';
import { enterRealMode, type X86VcpuState } from '@picovm/core/x86';
import { FuzzGuest } from './fuzz-guest.test-util.ts';
import { Random } from './random.test-util.ts';
import { fillMemory, PLACE } from './random-memory.test-util.ts';
import { MODES, randomSpecial } from './random-special.test-util.ts';
import { randomRegisters, randomState } from './random-state.test-util.ts';

/** What came of all: how often, by names. */
export type Counts = Record<string, number>;

const STATES = 4;
const RUNS = 6;
const CODE = 0x600;
/** Where the plain guest writes. */
const RESULT = 0x500;
const MAX_SLICES = 100;
const TRAPS = 0x700;
const HLT = 0xf4;
/** A run may last this much longer than its budget: this is a test's machine. */
const GRACE_MS = 4000;

/**
 * Throws random states at one VM, and lets it run. Whatever it does is counted.
 * @throws Error if something is thrown that is no `VmError`, a run does not come back, or the VM is of no use afterwards
 */
export function fuzzRound(seed: number, counts: Counts, addon: string | undefined): void {
  const random = new Random(seed);
  using guest = new FuzzGuest(random, addon);
  const start = guest.vcpu.snapshot();
  fillMemory(guest.memory, random);
  for (let i = 0; i < STATES; i++) {
    if (put(guest, random, start, counts)) runs(guest, random, counts);
  }
  checkUsable(guest, counts);
}

// @returns whether KVM took the state
function put({ vcpu }: FuzzGuest, random: Random, start: X86VcpuState, counts: Counts): boolean {
  const mode = random.pick(MODES);
  const whole = random.oneIn(2);
  const what = whole ? 'restore' : 'set registers';
  const refused = errorOf(() => {
    if (whole) {
      vcpu.restore(randomState(random, mode, start));
      return;
    }
    // In two steps: what is between them may make no sense, either.
    const steps = [
      () => vcpu.setSpecialRegisters(randomSpecial(random, mode, start.special)),
      () => vcpu.setRegisters(randomRegisters(random, mode)),
    ];
    for (const step of random.oneIn(2) ? steps : steps.reverse()) step();
  });
  count(counts, `${what}, ${mode}: ${refused === undefined ? 'taken' : refused}`);
  // What is refused in the middle leaves a state, too.
  return refused === undefined || random.oneIn(4);
}

function runs(guest: FuzzGuest, random: Random, counts: Counts): void {
  const { vcpu } = guest;
  for (let i = 0; i < RUNS; i++) {
    if (random.oneIn(4)) vcpu.requestInterruptWindow(random.oneIn(2));
    if (random.oneIn(8)) vcpu.kick();
    const nanoseconds = random.pick([1, 20_000, 200_000, 1_000_000, 3_000_000]);
    const began = performance.now();
    const refused = errorOf(() => {
      const exit = vcpu.run({ nanoseconds, instructions: undefined });
      const detail =
        exit.reason === 'internal-error' ? ` ${exit.suberror}` : exit.reason === 'unknown' ? ` ${exit.code}` : '';
      count(counts, `exit: ${exit.reason}${detail}`);
      if (exit.reason === 'irq-window') vcpu.injectInterrupt(random.below(256));
    });
    const took = performance.now() - began - nanoseconds / 1e6;
    if (took > GRACE_MS) throw new Error(`a run took ${Math.round(took)} ms more than its budget`);
    if (refused !== undefined) count(counts, `run: ${refused}`);
    if (random.oneIn(6)) lookAt(guest, random, counts);
  }
  counts.questions = (counts.questions ?? 0) + guest.asked;
  guest.asked = 0;
}

function lookAt({ vcpu }: FuzzGuest, random: Random, counts: Counts): void {
  const refused = errorOf(
    random.pick<() => unknown>([
      () => vcpu.dump(),
      () => vcpu.isStuck(random.oneIn(2)),
      () => vcpu.restore(vcpu.snapshot()),
      () => vcpu.reset(),
      () => vcpu.injectInterrupt(random.below(300)),
    ]),
  );
  if (refused !== undefined) count(counts, `between runs: ${refused}`);
}

// After a reset the VM must do what any does.
function checkUsable(guest: FuzzGuest, counts: Counts): void {
  let trap = plainGuest(guest);
  if (trap !== undefined && !guest.hardware) {
    // Where KVM runs guests in software, an event whose delivery ended in a triple fault comes again, once.
    count(counts, 'after a reset: an interrupt or exception of before');
    trap = plainGuest(guest);
  }
  if (trap !== undefined) throw new Error(`after a reset a plain guest gets interrupt ${trap}`);
}

// @returns the vector of an interrupt or exception that came; undefined if all is well
function plainGuest({ vcpu, memory }: FuzzGuest): number | undefined {
  vcpu.requestInterruptWindow(false);
  vcpu.reset();
  for (let vector = 0; vector < 256; vector++) memory.writeU32(vector * 4, TRAPS + vector);
  memory.write(TRAPS, new Uint8Array(256).fill(HLT));
  // mov al,2a; mov [500],al; sti; nop; nop; hlt
  memory.write(CODE, Uint8Array.of(0xb0, 0x2a, 0xa2, 0x00, 0x05, 0xfb, 0x90, 0x90, HLT));
  memory.writeU8(RESULT, 0);
  enterRealMode(vcpu, { segment: 0, offset: CODE });
  vcpu.setRegisters({ rsp: BigInt(PLACE.STACK) });
  for (let i = 0; i < MAX_SLICES; i++) {
    const { reason } = vcpu.run({ nanoseconds: 50e6, instructions: undefined });
    if (reason === 'halt') break;
    if (reason !== 'kicked' && reason !== 'slice-end')
      throw new Error(`after a reset a plain guest ends with ${reason}`);
  }
  const trap = Number(vcpu.getRegisters().rip) - 1 - TRAPS;
  if (trap >= 0 && trap < 256) return trap;
  if (memory.readU8(RESULT) !== 0x2a) throw new Error('after a reset a plain guest does nothing');
  return undefined;
}

// What a call threw, by its code; other errors than documented ones are thrown on.
function errorOf(call: () => unknown): string | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    if (!(error instanceof VmError)) throw error;
    const ioctl = (error.details as { ioctl?: string }).ioctl;
    return ioctl === undefined ? error.code : `${error.code} (${ioctl})`;
  }
}

function count(counts: Counts, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
