import { X86_SEGMENTS, type X86SegmentName } from '@picovm/core/x86';
import { type DecodedInstruction, decodeInstruction, type InterpVcpu, interp } from '@picovm/x86-interp';
import { Random } from '../snapshots/random.ts';
import { anyNumber, encode, littleEndian } from './encode.ts';
import type { Veto } from './exclusions.ts';
import { undefinedBehind } from './flags.ts';
import { HANDLERS, HLT, MAX_LENGTH, type Program, physical, RAM_BYTES, type Step } from './layout.ts';
import { Machine } from './machine.ts';
import { objection } from './objections.ts';
import { FORMS, MNEMONICS, POOL } from './pool.ts';
import { View } from './view.ts';

const MAX_STEPS = 100;
const MAX_LOOP_STEPS = 400;
const TRIES = 60;
/** Mnemonics that set all status flags. */
const DEFINING = ['ADD', 'SUB', 'CMP', 'NEG', 'XADD'];
const GENERAL = ['rax', 'rbx', 'rcx', 'rdx', 'rsi', 'rdi', 'rbp'] as const;
const CMP_AX = 0x3d;
/** Neither TF nor VM. */
const FLAGS = 0x247ed7;

/**
 * Writes random programs for real mode as they run: an instruction is chosen when the interpreter comes to a place where
 * there is none yet, and by what is in the registers then. So nearly all that is written is executed, loops and interrupt
 * handlers included.
 */
export class Generator implements Disposable {
  readonly #machine: Machine<InterpVcpu>;
  readonly #image: Uint8Array;
  readonly #veto: Veto;
  #exception: number | undefined;

  constructor(image: Uint8Array, veto: Veto) {
    this.#machine = new Machine(interp());
    this.#image = image;
    this.#veto = veto;
    this.#machine.vcpu.on('exception', ({ vector }) => {
      this.#exception = vector;
    });
  }

  /** @returns the program of a seed; a sentence if none came of it, because it ran where none can be written */
  generate(seed: number): Program | string {
    const random = new Random(seed);
    const start = startState(random);
    this.#machine.load(this.#image, { ...start, patches: new Map() });
    return new Writing(this.#machine, random, this.#veto, () => this.#takeException()).write({ ...start, seed });
  }

  #takeException(): number | undefined {
    const vector = this.#exception;
    this.#exception = undefined;
    return vector;
  }

  [Symbol.dispose](): void {
    this.#machine[Symbol.dispose]();
  }
}

type Start = Pick<Program, 'registers' | 'selectors'>;

function startState(random: Random): Start {
  const registers: Program['registers'] = {
    ...Object.fromEntries(GENERAL.map((name) => [name, BigInt(anyNumber(random))])),
    // Counts are mostly small ones.
    rcx: BigInt(random.oneIn(3) ? anyNumber(random) : random.below(20)),
    rsp: BigInt(random.oneIn(8) ? anyNumber(random) : random.integer(0x100, 0xff00)),
    rip: BigInt(random.integer(0x100, 0xf000)),
    rflags: BigInt((random.integer(0, 0xffffffff) & FLAGS) | 2),
  };
  const anywhere = (): number => random.integer(0, random.oneIn(8) ? 0xffff : 0x8fff);
  const selectors = Object.fromEntries(X86_SEGMENTS.map((name) => [name, anywhere()])) as Record<
    X86SegmentName,
    number
  >;
  return { registers, selectors: { ...selectors, cs: random.integer(0x200, 0x87ff) } };
}

/** The making of one program. */
class Writing {
  readonly #machine: Machine<InterpVcpu>;
  readonly #random: Random;
  readonly #veto: Veto;
  readonly #takeException: () => number | undefined;
  readonly #patches = new Map<number, number>();
  readonly #steps: Step[] = [];
  #undefinedFlags = 0;
  #unusable: string | undefined;

  constructor(machine: Machine<InterpVcpu>, random: Random, veto: Veto, takeException: () => number | undefined) {
    this.#machine = machine;
    this.#random = random;
    this.#veto = veto;
    this.#takeException = takeException;
  }

