import { CPU_MODELS } from './index.ts';
import { machine, type TestMachine } from './machine.test-util.ts';

const RAM = 0x10000;
const BUDGET = 20_000;
const GUARD = 0xa5;

/** Numbers that look random, and are the same for the same seed (xorshift32). */
function generator(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/**
 * Runs random bytes as code for some time, on all models. A guest may do anything but throw, hang, or touch the arena
 * outside its memory.
 * @returns how many guests ran
 */
export function fuzz(milliseconds: number, seed: number): number {
  const next = generator(seed);
  const end = performance.now() + milliseconds;
  let guests = 0;
  for (; performance.now() < end; guests++) {
    const model = CPU_MODELS[next() % CPU_MODELS.length];
    const m = machine({
      model,
      regions: [
        { base: 0, size: RAM },
        { base: 0xf0000, size: 0x1000, readonly: true },
      ],
    });
    const { buffer, used } = m.memory.arena;
    const outside = new Uint8Array(buffer, used).fill(GUARD);
    const rom = m.memory.read(0xf0000, 0x1000);
    const bytes = Uint8Array.from({ length: RAM }, () => (next() % 4 === 0 ? COMMON[next() % COMMON.length] : next()));
    m.memory.write(0, bytes);
    const { cs } = m.vcpu.getSpecialRegisters();
    if (next() % 4 === 0) m.vcpu.setSpecialRegisters({ cs: { ...cs, db: 1, limit: next() } });
    for (const name of ['rax', 'rcx', 'rdx', 'rbx', 'rsp', 'rbp', 'rsi', 'rdi', 'rflags'] as const)
      m.set({ [name]: next() });
    m.sink.onAccess = () => {
      if (m.sink.trace.length > 100) m.sink.trace.length = 0;
      if (next() % 16 === 0) m.memory.writeU8(next() % RAM, next());
    };
    m.load([], next() % RAM);
    m.vcpu.requestInterruptWindow(next() % 2 === 0);
    const began = performance.now();
    for (let exits = 0; exits < 50 && m.vcpu.instructions < BUDGET; exits++) {
      const { reason } = m.vcpu.run({ instructions: BUDGET, nanoseconds: 2e7 });
      if (reason === 'irq-window') m.vcpu.injectInterrupt(next() % 256);
      if (reason === 'shutdown' || reason === 'internal-error') m.vcpu.reset();
    }
    if (performance.now() - began > 5000) throw new Error(`a guest of seed ${seed} took too long`);
    if (outside.some((byte) => byte !== GUARD)) throw new Error(`a guest of seed ${seed} wrote outside its memory`);
    if (Buffer.compare(rom, m.memory.read(0xf0000, 0x1000)) !== 0) throw new Error('a guest wrote to read-only memory');
    const state = m.vcpu.dump();
    if (Object.values(state.registers).some((value) => value < 0n)) throw new Error(`bad registers: ${state.location}`);
  }
  return guests;
}

/**
 * Runs the same random code twice: at once, and one instruction at a time with everything decoded forgotten in between.
 * Both must come to the same state after the same number of instructions, whatever the code does to itself.
 * @returns how many guests ran
 */
export function compareSliced(milliseconds: number, seed: number): number {
  const next = generator(seed);
  const end = performance.now() + milliseconds;
  let guests = 0;
  for (; performance.now() < end; guests++) {
    const model = CPU_MODELS[next() % CPU_MODELS.length];
    const bytes = Uint8Array.from({ length: RAM }, () => (next() % 3 === 0 ? COMMON[next() % COMMON.length] : next()));
    const names = ['rax', 'rcx', 'rdx', 'rbx', 'rsp', 'rbp', 'rsi', 'rdi'] as const;
    const registers = Object.fromEntries(names.map((name) => [name, next() & 0xffff]));
    const start = next() % RAM;
    const [whole, sliced] = [0, 1].map(() => {
      const m = machine({ model, regions: [{ base: 0, size: RAM }] });
      m.memory.write(0, bytes);
      for (let n = 0; n < 256; n++) m.memory.writeU16(n * 4 + 2, 0);
      // Whether INS goes in blocks depends on what was decoded before; the bytes must not.
      m.sink.portReadBlock = (_port, _size, out) => out.fill(0xff);
      m.set(registers);
      m.load([], start);
      return m;
    });
    for (let round = 0; round < 20; round++) {
      const count = 1 + (next() % 50);
      const target = sliced.vcpu.instructions + count;
      let reason = '';
      for (let exits = 0; whole.vcpu.instructions < target && exits < 100; exits++) {
        reason = whole.run(target - whole.vcpu.instructions);
        if (reason === 'shutdown' || reason === 'internal-error') break;
      }
      for (let steps = 0; sliced.vcpu.instructions < whole.vcpu.instructions && steps < 2 * count; steps++) {
        sliced.memory.markDirty(0, RAM);
        sliced.run(1);
      }
      const difference = firstDifference(whole, sliced);
      if (difference !== undefined) throw new Error(`guest ${guests} of seed ${seed} (${model}): ${difference}`);
      if (reason === 'shutdown' || reason === 'internal-error') break;
    }
  }
  return guests;
}

function firstDifference(a: TestMachine, b: TestMachine): string | undefined {
  const [one, other] = [a, b].map(({ vcpu }) => vcpu.dump());
  for (const [name, value] of Object.entries(one.registers)) {
    if (value !== other.registers[name]) return `${name} is ${value} or ${other.registers[name]} at ${one.location}`;
  }
  const [left, right] = [a, b].map(({ memory }) => memory.view(0, RAM));
  if (Buffer.compare(left, right) === 0) return undefined;
  const at = left.findIndex((byte, i) => byte !== right[i]);
  return `memory at ${at.toString(16)} is ${left[at]} or ${right[at]} at ${one.location}`;
}

/** Prefixes, string instructions, 0F, pushes and jumps: what makes trouble. */
const COMMON = [0x66, 0x67, 0xf3, 0xf2, 0x0f, 0xa4, 0xa5, 0xaa, 0xab, 0x6c, 0x6e, 0x50, 0x60, 0xeb, 0x75, 0xe8, 0xc3];
