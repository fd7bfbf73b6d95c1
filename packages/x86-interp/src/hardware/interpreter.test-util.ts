import type { X86Registers, X86Segment } from '@picovm/core/x86';
import { machine, type TestMachine } from '../machine.test-util.ts';
import { gdt, ldt, SELECTOR } from './descriptors.test-util.ts';
import {
  CODE_BYTES,
  CODE_PAGES,
  DATA_PAGES,
  FX_BYTES,
  IN,
  IN_BYTES,
  OUT,
  OUT_BYTES,
  PAGES_BYTES,
  STUB,
  WINDOW,
  WINDOW_BYTES,
} from './layout.test-util.ts';

// Physical addresses.
const POINTERS = 0x1000;
const DIRECTORY_LOW = 0x2000;
const DIRECTORY_HIGH = 0x3000;
const TABLES = 0x4000;
const CODE = 0x10000;
const DATA = 0x12000;
const HELPER = 0x14000;
const SYSTEM = 0x16000;
/** Where the tables of the system are, for the supervisor alone; the same order as in physical memory. */
const SYSTEM_AT = 0xfff00000;
const SYSTEM_PAGES = 4;
const [GDT, LDT, TSS, IDT, HANDLERS, KERNEL_STACK] = [0, 0x100, 0x200, 0x800, 0x1000, 0x3000];
const TSS_LIMIT = 0x67;
/** Bits of page-table entries: present, writable, for the user. */
const [P, W, U] = [1, 2, 4];
/** Handlers are HLTs this far apart. */
const HANDLER_BYTES = 16;
const INT3 = 0xcc;
/** Vectors with an error code. */
const WITH_CODE = new Set([8, 10, 11, 12, 13, 14, 17]);
const PAGE_FAULT = 14;
const GPR_NAMES = ['rax', 'rcx', 'rdx', 'rbx', 'rsp', 'rbp', 'rsi', 'rdi'] as const;
const SEGMENT_NAMES = ['es', 'cs', 'ss', 'ds', 'fs', 'gs'] as const;
/** PE, MP, ET, NE, WP, AM, PG; PAE, OSFXSR, OSXMMEXCPT; NXE: as Linux sets them. */
const CR0 = 0x80050033n;
const CR4 = 0x620n;
const EFER = 0x800n;

/** Executes cases on the interpreter: in pages and segments as the driver's, at privilege level 3. */
export class Interpreter {
  readonly #machine: TestMachine;
  readonly #segments = new Map<number, X86Segment>();
  #loaded = '';

