import type { StateReader } from '@picovm/core';
import type { ApicCore } from './apic-core.ts';
import { tickOf } from './apic-timer.ts';
import {
  DFR_MODEL,
  DIVIDE_KEPT,
  ESR_ALL,
  ICR_LOW_KEPT,
  LVT,
  LVT_ENTRIES,
  LVT_KEPT,
  LVT_MASKED,
  LVT_REMOTE_IRR,
  SVR_KEPT,
} from './bits.ts';
import type { VectorSet } from './vector-set.ts';

const WORD = 0xffffffff;
const WORDS = 8;
/** Its bit in the levels of the pins. */
const LINT1 = 2;

/** The state of a local APIC. */
export function saveApic(core: ApicCore): Record<string, unknown> {
  const { timer, enabled, id, tpr, ldr, dfr, svr, esr, errors, icrLow, icrHigh, lvt, extInt } = core;
  timer.settle();
  return {
    ...{ enabled, apicId: id, tpr, ldr, dfr, svr, esr, errors, icrLow, icrHigh, extInt },
    // LINT0 is what the 8259A says, which is restored before.
    lint1: (core.pins & LINT1) !== 0,
    lvt: [...lvt],
    irr: [...core.irr.words],
    isr: [...core.isr.words],
    tmr: [...core.tmr.words],
    ...{ divide: timer.divide, initial: timer.initial, left: timer.left },
    gone: timer.left === 0 ? 0 : timer.now - timer.since,
  };
}

/** Reads what `saveApic` gave, and, if all of it can be, takes it. @throws VmError `ERR_DEVICE_STATE` */
export function loadApic(reader: StateReader, core: ApicCore): void {
  const enabled = reader.boolean('enabled');
  const id = reader.integer('apicId', 0xff);
  const tpr = reader.integer('tpr', 0xff);
  const ldr = reader.integer('ldr', 0xff);
  const dfr = reader.integer('dfr', WORD);
  if ((dfr | DFR_MODEL) >>> 0 !== WORD) throw reader.error('has bits in dfr that are always 1');
  const svr = reader.register('svr', SVR_KEPT);
  const esr = reader.register('esr', ESR_ALL);
  const errors = reader.register('errors', ESR_ALL);
  const icrLow = reader.register('icrLow', ICR_LOW_KEPT);
  const icrHigh = reader.integer('icrHigh', 0xff000000);
  if ((icrHigh & 0xffffff) !== 0) throw reader.error('has bits in icrHigh that its register does not have');
  const pins = (core.pins & ~LINT1) | (reader.boolean('lint1') ? LINT1 : 0);
  const extInt = reader.boolean('extInt');
  const lvt = words(reader, 'lvt', LVT_ENTRIES);
  lvt.forEach((entry, n) => {
    const pin = n === LVT.LINT0 || n === LVT.LINT1;
    if ((entry & ~(LVT_KEPT[n] | (pin ? LVT_REMOTE_IRR : 0))) !== 0)
      throw reader.error(`has no such entry ${n} of lvt`);
  });
  const [irr, isr, tmr] = ['irr', 'isr', 'tmr'].map((field) => vectors(reader, field));
  const divide = reader.register('divide', DIVIDE_KEPT);
  const initial = reader.integer('initial', WORD);
  const left = reader.integer('left', initial);
  // The end may be overdue if somebody waits for it.
  const heard = enabled && (lvt[LVT.TIMER] & LVT_MASKED) === 0;
  const gone = reader.integer('gone', left === 0 ? 0 : heard ? Number.MAX_SAFE_INTEGER : left * tickOf(divide) - 1);
  Object.assign(core, { enabled, id, tpr, ldr, dfr, svr, esr, errors, icrLow, icrHigh, pins, extInt });
  core.lvt.set(lvt);
  core.irr.words.set(irr);
  core.isr.words.set(isr);
  core.tmr.words.set(tmr);
  const { timer } = core;
  Object.assign(timer, { divide, initial, left, since: timer.now - gone });
  timer.update();
}

function words(reader: StateReader, field: string, count: number): readonly number[] {
  const list = reader.integers(field, count, WORD);
  if (list.length !== count) throw reader.error(`has not ${count} words as ${field}`);
  return list;
}

// The processor's own vectors are never in them.
function vectors(reader: StateReader, field: string): VectorSet['words'] {
  const list = words(reader, field, WORDS);
  if ((list[0] & 0xffff) !== 0) throw reader.error(`has vectors below 16 in ${field}`);
  return Uint32Array.from(list);
}
