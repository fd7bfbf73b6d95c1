import { Arena, GuestMemory } from '@picovm/core';
import type { X86VcpuState } from '@picovm/core/x86';
import { Random } from '@picovm/testkit';
import { MODEL } from '../cpu/models.ts';
import { type Processor, processorOf } from '../cpu/processor.ts';
import { type InterpVcpu, interp } from '../index.ts';
import { CODE_KINDS, randomCode } from './code.test-util.ts';
import { handlers } from './handlers.test-util.ts';
import { type Beginning, type GuestMode, initialState } from './initial-state.test-util.ts';
import { CODE_BYTES, PLACE, REGIONS } from './layout.test-util.ts';
import { type Paging, writePageTables } from './page-tables.test-util.ts';
import { randomProcessor } from './processor.test-util.ts';
import { FuzzSink } from './sink.test-util.ts';
import { writeTables, writeVectors } from './tables.test-util.ts';

const PAGE = 4096;

/** A random guest. The same seed makes the same guest. */
export class Guest {
  readonly seed: number;
  readonly memory: GuestMemory;
  readonly vcpu: InterpVcpu;
  readonly sink: FuzzSink;
  /** What it is, for the report of a failure. */
  readonly about: string;
  windowWanted = false;
  /** Exits that were answered so far. */
  answers = 0;
  readonly #guards: readonly Uint8Array[];
  readonly #guard: number;
  readonly #readonly: readonly Uint8Array[];
  #beginning!: X86VcpuState;

  /**
   * @param guard the byte that all is filled with that the guest may neither read nor write
   * @param empty the machine alone, with nothing in its memory: for {@link continueFrom}
   */
  constructor(seed: number, guard: number, empty = false) {
    this.seed = seed;
    this.#guard = guard;
    const random = new Random(seed);
    const cpuModel = randomProcessor(random);
    const processor = processorOf(cpuModel);
    const accelerator = interp({ cpuModel });
    const arena = new Arena(REGIONS.reduce((sum, { size }) => sum + size, 0) + accelerator.arenaBytes + 3 * PAGE);
    const places = [arena.allocate(PAGE)];
    this.memory = new GuestMemory(arena, REGIONS);
    places.push(arena.allocate(PAGE));
    const vm = accelerator.createVm({ arena, memory: this.memory });
    this.#guards = [
      ...places.map((at) => new Uint8Array(arena.buffer, at, PAGE)),
      new Uint8Array(arena.buffer, arena.used),
    ];
    for (const bytes of this.#guards) bytes.fill(guard);
    for (const region of this.memory.regions) vm.mapMemory(region);
    this.sink = new FuzzSink(random.oneIn(4));
    this.vcpu = vm.createVcpu(0, this.sink);
    const beginning = randomBeginning(random, processor);
    this.about = empty ? '' : this.#load(random, processor, beginning);
    this.#readonly = REGIONS.filter((region) => 'readonly' in region).map(({ base, size }) =>
      this.memory.read(base, size),
    );
  }

  #load(random: Random, processor: Processor, beginning: Beginning): string {
    const { memory, vcpu } = this;
    for (const { base, size } of REGIONS) random.fill(memory.view(base, size));
    const kind = random.pick(CODE_KINDS);
    const size = beginning.size;
    memory.write(PLACE.CODE, randomCode(random, CODE_BYTES, { kind, size }));
    // 16-bit gates lose the upper half of EIP.
    const handlers32 = beginning.mode === 'v86' || (size === 32 && beginning.mode !== 'unreal') || random.oneIn(8);
    memory.write(PLACE.HANDLERS, handlers(random, handlers32 ? 32 : 16));
    writeVectors(memory, random);
    writeTables(memory, random, { wide: processor.model >= MODEL.I80386, handlers32 });
    if (beginning.paging !== 'none') writePageTables(memory, random, beginning.paging);
    this.#beginning = initialState(vcpu.snapshot(), random, processor, beginning);
    vcpu.restore(this.#beginning);
    return `${vcpu.cpuModel}, ${beginning.mode}, ${size} bits, paging: ${beginning.paging}, code: ${kind}`;
  }

  /** What is wrong with the memory outside of the guest's, or with what it cannot write. */
  trespass(): string | undefined {
    for (const [n, bytes] of this.#guards.entries()) {
      const at = bytes.findIndex((byte) => byte !== this.#guard);
      if (at >= 0) return `it wrote outside its memory: guard ${n}, byte ${at}`;
    }
    const rom = REGIONS.filter((region) => 'readonly' in region);
    for (const [n, { base, size }] of rom.entries()) {
      if (Buffer.compare(this.#readonly[n], this.memory.read(base, size)) !== 0) return 'it wrote to read-only memory';
    }
    return undefined;
  }

  /** Begins anew, at another place of the code, with the memory as it is. */
  restart(place: number): void {
    const { instructions, tsc } = this.vcpu.snapshot();
    const { registers } = this.#beginning;
    const rip = (registers.rip & ~0xffffn) | BigInt(place & 0xffff);
    this.vcpu.restore({ ...this.#beginning, registers: { ...registers, rip }, instructions, tsc });
  }

  /** Goes on where another guest of the same seed stands. */
  continueFrom(other: Guest): void {
    const { state, memory } = other.image();
    REGIONS.forEach(({ base }, n) => {
      this.memory.write(base, memory[n]);
    });
    this.vcpu.restore(state);
    this.#beginning = other.#beginning;
    // What belongs to the machine, and not to the CPU.
    this.vcpu.requestInterruptWindow(other.windowWanted);
    this.vcpu.ignne = other.vcpu.ignne;
    this.windowWanted = other.windowWanted;
    this.sink.sum = other.sink.sum;
    this.sink.count = other.sink.count;
    this.answers = other.answers;
  }

  /** Asks to be told when an interrupt is possible. */
  wantWindow(wanted: boolean): void {
    this.windowWanted = wanted;
    this.vcpu.requestInterruptWindow(wanted);
  }

  /** The state and the memory, not copied. */
  image(): { state: ReturnType<InterpVcpu['snapshot']>; memory: Uint8Array[] } {
    return { state: this.vcpu.snapshot(), memory: REGIONS.map(({ base, size }) => this.memory.view(base, size)) };
  }
}

function randomBeginning(random: Random, { model, features }: Processor): Beginning {
  const modes: GuestMode[] = ['real'];
  if (model >= MODEL.I80286) modes.push('protected', 'user', 'protected', 'user');
  if (model >= MODEL.I80386) modes.push('unreal', 'v86', 'v86');
  const pagings: Paging[] = ['none'];
  if (model >= MODEL.I80386) pagings.push('32-bit', '32-bit');
  if (features.has('pse')) pagings.push('pse');
  if (features.has('pae')) pagings.push('pae');
  if (features.has('nx')) pagings.push('pae-nx');
  const mode = random.pick(modes);
  const isProtected = mode === 'protected' || mode === 'user' || mode === 'v86';
  const wide = model >= MODEL.I80386 && mode !== 'real' && mode !== 'v86';
  return { mode, size: wide && !random.oneIn(3) ? 32 : 16, paging: isProtected ? random.pick(pagings) : 'none' };
}
