import type { ApicCore } from './apic-core.ts';
import {
  DFR_MODEL,
  ESR,
  FIRST_VECTOR,
  ICR_LOGICAL,
  ICR_LOW_KEPT,
  LAPIC,
  LAPIC_VERSION,
  LVT,
  LVT_ENTRIES,
  LVT_KEPT,
  LVT_LEVEL,
  LVT_MASKED,
  LVT_REMOTE_IRR,
  MODE,
  SHORTHAND,
  SVR_ENABLE,
  SVR_KEPT,
} from './bits.ts';

const READ_ONLY: ReadonlySet<number> = new Set([LAPIC.VERSION, LAPIC.APR, LAPIC.PPR, LAPIC.RRD, LAPIC.CURRENT_COUNT]);

/** Reads a register. The timer has caught up. @param offset in the page @returns 32 bits, unsigned */
export function readRegister(core: ApicCore, offset: number): number {
  if ((offset & 15) !== 0) return 0;
  const word = (offset >> 4) & 7;
  switch (offset >= LAPIC.ISR && offset < LAPIC.ESR ? offset & 0xf80 : offset) {
    case LAPIC.ID:
      return (core.id << 24) >>> 0;
    case LAPIC.VERSION:
      return LAPIC_VERSION;
    case LAPIC.TPR:
      return core.tpr;
    case LAPIC.PPR:
      return core.ppr;
    case LAPIC.LDR:
      return (core.ldr << 24) >>> 0;
    case LAPIC.DFR:
      return core.dfr;
    case LAPIC.SVR:
      return core.svr;
    case LAPIC.ISR:
      return core.isr.words[word];
    case LAPIC.TMR:
      return core.tmr.words[word];
    case LAPIC.IRR:
      return core.irr.words[word];
    case LAPIC.ESR:
      return core.esr;
    case LAPIC.ICR_LOW:
      return core.icrLow;
    case LAPIC.ICR_HIGH:
      return core.icrHigh;
    case LAPIC.INITIAL_COUNT:
      return core.timer.initial;
    case LAPIC.CURRENT_COUNT:
      return core.timer.count;
    case LAPIC.DIVIDE:
      return core.timer.divide;
    // Nobody arbitrates here, and nobody reads other APICs; the end of an interrupt is only written.
    case LAPIC.APR:
    case LAPIC.RRD:
    case LAPIC.EOI:
      return 0;
    default:
      return isLvt(offset) ? core.lvt[lvtOf(offset)] : illegal(core);
  }
}

/**
 * Writes a register. The timer has caught up.
 * @param offset in the page
 * @param value 32 bits, unsigned
 * @returns whether the APIC may now take messages that it did not take before
 */
export function writeRegister(core: ApicCore, offset: number, value: number): boolean {
  if ((offset & 15) !== 0) return false;
  switch (offset) {
    case LAPIC.ID:
      core.id = value >>> 24;
      return true;
    case LAPIC.TPR:
      core.tpr = value & 0xff;
      return false;
    case LAPIC.EOI:
      core.endOfInterrupt();
      return false;
    case LAPIC.LDR:
      core.ldr = value >>> 24;
      return true;
    case LAPIC.DFR:
      core.dfr = (value | ~DFR_MODEL) >>> 0;
      return true;
    case LAPIC.SVR:
      writeSpurious(core, value & SVR_KEPT);
      return true;
    case LAPIC.ESR:
      core.esr = core.errors;
      core.errors = 0;
      return false;
    case LAPIC.ICR_LOW:
      core.icrLow = value & ICR_LOW_KEPT;
      command(core);
      return false;
    case LAPIC.ICR_HIGH:
      core.icrHigh = ((value >>> 24) << 24) >>> 0;
      return false;
    case LAPIC.INITIAL_COUNT:
      core.timer.start(value);
      return false;
    case LAPIC.DIVIDE:
      core.timer.setDivide(value);
      return false;
    default:
      if (isLvt(offset)) writeLvt(core, lvtOf(offset), value);
      else if (!isReadOnly(offset)) illegal(core);
      return false;
  }
}

function isLvt(offset: number): boolean {
  return offset >= LAPIC.LVT && offset < LAPIC.LVT + LVT_ENTRIES * 16;
}

function lvtOf(offset: number): number {
  return (offset - LAPIC.LVT) >> 4;
}

function isReadOnly(offset: number): boolean {
  return READ_ONLY.has(offset) || (offset >= LAPIC.ISR && offset < LAPIC.ESR);
}

function illegal(core: ApicCore): number {
  core.error(ESR.ILLEGAL_REGISTER);
  return 0;
}

// Disabled by software it masks all of its own interrupts (Intel SDM volume 3A, section 11.4.7.2).
function writeSpurious(core: ApicCore, value: number): void {
  const before = core.svr;
  core.svr = value;
  if ((before & ~value & SVR_ENABLE) === 0) return;
  for (let n = 0; n < LVT_ENTRIES; n++) core.lvt[n] |= LVT_MASKED;
  core.timer.update();
}

function writeLvt(core: ApicCore, n: number, value: number): void {
  const masked = core.softwareEnabled ? 0 : LVT_MASKED;
  const kept = (value & LVT_LEVEL) !== 0 ? core.lvt[n] & LVT_REMOTE_IRR : 0;
  core.lvt[n] = (value & LVT_KEPT[n]) | masked | kept;
  if (n === LVT.TIMER) core.timer.update();
  if (n === LVT.LINT0 || n === LVT.LINT1) core.sense(n - LVT.LINT0);
}

// An interprocessor interrupt, of which only those to this processor arrive: there is no other. INIT, start-up and SMI are
// nothing that it would do to itself.
function command(core: ApicCore): void {
  const { icrLow } = core;
  const mode = (icrLow >> 8) & 7;
  const vector = icrLow & 0xff;
  const shorthand = (icrLow >> 18) & 3;
  const fixed = mode === MODE.FIXED || mode === MODE.LOWEST;
  if (fixed && vector < FIRST_VECTOR) {
    core.error(ESR.SEND_ILLEGAL);
    return;
  }
  if (shorthand === SHORTHAND.OTHERS) return;
  if (shorthand === SHORTHAND.NONE) {
    if (!core.isNamed(core.icrHigh >>> 24, (icrLow & ICR_LOGICAL) !== 0)) return;
    if (!fixed && mode !== MODE.NMI) return;
  } else if (mode !== MODE.FIXED) return;
  core.deliver(mode, vector, false);
}