  write(start: Start & { seed: number }): Program | string {
    const { vcpu, memory } = this.#machine;
    const length = this.#random.integer(1, MAX_STEPS);
    for (;;) {
      const view = new View(vcpu, memory);
      const done = this.#steps.length >= length;
      // A loop that it is in is left first.
      if (done && (!this.#patches.has(view.place) || this.#steps.length >= MAX_LOOP_STEPS)) break;
      if (view.place + MAX_LENGTH >= RAM_BYTES || view.ip + MAX_LENGTH > 0xffff) return 'it ran out of memory';
      const instruction = this.#instructionAt(view);
      if (instruction === undefined) break;
      if (!this.#execute(instruction, view)) break;
    }
    if (this.#unusable !== undefined) return this.#unusable;
    if (!this.#end(new View(vcpu, memory).place)) return 'it was over at once';
    return { ...start, patches: this.#patches, steps: this.#steps };
  }

  // Puts a HLT behind the last step. Where there is code already, the program is cut short before an instruction that was
  // executed once, by then.
  #end(place: number): boolean {
    const steps = this.#steps;
    if (!this.#patches.has(place)) {
      this.#put(place, [HLT]);
      return steps.length > 0;
    }
    const places = steps.map(placeOf);
    let last = steps.length - 1;
    while (last > 0 && places.indexOf(places[last]) !== last) last--;
    steps.length = Math.max(last, 0);
    if (last > 0) this.#patches.set(places[last], HLT);
    return last > 0;
  }

  // What is executed next: what was written there before, or a new one. Undefined if it cannot be.
  #instructionAt(view: View): DecodedInstruction | undefined {
    const { memory } = this.#machine;
    if (!this.#patches.has(view.place)) {
      const bytes = this.#choose(view);
      if (bytes === undefined) return undefined;
      this.#put(view.place, bytes);
    }
    const instruction = decodeInstruction(memory.view(view.place, MAX_LENGTH), { size: 16 });
    return instruction.valid && this.#isGood(instruction, view) ? instruction : undefined;
  }

  #choose(view: View): number[] | undefined {
    for (let i = 0; i < TRIES; i++) {
      const bytes = i === TRIES - 1 ? [CMP_AX, ...littleEndian(0, 2)] : encode(this.#form(view), this.#random, view);
      if (bytes.length > MAX_LENGTH || bytes.some((_, n) => this.#patches.has(view.place + n))) continue;
      const instruction = decodeInstruction(Uint8Array.from(bytes), { size: 16 });
      if (instruction.valid && this.#isGood(instruction, view)) return bytes;
    }
    return undefined;
  }

  #form(view: View): (typeof FORMS)[number] {
    const random = this.#random;
    if (this.#undefinedFlags !== 0 && random.oneIn(4)) return random.pick(POOL.get(random.pick(DEFINING)) ?? []);
    if (view.selector('cs') === HANDLERS && random.oneIn(3)) return random.pick(POOL.get('IRET') ?? []);
    if (random.oneIn(3)) return random.pick(FORMS);
    return random.pick(POOL.get(random.pick(MNEMONICS)) ?? []);
  }

  #isGood(instruction: DecodedInstruction, view: View): boolean {
    const situation = { instruction, view, undefinedFlags: this.#undefinedFlags, random: this.#random };
    return objection(situation) === undefined && !this.#veto.before(instruction, view);
  }

  // Executes one instruction. @returns whether there can be another one
  #execute(instruction: DecodedInstruction, view: View): boolean {
    const { vcpu, memory } = this.#machine;
    const bytes = memory.read(view.place, instruction.length);
    const exit = vcpu.run({ nanoseconds: 1e9, instructions: 1 });
    const exception = this.#takeException();
    const behind = undefinedBehind(this.#undefinedFlags, instruction, view);
    // Nobody says how much of an instruction was done that faulted.
    this.#undefinedFlags = exception === undefined ? behind : this.#undefinedFlags | behind;
    if (exception !== undefined && this.#veto.afterFault(instruction, new View(vcpu, memory))) {
      this.#unusable = 'its exception cannot be compared';
    }
    this.#steps.push({
      segment: view.selector('cs'),
      offset: view.ip,
      bytes,
      registers: view.text,
      mnemonic: instruction.form.mnemonic,
      undefinedFlags: this.#undefinedFlags,
      exception,
    });
    return exit.reason === 'slice-end' && (exception === undefined || isMeant(instruction));
  }

  // Code, of which the machine has the bytes, too.
  #put(at: number, bytes: readonly number[]): void {
    this.#machine.memory.write(at, Uint8Array.from(bytes));
    for (const [n, byte] of bytes.entries()) this.#patches.set(at + n, byte);
  }
}

// INT3, INTO and INT1 are exceptions that a program asks for.
function isMeant({ form }: DecodedInstruction): boolean {
  return form.mnemonic.startsWith('INT');
}

/** The physical address of a step. */
export function placeOf({ segment, offset }: Step): number {
  return physical(segment, offset);
}
