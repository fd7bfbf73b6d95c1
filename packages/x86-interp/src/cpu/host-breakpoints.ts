import type {
  Breakpoint,
  BreakpointExit,
  BreakpointHit,
  BreakpointKind,
  BreakpointSpec,
  Breakpoints,
} from '../breakpoint.ts';
import { checkAlive } from './alive.ts';
import { checkBreakpoint } from './check-breakpoint.ts';
import type { Cpu } from './cpu.ts';
import { stopBefore } from './fault.ts';
import { currentIp } from './ip.ts';
import { lookAtEvents } from './pace.ts';
import { ACCESS } from './page-walk.ts';
import { CS, SEG, SLOT } from './state-layout.ts';
import { watchesChanged } from './tlb.ts';

const LINEAR_END = 2 ** 32;
/** DR6 with no bit that tells of a breakpoint. */
const DR6_NONE = 0xffff0ff0n;
const PAGE_SHIFT = 12;

interface Entry extends Breakpoint {
  readonly first: number;
  readonly last: number;
}

/**
 * The breakpoints of the host. They are looked at where those of the debug registers are: see `debug-registers.ts`.
 * Linear addresses may be signed or unsigned here.
 */
export class HostBreakpoints implements Breakpoints {
  readonly #cpu: Cpu;
  readonly #all = new Set<Entry>();
  readonly #data = new Set<Entry>();
  readonly #ports = new Set<Entry>();
  /** Those on instructions by their address, and these addresses by their page. */
  readonly #instructions = new Map<number, Set<Entry>>();
  readonly #pages = new Map<number, Set<number>>();
  /** What was hit since the run left for it, and the instruction that did it. */
  #hits: BreakpointHit[] = [];
  #hitBy = 0;
  /** The instruction that the run is not to stop at: its address, and how many came before it. */
  #passing = 0;
  #passingAt = -1;

  constructor(cpu: Cpu) {
    this.#cpu = cpu;
  }

  get size(): number {
    return this.#all.size;
  }

  [Symbol.iterator](): Iterator<Breakpoint> {
    return [...this.#all].values();
  }

  add(spec: BreakpointSpec): Breakpoint {
    checkAlive(this.#cpu, 'breakpoints.add');
    const { kind, first, length } = checkBreakpoint(spec);
    const entry: Entry = {
      kind,
      address: BigInt(first),
      length,
      first,
      last: first + length - 1,
      [Symbol.dispose]: () => this.#remove(entry),
    };
    this.#all.add(entry);
    if (kind === 'port') this.#ports.add(entry);
    else if (kind !== 'execute') this.#data.add(entry);
    else {
      addTo(this.#instructions, first, entry);
      addTo(this.#pages, first >>> PAGE_SHIFT, first);
    }
    watchesChanged(this.#cpu);
    return entry;
  }

  clear(): void {
    checkAlive(this.#cpu, 'breakpoints.clear');
    for (const entry of this.#all) this.#remove(entry);
  }

  #remove(entry: Entry): void {
    if (!this.#all.delete(entry)) return;
    this.#ports.delete(entry);
    this.#data.delete(entry);
    removeFrom(this.#instructions, entry.first, entry);
    if (!this.#instructions.has(entry.first)) removeFrom(this.#pages, entry.first >>> PAGE_SHIFT, entry.first);
    if (!this.#cpu.disposed) watchesChanged(this.#cpu);
  }

  /** Whether there is one on an instruction. */
  get onInstructions(): boolean {
    return this.#instructions.size > 0;
  }

  /** Whether there is one on data. */
  get onData(): boolean {
    return this.#data.size > 0;
  }

  /** Whether there is one on a port. */
  get onPorts(): boolean {
    return this.#ports.size > 0;
  }

  /** The addresses of those on instructions of the page of `linear`. */
  instructionsOnPage(linear: number): Iterable<number> | undefined {
    return this.#pages.get(linear >>> PAGE_SHIFT);
  }

  /** Whether there is one on the instruction at `linear`. */
  hasInstruction(linear: number): boolean {
    return this.#instructions.has(linear >>> 0);
  }

  /** Whether one waits for accesses to the page. @param access `READ` or `WRITE` of `ACCESS` */
  watchesPage(linear: number, access: number): boolean {
    const page = linear >>> PAGE_SHIFT;
    for (const { kind, first, last } of this.#data) {
      if (waitsFor(kind, access) && first >>> PAGE_SHIFT <= page && page <= last >>> PAGE_SHIFT) return true;
    }
    return false;
  }

  /**
   * Ends the run before the instruction at `linear` if there is a breakpoint on it, once.
   * @throws FAULT, which is none of the guest's
   */
  checkInstruction(linear: number): void {
    const found = this.#instructions.get(linear >>> 0);
    if (found === undefined || (this.#passing === linear >>> 0 && this.#passingAt === this.#count)) return;
    this.#passing = this.#hitBy = linear >>> 0;
    this.#passingAt = this.#count;
    for (const breakpoint of found) this.#hits.push({ breakpoint, access: undefined });
    stopBefore(this.#cpu);
  }

  /** Notes an access to data. @param access `READ` or `WRITE` of `ACCESS` */
  noteData(linear: number, size: number, access: number): void {
    for (const entry of this.#data) if (waitsFor(entry.kind, access)) this.#note(entry, linear >>> 0, size, access);
  }

  /** Notes an access to a port. @param access as in {@link noteData} */
  notePort(port: number, size: number, access: number): void {
    for (const entry of this.#ports) this.#note(entry, port, size, access);
  }

  #note(entry: Entry, at: number, size: number, access: number): void {
    const known = this.#hits.some(({ breakpoint }) => breakpoint === entry);
    // What begins at the end of the addresses goes on at their beginning.
    const touches = (at <= entry.last && at + size > entry.first) || at + size - LINEAR_END > entry.first;
    if (known || !touches) return;
    if (this.#hits.length === 0) this.#hitBy = this.#linearIp;
    const direction = access === ACCESS.WRITE ? 'write' : 'read';
    this.#hits.push({ breakpoint: entry, access: { direction, address: BigInt(at), size } });
    lookAtEvents(this.#cpu);
  }

  /** What was hit, if anything: the run is to end with it. */
  takeExit(): BreakpointExit | undefined {
    const hits = this.#hits;
    if (hits.length === 0) return undefined;
    this.#hits = [];
    return { reason: 'debug', address: BigInt(this.#hitBy), dr6: DR6_NONE, breakpoint: hits[0].breakpoint, hits };
  }

  /** Lets the next run begin with its first instruction, whatever is on it. */
  pass(): void {
    this.#passing = this.#linearIp;
    this.#passingAt = this.#count;
  }

  /** Forgets what was hit and where the run stopped, because the CPU is elsewhere now. */
  forget(): void {
    this.#hits = [];
    this.#passingAt = -1;
  }

  get #count(): number {
    return this.#cpu.target - this.#cpu.state[SLOT.LEFT];
  }

  get #linearIp(): number {
    const { state, running } = this.#cpu;
    return (state[CS + SEG.BASE] + (running ? currentIp(this.#cpu) : state[SLOT.RIP])) >>> 0;
  }
}

function waitsFor(kind: BreakpointKind, access: number): boolean {
  return kind === 'access' || kind === (access === ACCESS.WRITE ? 'write' : 'read');
}

function addTo<T>(map: Map<number, Set<T>>, key: number, value: T): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, new Set([value]));
  else values.add(value);
}

function removeFrom<T>(map: Map<number, Set<T>>, key: number, value: T): void {
  const values = map.get(key);
  if (values?.delete(value) && values.size === 0) map.delete(key);
}
