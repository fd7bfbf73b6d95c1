import { Arena } from '@picovm/core';
import { Cpu } from '../cpu/cpu.ts';
import { processorOf } from '../cpu/processor.ts';
import { ATTR, CS, DS, ES, SEG, SLOT, SS } from '../cpu/state-layout.ts';
import { BusSink } from '../cpu-bus.ts';
import { CodeCache } from '../decode/code-cache.ts';
import type { DecodeTables } from '../decode/tables.ts';
import { type Handler, NEXT } from './handler.ts';
import { FIRST_CASE, FIRST_X87_CASE, HOT_CASES, LAST_CASE } from './hot-cases.ts';
import { generalCasesMet, x87CasesMet } from './met-cases.ts';
import { CODE, DATA, OTHER_CODE, ROUNDS, runCase } from './training-case.ts';

// V8 compiles `execute` by what it has seen of it. A case that it had not seen by then throws the compiled code away when it is
// met, and the guest is slow until there is new code: for seconds, if it meets one case after the other. So all cases are run
// beforehand, a few times, on a CPU that nobody else sees. What V8 makes then is larger, takes longer to make, and is a little
// slower in loops: guests that are only loops, which have few cases, are spared it.

/** Instructions before which nothing is done: short runs end sooner, and V8 compiles the large code no earlier than this. */
const EARLIEST = 250_000;

interface Lesson {
  readonly first: number;
  readonly last: number;
  /** How many of its cases were met. */
  readonly met: () => number;
  /** How many must have been, for the others to be expected. */
  readonly needed: number;
}

const GENERAL: Lesson = { first: FIRST_CASE, last: FIRST_X87_CASE - 1, met: generalCasesMet, needed: 64 };
const X87: Lesson = { first: FIRST_X87_CASE, last: LAST_CASE, met: x87CasesMet, needed: 16 };

let early = EARLIEST;
let lessons: readonly Lesson[] = [GENERAL, X87];

/** To be called now and then between two instructions: trains when it is worth it. @param count instructions since the last call */
export function trainWhenDue(cpu: Cpu, count: number): void {
  if (lessons.length === 0) return;
  early -= count;
  if (early > 0) return;
  for (const lesson of lessons) {
    if (lesson.met() < lesson.needed) continue;
    lessons = lessons.filter((each) => each !== lesson);
    train(cpu.tables, lesson.first, lesson.last);
  }
}

/** Runs cases of `execute`, in all their ways. @param tables any @param first, last their numbers */
export function train(tables: DecodeTables, first: number, last: number): void {
  const cpu = scratchCpu(tables);
  const names = new Map(HOT_CASES.map(([number, name]) => [number, name]));
  for (let round = 0; round < ROUNDS; round++) {
    for (let number = first; number <= last; number++) runCase(cpu, round, number, names.get(number) ?? '');
  }
}

const PAGE = 0x1000;
const ARENA_BYTES = 0x10000;

// A CPU with flat segments, whose memory is a page in the TLB, and whose handlers do nothing: so nothing else is ever reached.
function scratchCpu(tables: DecodeTables): Cpu {
  const arena = new Arena(ARENA_BYTES);
  const cache = new CodeCache(arena.size / PAGE);
  cache.prepare();
  const cpu = new Cpu({
    processor: processorOf('80386'),
    arena,
    base: 0,
    sink: new BusSink({}),
    tables,
    handlers: new Array<Handler>(LAST_CASE + 1).fill(() => NEXT),
    cache,
    addressMask: -1,
  });
  const { state } = cpu;
  for (const segment of [ES, CS, SS, DS]) state.fill(-1, segment + SEG.LIMIT, segment + SEG.WRITE4 + 1);
  state[CS + SEG.ATTRIBUTES] = ATTR.DB;
  for (const linear of [CODE, OTHER_CODE]) {
    const entry = linear / PAGE;
    state[SLOT.FETCH_TAG + entry] = linear | 1;
    state[SLOT.FETCH_PAGE + entry] = cache.pageFor(entry, 1);
  }
  state[SLOT.TLB_READ + DATA / PAGE] = DATA;
  state[SLOT.TLB_WRITE + DATA / PAGE] = DATA;
  state[SLOT.STACK_MASK] = -1;
  return cpu;
}
