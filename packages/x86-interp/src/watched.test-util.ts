import { Random } from '@picovm/testkit';
import { type BreakpointKind, CPU_MODELS, type CpuEvents, type CpuModel } from './index.ts';
import { machine, type TestMachine } from './machine.test-util.ts';

const RAM = 0x10000;
/** Milliseconds that a few instructions may take, and nanoseconds of a run. */
const PATIENCE = 300;
const SLICE = 1e8;
const KINDS: readonly BreakpointKind[] = ['execute', 'execute', 'read', 'write', 'access', 'port'];
const EVENTS: readonly (keyof CpuEvents)[] = ['exception', 'interrupt', 'control-write', 'io', 'mmio'];
const REGISTERS = ['rax', 'rcx', 'rdx', 'rbx', 'rsp', 'rbp', 'rsi', 'rdi'] as const;
/** Prefixes, string instructions, pushes, stores, jumps and software interrupts. */
const COMMON = [0x66, 0x67, 0xf3, 0x0f, 0xa4, 0xaa, 0x6c, 0x50, 0x60, 0x88, 0x89, 0x8b, 0xeb, 0x75, 0xe8, 0xc3, 0xcd];

/** What came of it. */
export interface Watched {
  readonly stops: number;
  readonly events: number;
}

/**
 * Runs the same random code twice: alone, and under breakpoints of all kinds, each of which it runs into is passed, with a
 * hook of each kind. Both must come to the same state after the same number of instructions.
 */
export function compareWatched(guests: number, seed: number): Watched {
  const random = new Random(seed);
  const next = (): number => random.next();
  let [stops, events] = [0, 0];
  for (let number = 0; number < guests; number++) {
    const guest = randomGuest(next);
    const { model, start } = guest;
    const [alone, watched] = [0, 1].map(() => load(guest));
    for (const event of EVENTS) watched.vcpu.on(event, () => events++);
    for (let n = next() % 40; n >= 0; n--) {
      const kind = KINDS[next() % KINDS.length];
      const near = kind === 'execute' ? (start + (next() % 64)) % RAM : next() % RAM;
      watched.vcpu.breakpoints.add({
        kind,
        address: near,
        length: kind === 'execute' ? 1 : 1 + ((next() % 0x100) % (RAM - near)),
      });
    }
    for (let round = 0; round < 5; round++) {
      const target = alone.vcpu.instructions + 1 + (next() % 500);
      const [reason, other] = [alone, watched].map((m) => {
        for (const give = performance.now() + PATIENCE; performance.now() < give; ) {
          const { reason } = m.vcpu.run({ instructions: target - m.vcpu.instructions, nanoseconds: SLICE });
          if (reason === 'debug') stops++;
          if (reason === 'shutdown' || (m.vcpu.instructions >= target && reason !== 'debug')) return reason;
        }
        return undefined;
      });
      // A REP instruction may take for ever.
      if (reason === undefined || other === undefined) break;
      const difference = firstDifference(alone, watched);
      if (difference !== undefined || reason !== other) {
        throw new Error(`guest ${number} of seed ${seed} (${model}): ${difference ?? `${reason}, ${other}`}`);
      }
      if (reason === 'shutdown') break;
    }
  }
  return { stops, events };
}

/**
 * Runs random code under breakpoints on instructions, and steps through the same: the run must stop at each instruction that
 * a step finds at one of their addresses, in the same order, and nowhere else.
 * @returns how many stops there were
 */
export function compareStops(guests: number, seed: number): number {
  const random = new Random(seed);
  const next = (): number => random.next();
  let stops = 0;
  for (let number = 0; number < guests; number++) {
    const guest = randomGuest(next);
    const { model, start } = guest;
    const [running, stepping] = [0, 1].map(() => load(guest));
    const addresses = new Set(Array.from({ length: 1 + (next() % 30) }, () => (start + (next() % 128)) % RAM));
    for (const address of addresses) running.vcpu.breakpoints.add({ kind: 'execute', address });
    const give = performance.now() + PATIENCE;
    const expected: number[] = [];
    for (let n = 0; n < 400 && performance.now() < give; n++) {
      const at = linearIp(stepping);
      const before = stepping.vcpu.instructions;
      const { reason } = stepping.vcpu.step();
      // A REP instruction may take for ever: the run does not come to it.
      if (stepping.vcpu.instructions === before) break;
      if (addresses.has(at)) expected.push(at);
      if (reason === 'shutdown') break;
    }
    const found: number[] = [];
    for (let exits = 0; exits < 1000; exits++) {
      const exit = running.vcpu.run({
        instructions: stepping.vcpu.instructions - running.vcpu.instructions,
        nanoseconds: SLICE,
      });
      if (exit.reason === 'debug') found.push(Number(exit.address));
      else if (exit.reason === 'shutdown' || running.vcpu.instructions >= stepping.vcpu.instructions) break;
    }
    if (`${found}` !== `${expected}`) {
      throw new Error(`guest ${number} of seed ${seed} (${model}) stops at ${found}, and not at ${expected}`);
    }
    stops += found.length;
  }
  return stops;
}

function linearIp({ vcpu }: TestMachine): number {
  return Number(BigInt.asUintN(32, vcpu.getSpecialRegisters().cs.base + vcpu.getRegisters().rip));
}

function firstDifference(a: TestMachine, b: TestMachine): string | undefined {
  const [one, other] = [a, b].map(({ vcpu }) => vcpu.dump());
  if (a.vcpu.instructions !== b.vcpu.instructions)
    return `${a.vcpu.instructions} or ${b.vcpu.instructions} instructions`;
  for (const [name, value] of Object.entries(one.registers)) {
    if (value !== other.registers[name]) return `${name} is ${value} or ${other.registers[name]} at ${one.location}`;
  }
  const [left, right] = [a, b].map(({ memory }) => memory.view(0, RAM));
  if (Buffer.compare(left, right) === 0) return undefined;
  const at = left.findIndex((byte, i) => byte !== right[i]);
  return `memory at ${at.toString(16)} is ${left[at]} or ${right[at]} at ${one.location}`;
}

interface Guest {
  readonly model: CpuModel;
  readonly bytes: Uint8Array;
  readonly registers: Readonly<Record<string, number>>;
  readonly start: number;
}

function randomGuest(next: () => number): Guest {
  return {
    model: CPU_MODELS[next() % CPU_MODELS.length],
    bytes: Uint8Array.from({ length: RAM }, () => (next() % 3 === 0 ? COMMON[next() % COMMON.length] : next())),
    registers: Object.fromEntries(REGISTERS.map((name) => [name, next() & 0xffff])),
    start: next() % RAM,
  };
}

function load({ model, bytes, registers, start }: Guest): TestMachine {
  const m = machine({ model, regions: [{ base: 0, size: RAM }] });
  m.memory.write(0, bytes);
  for (let n = 0; n < 256; n++) m.memory.writeU16(n * 4 + 2, 0);
  m.sink.portReadBlock = (_port, _size, out) => out.fill(0xff);
  m.set(registers);
  m.load([], start);
  return m;
}
