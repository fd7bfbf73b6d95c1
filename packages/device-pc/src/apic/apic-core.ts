import { ApicTimer } from './apic-timer.ts';
import {
  BROADCAST,
  DFR_MODEL,
  ESR,
  EXT_INT,
  FIRST_VECTOR,
  LVT,
  LVT_ENTRIES,
  LVT_LEVEL,
  LVT_MASKED,
  LVT_PERIODIC,
  LVT_REMOTE_IRR,
  MODE,
  MODE_MASK,
  SVR_ENABLE,
  SVR_RESET,
} from './bits.ts';
import { VectorSet } from './vector-set.ts';

/** What a local APIC talks to. */
export interface ApicHost {
  /** A non-maskable interrupt reached the processor. */
  nmi(): void;
  /** A level-triggered interrupt of an I/O APIC has ended. */
  ended(vector: number): void;
  /** The timer has interrupted. */
  ticked(): void;
}

/**
 * The interrupt logic of a local APIC: what is requested, in service, masked. Who changes it looks at `requested` afterwards.
 */
export class ApicCore {
  readonly #host: ApicHost;
  readonly timer: ApicTimer;
  /** IA32_APIC_BASE enables it. Else the processor is one without an APIC: LINT0 is INTR, LINT1 is NMI. */
  enabled = true;
  /** 8 bits, as the registers below unless they say otherwise. */
  id = 0;
  tpr = 0;
  ldr = 0;
  /** 32 bits. */
  dfr = 0xffffffff;
  /** 10 bits. */
  svr: number = SVR_RESET;
  /** What the error status register shows. */
  esr = 0;
  /** Errors since it was written. */
  errors = 0;
  /** 32 bits. */
  icrLow = 0;
  icrHigh = 0;
  readonly lvt: Uint32Array = new Uint32Array(LVT_ENTRIES);
  readonly irr: VectorSet = new VectorSet();
  readonly isr: VectorSet = new VectorSet();
  readonly tmr: VectorSet = new VectorSet();
  /** The levels of LINT0 and LINT1: bits 0 and 1. */
  pins = 0;
  /** A message asked for an interrupt of the 8259A. */
  extInt = false;

  constructor(host: ApicHost) {
    this.#host = host;
    this.timer = new ApicTimer({
      periodic: () => (this.lvt[LVT.TIMER] & LVT_PERIODIC) !== 0,
      heard: () => this.enabled && (this.lvt[LVT.TIMER] & LVT_MASKED) === 0,
      expired: () => {
        this.#local(LVT.TIMER);
        host.ticked();
      },
    });
  }

  /** As after RESET; what is on the pins stays on them. Firmware would open LINT0 for the 8259A, and here it is open. */
  reset(id: number): void {
    this.enabled = true;
    this.id = id;
    this.tpr = 0;
    this.ldr = 0;
    this.dfr = 0xffffffff;
    this.svr = SVR_RESET;
    this.esr = 0;
    this.errors = 0;
    this.icrLow = 0;
    this.icrHigh = 0;
    this.lvt.fill(LVT_MASKED);
    this.lvt[LVT.LINT0] = EXT_INT;
    for (const set of [this.irr, this.isr, this.tmr]) set.clear();
    this.extInt = false;
    this.timer.reset();
  }

  /** By the spurious-interrupt vector register. */
  get softwareEnabled(): boolean {
    return (this.svr & SVR_ENABLE) !== 0;
  }

  /** The processor priority register (Intel SDM volume 3A, section 11.8.3.1). */
  get ppr(): number {
    const served = this.isr.highest();
    return served >> 4 > this.tpr >> 4 ? served & 0xf0 : this.tpr;
  }

  /** Whether the 8259A's output is what the processor sees as INTR. */
  get passesPic(): boolean {
    return !this.enabled || (this.lvt[LVT.LINT0] & (LVT_MASKED | MODE_MASK)) === EXT_INT;
  }

  /** Whether the next acknowledge cycle is the 8259A's. */
  get picAsks(): boolean {
    return this.extInt || ((this.pins & 1) !== 0 && this.passesPic);
  }

  /** INTR. */
  get requested(): boolean {
    return this.picAsks || this.#pending() >= 0;
  }