  constructor() {
    this.#machine = machine({
      model: { base: 'pentium4', add: ['movbe', 'popcnt'] },
      regions: [{ base: 0, size: 0x20000 }],
    });
    this.#memory.fill(CODE, PAGES_BYTES, INT3);
    this.#mapPages();
    this.#tables();
    this.#helpers();
    const { tr, ldt: table } = this.#machine.vcpu.getSpecialRegisters();
    const system = { ...tr, present: 1, dpl: 0, s: 0, l: 0, g: 0, avl: 0, unusable: 0 };
    this.#machine.vcpu.setSpecialRegisters({
      cr0: CR0,
      cr3: BigInt(POINTERS),
      cr4: CR4,
      efer: EFER,
      gdt: { base: BigInt(SYSTEM_AT + GDT), limit: 0x7f },
      idt: { base: BigInt(SYSTEM_AT + IDT), limit: 0x7ff },
      tr: { ...system, selector: 0x40, base: BigInt(SYSTEM_AT + TSS), limit: TSS_LIMIT, type: 11 },
      ldt: { ...table, ...system, selector: 0x50, base: BigInt(SYSTEM_AT + LDT), limit: 0x7f, type: 2 },
    });
  }

  /** Runs the case at `input` and describes what came of it at `output`. @param fx whether FXSAVE images count */
  run(input: Uint8Array, output: Uint8Array, fx: boolean): void {
    const { vcpu, memory } = this.#machine;
    const view = new DataView(input.buffer, input.byteOffset, IN_BYTES);
    const at = view.getUint32(IN.CODE_AT, true) - CODE_PAGES + CODE;
    memory.write(at, input.subarray(IN.CODE, IN.CODE + CODE_BYTES));
    memory.write(DATA + WINDOW - DATA_PAGES, input.subarray(IN.WINDOW, IN.WINDOW + WINDOW_BYTES));
    if (fx) {
      memory.write(HELPER + 0x1000, input.subarray(IN.FX, IN.FX + FX_BYTES));
      this.#help(0);
    }
    this.#load(Array.from({ length: 6 }, (_, n) => view.getUint16(IN.SELECTORS + n * 2, true)));
    const registers: Partial<X86Registers> = {
      rip: BigInt(view.getUint32(IN.EIP, true)),
      rflags: BigInt(view.getUint32(IN.EFLAGS, true)),
    };
    GPR_NAMES.forEach((name, n) => {
      registers[name] = BigInt(view.getUint32(IN.GPR + n * 4, true));
    });
    vcpu.setRegisters(registers);
    vcpu.step();
    const out = new DataView(output.buffer, output.byteOffset, OUT_BYTES);
    this.#report(out);
    if (fx) {
      this.#help(8);
      output.set(memory.read(HELPER + 0x1000, FX_BYTES), OUT.FX);
    }
    output.set(memory.read(DATA + WINDOW - DATA_PAGES, WINDOW_BYTES), OUT.WINDOW);
    out.setUint32(OUT.BESIDE, this.#clear(), true);
    this.#memory.fill(at, CODE_BYTES, INT3);
  }

  // Clears the data beside the window. @returns the sum of its words
  #clear(): number {
    const bytes = this.#machine.memory.view(DATA, PAGES_BYTES);
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, PAGES_BYTES / 4);
    const first = (WINDOW - DATA_PAGES) / 4;
    let sum = 0;
    let any = 0;
    for (let i = 0; i < words.length; i++) {
      if (i === first) i += WINDOW_BYTES / 4;
      any |= words[i];
      sum = (sum + words[i]) | 0;
    }
    if (any !== 0) this.#memory.fill(DATA, PAGES_BYTES, 0);
    return sum >>> 0;
  }

  // FXRSTOR or FXSAVE of the image in the helper's second page.
  #help(offset: number): void {
    const { vcpu } = this.#machine;
    this.#load(FLAT);
    vcpu.setRegisters({ rip: BigInt(STUB + offset), rflags: 2n });
    vcpu.step();
    const { rip } = vcpu.getRegisters();
    if (Number(rip) !== STUB + offset + 7) throw new Error(`the image was not ${offset === 0 ? 'loaded' : 'saved'}`);
  }

  #report(out: DataView): void {
    const { vcpu, memory } = this.#machine;
    const registers = vcpu.getRegisters();
    const special = vcpu.getSpecialRegisters();
    const selectors = SEGMENT_NAMES.map((name) => special[name].selector);
    out.setUint32(OUT.SIGNAL, 0, true);
    for (const at of [OUT.TRAP, OUT.ERROR, OUT.CR2]) out.setUint32(at, 0, true);
    this.#loaded = selectors.join();
    let { rip, rflags, rsp } = registers;
    if ((selectors[1] & 3) === 0) {
      // A string instruction that is stepped does not count as one, and the HLT of the handler does.
      const vector = Math.floor((Number(rip) - SYSTEM_AT - HANDLERS) / HANDLER_BYTES);
      const read = (n: number): number =>
        memory.readU32(SYSTEM + Number(rsp) - SYSTEM_AT + (n + (WITH_CODE.has(vector) ? 1 : 0)) * 4);
      const [eip, cs, flags, esp, ss] = [0, 1, 2, 3, 4].map(read);
      out.setUint32(OUT.SIGNAL, 1, true);
      out.setUint32(OUT.TRAP, vector, true);
      if (WITH_CODE.has(vector)) out.setUint32(OUT.ERROR, read(-1), true);
      if (vector === PAGE_FAULT) out.setUint32(OUT.CR2, Number(special.cr2), true);
      selectors[1] = cs;
      selectors[2] = ss;
      rip = BigInt(eip);
      rflags = BigInt(flags);
      rsp = BigInt(esp);
    }
    out.setUint32(OUT.EIP, Number(rip), true);
    out.setUint32(OUT.EFLAGS, Number(rflags), true);
    GPR_NAMES.forEach((name, n) => {
      out.setUint32(OUT.GPR + n * 4, Number(name === 'rsp' ? rsp : registers[name]), true);
    });
    selectors.forEach((selector, n) => {
      out.setUint16(OUT.SELECTORS + n * 2, selector, true);
    });
  }

  // Loads segment registers, if they hold others.
  #load(selectors: readonly number[]): void {
    const wanted = selectors.join();
    if (wanted === this.#loaded) return;
    const values = selectors.map((selector) => this.#segment(selector));
    this.#machine.vcpu.setSpecialRegisters(Object.fromEntries(SEGMENT_NAMES.map((name, n) => [name, values[n]])));
    this.#loaded = wanted;
  }

  // What a segment register holds, from the descriptor.
  #segment(selector: number): X86Segment {
    let segment = this.#segments.get(selector);
    if (segment === undefined) {
      const at = SYSTEM + ((selector & 4) === 0 ? GDT : LDT) + (selector & 0xfff8);
      segment = decode(selector, this.#machine.memory.readU32(at), this.#machine.memory.readU32(at + 4));
      this.#segments.set(selector, segment);
    }
    return segment;
  }

  get #memory(): { fill(at: number, length: number, value: number): void } {
    const { memory } = this.#machine;
    return { fill: (at, length, value) => memory.write(at, new Uint8Array(length).fill(value)) };
  }

  #mapPages(): void {
    const { memory } = this.#machine;
    let table = TABLES;
    const map = (linear: number, physical: number, pages: number, rights: number): void => {
      const high = linear >= 2 ** 31;
      const entry = (high ? DIRECTORY_HIGH : DIRECTORY_LOW) + ((linear >>> 21) & 511) * 8;
      if (memory.readU32(entry) === 0) {
        memory.writeU32(entry, table | P | W | U);
        table += 0x1000;
      }
      const first = (memory.readU32(entry) & -4096) + ((linear >>> 12) & 511) * 8;
      for (let n = 0; n < pages; n++) memory.writeU32(first + n * 8, (physical + n * 4096) | P | rights);
    };
    memory.writeU32(POINTERS, DIRECTORY_LOW | P);
    memory.writeU32(POINTERS + 24, DIRECTORY_HIGH | P);
    map(CODE_PAGES, CODE, 2, U);
    map(DATA_PAGES, DATA, 2, U | W);
    map(STUB, HELPER, 2, U | W);
    map(SYSTEM_AT, SYSTEM, SYSTEM_PAGES, W);
  }

  #tables(): void {
    const { memory } = this.#machine;
    memory.write(SYSTEM + GDT, gdt(SYSTEM_AT + TSS, SYSTEM_AT + LDT));
    memory.write(SYSTEM + LDT, ldt());
    memory.writeU32(SYSTEM + TSS + 4, SYSTEM_AT + KERNEL_STACK);
    memory.writeU32(SYSTEM + TSS + 8, 0x18);
    // No I/O permission bit map.
    memory.writeU32(SYSTEM + TSS + 0x64, (TSS_LIMIT + 1) << 16);
    for (let n = 0; n < 256; n++) {
      const handler = SYSTEM_AT + HANDLERS + n * HANDLER_BYTES;
      // INT3 and INTO are for the user.
      const access = n === 3 || n === 4 ? 0xee00 : 0x8e00;
      memory.writeU32(SYSTEM + IDT + n * 8, (handler & 0xffff) | (0x08 << 16));
      memory.writeU32(SYSTEM + IDT + n * 8 + 4, ((handler & 0xffff0000) | access) >>> 0);
    }
    memory.write(SYSTEM + HANDLERS, new Uint8Array(256 * HANDLER_BYTES).fill(0xf4));
  }

  #helpers(): void {
    const image = [0x00, 0x10, 0xfe, 0x1f];
    // fxrstor [STUB + 1000]; at 8: fxsave
    this.#machine.memory.write(HELPER, Uint8Array.from([0x0f, 0xae, 0x0d, ...image, 0x90, 0x0f, 0xae, 0x05, ...image]));
  }
}

const FLAT = [SELECTOR.userData, SELECTOR.userCode, ...new Array<number>(4).fill(SELECTOR.userData)];

function decode(selector: number, low: number, high: number): X86Segment {
  const g = (high >>> 23) & 1;
  const limit = (low & 0xffff) | (high & 0xf0000);
  return {
    selector,
    base: BigInt(((low >>> 16) | ((high & 0xff) << 16) | (high & 0xff000000)) >>> 0),
    limit: g === 1 ? ((limit << 12) | 0xfff) >>> 0 : limit,
    type: (high >>> 8) & 15,
    s: (high >>> 12) & 1,
    dpl: (high >>> 13) & 3,
    present: (high >>> 15) & 1,
    avl: (high >>> 20) & 1,
    l: (high >>> 21) & 1,
    db: (high >>> 22) & 1,
    g,
    unusable: selector < 4 ? 1 : 0,
  };
}
