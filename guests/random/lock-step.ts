import type { Accelerator } from '@picovm/core';
import type { X86Vcpu } from '@picovm/core/x86';
import { interp } from '@picovm/x86-interp';
import { firstDifference } from './compare.ts';
import type { Veto } from './exclusions.ts';
import { Generator, placeOf } from './generator.ts';
import { baseImage, HLT, type Program } from './layout.ts';
import { Machine } from './machine.ts';
import { report } from './report.ts';
import { View } from './view.ts';

/** What was done, for a test to look at and to print. */
export interface Tally {
  programs: number;
  /** Instructions that both executed, each repeated one once. */
  instructions: number;
  /** By mnemonic. */
  readonly mnemonics: Map<string, number>;
  /** By vector: exceptions that both raised. */
  readonly exceptions: Map<number, number>;
  /** Accesses to ports and to memory of devices. */
  accesses: number;
  /** Programs that were not run on the other side, by the reason. */
  readonly discarded: Map<string, number>;
}

const OVERWRITTEN = 'it wrote to its code before that was there';
const READ = 'it read its code before that was there';
const NO_TOLERANCE = { flags: 0, pushed: false };

/** The interpreter and another accelerator, which run the same random programs. */
export class LockStep implements Disposable {
  readonly tally: Tally = {
    programs: 0,
    instructions: 0,
    mnemonics: new Map(),
    exceptions: new Map(),
    accesses: 0,
    discarded: new Map(),
  };
  readonly #image = baseImage();
  readonly #generator: Generator;
  readonly #own = new Machine(interp());
  readonly #accelerator: Accelerator<X86Vcpu>;
  #other: Machine;

  /** @param veto what the other accelerator cannot execute */
  constructor(accelerator: Accelerator<X86Vcpu>, veto: Veto) {
    this.#generator = new Generator(this.#image, veto);
    this.#accelerator = accelerator;
    this.#other = new Machine(accelerator);
  }

  /** Runs the program of a seed on both. @returns what differs, and all about it; undefined if nothing does */
  run(seed: number): string | undefined {
    const program = this.#generator.generate(seed);
    const why = typeof program === 'string' ? program : this.#whyNot(program);
    if (typeof program === 'string' || why !== undefined) {
      count(this.tally.discarded, why ?? '');
      return undefined;
    }
    if (this.#compare(program) !== undefined) return this.#explain(program);
    this.#note(program);
    return undefined;
  }

  // What was written as it ran must also run when all of it is there from the beginning: instruction by instruction, and then
  // at full speed.
  #whyNot(program: Program): string | undefined {
    const own = this.#own;
    own.load(this.#image, program);
    for (const step of program.steps) {
      const { place, text } = new View(own.vcpu, own.memory);
      const same =
        place === placeOf(step) && Buffer.compare(own.memory.view(place, step.bytes.length), step.bytes) === 0;
      if (!same) return OVERWRITTEN;
      // What it may execute was judged by the registers that it had then.
      if (text !== step.registers) return READ;
      if (own.vcpu.run({ nanoseconds: 1e9, instructions: 1 }).reason !== 'slice-end') return OVERWRITTEN;
    }
    const halted = own.vcpu.run({ nanoseconds: 1e9, instructions: 1 });
    if (halted.reason !== 'halt') return OVERWRITTEN;
    const slow = own.state(halted);
    const copy = { ...slow, memory: slow.memory.slice(), trace: [...slow.trace] };
    own.load(this.#image, program);
    const difference = firstDifference(copy, own.run(), NO_TOLERANCE);
    if (difference === undefined) return undefined;
    throw new Error(
      `seed ${program.seed}: instruction by instruction, the interpreter does something else: ${difference}`,
    );
  }

  // Runs a program on both. @returns what differs
  #compare(program: Program): string | undefined {
    const { steps } = program;
    for (const machine of [this.#own, this.#other]) machine.load(this.#image, program);
    const last = steps[steps.length - 1];
    const tolerance = { flags: last?.undefinedFlags ?? 0, pushed: last?.exception !== undefined };
    return firstDifference(this.#own.run(), this.#other.run(), tolerance);
  }

  // Finds the instruction at which the two part: the end of the shortest part of the program that shows it.
  #explain(program: Program): string {
    const { steps } = program;
    for (let n = 0; n <= steps.length; n++) {
      const part = n < steps.length ? cutShort(program, n) : program;
      if (n < steps.length && this.#whyNot(part) !== undefined) continue;
      const difference = this.#compare(part);
      if (difference === undefined) continue;
      const states = [this.#own, this.#other].map((machine) => machine.state({ reason: 'slice-end' }));
      const text = report(part, steps.length, difference, states);
      this.#renew();
      return text;
    }
    throw new Error(`seed ${program.seed}: a difference that is gone when the program is run again`);
  }

  // After an internal error KVM need not go on.
  #renew(): void {
    this.#other[Symbol.dispose]();
    this.#other = new Machine(this.#accelerator);
  }

  #note({ steps }: Program): void {
    const { tally } = this;
    tally.programs++;
    tally.instructions += steps.length;
    tally.accesses += this.#own.bus.trace.length;
    for (const { mnemonic, exception } of steps) {
      count(tally.mnemonics, mnemonic);
      if (exception !== undefined) count(tally.exceptions, exception);
    }
  }

  [Symbol.dispose](): void {
    for (const each of [this.#generator, this.#own, this.#other]) each[Symbol.dispose]();
  }
}

// The first steps of a program. It is none of its own if it was at the next one's place before.
function cutShort(program: Program, count: number): Program {
  const { steps, patches } = program;
  return { ...program, steps: steps.slice(0, count), patches: new Map(patches).set(placeOf(steps[count]), HLT) };
}

function count<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