  /** The acknowledge cycle of an interrupt of its own. @returns the vector; -1 if nothing asks */
  acknowledge(): number {
    const vector = this.#pending();
    if (vector < 0) return vector;
    this.irr.set(vector, false);
    this.isr.set(vector, true);
    return vector;
  }

  /** A write to the register EOI. */
  endOfInterrupt(): void {
    const vector = this.isr.highest();
    if (vector < 0) return;
    this.isr.set(vector, false);
    if (!this.tmr.has(vector)) return;
    for (let pin = 0; pin < 2; pin++) {
      const entry = this.lvt[LVT.LINT0 + pin];
      if ((entry & LVT_REMOTE_IRR) === 0 || (entry & 0xff) !== vector) continue;
      this.lvt[LVT.LINT0 + pin] &= ~LVT_REMOTE_IRR;
      this.sense(pin);
    }
    this.#host.ended(vector);
  }

  /** Whether a destination, 8 bits, names this APIC (section 11.6.2). */
  isNamed(destination: number, logical: boolean): boolean {
    if (!logical) return destination === this.id || destination === BROADCAST;
    if (this.dfr >>> 28 === DFR_MODEL >>> 28) return (destination & this.ldr) !== 0;
    // Clusters: the upper half is which one, or all.
    const cluster = destination >> 4;
    return (cluster === 15 || cluster === this.ldr >> 4) && (destination & this.ldr & 15) !== 0;
  }

  /** An interrupt message for this APIC. @returns whether it took it: fixed ones not while software has it disabled */
  deliver(mode: number, vector: number, level: boolean): boolean {
    if (!this.enabled) return false;
    if (mode === MODE.NMI) this.#host.nmi();
    else if (mode === MODE.EXT_INT) this.extInt = true;
    else if (mode <= MODE.LOWEST) return this.softwareEnabled && this.#accept(vector, level);
    return true;
  }

  /** LINT0 or LINT1 changed. */
  setPin(pin: number, level: boolean): void {
    const bit = 1 << pin;
    if (((this.pins & bit) !== 0) === level) return;
    this.pins ^= bit;
    if (!level) return;
    if (!this.enabled) {
      if (pin === 1) this.#host.nmi();
    } else if (isLevel(this.lvt[LVT.LINT0 + pin])) this.sense(pin);
    else this.#local(LVT.LINT0 + pin);
  }

  /** A level-triggered pin that is up asks again, unless it was accepted before. */
  sense(pin: number): void {
    const entry = this.lvt[LVT.LINT0 + pin];
    if ((this.pins & (1 << pin)) === 0 || !isLevel(entry) || (entry & LVT_REMOTE_IRR) !== 0) return;
    this.#local(LVT.LINT0 + pin);
  }

  /** An error: it is told once until the error status register is written. */
  error(bit: number): void {
    if ((this.errors & bit) !== 0) return;
    this.errors |= bit;
    this.#local(LVT.ERROR);
  }

  // What an entry of the local vector table is for has happened.
  #local(n: number): void {
    const entry = this.lvt[n];
    if (!this.enabled || (entry & LVT_MASKED) !== 0) return;
    const mode = (entry & MODE_MASK) >> 8;
    if (mode === MODE.NMI) this.#host.nmi();
    if (mode !== MODE.FIXED) return;
    const level = n >= LVT.LINT0 && n <= LVT.LINT1 && isLevel(entry);
    if (this.#accept(entry & 0xff, level) && level) this.lvt[n] |= LVT_REMOTE_IRR;
  }

  #accept(vector: number, level: boolean): boolean {
    if (vector < FIRST_VECTOR) {
      this.error(ESR.RECEIVE_ILLEGAL);
      return false;
    }
    this.irr.set(vector, true);
    this.tmr.set(vector, level);
    return true;
  }

  // What is requested above the priority of the processor.
  #pending(): number {
    if (!this.enabled || !this.softwareEnabled) return -1;
    const vector = this.irr.highest();
    return vector >> 4 > this.ppr >> 4 ? vector : -1;
  }
}

// Other delivery modes are edges, whatever the entry says.
function isLevel(entry: number): boolean {
  return (entry & LVT_LEVEL) !== 0 && (entry & MODE_MASK) === 0;
}
