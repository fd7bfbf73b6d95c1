import {
  CR0,
  type X86DescriptorTable,
  type X86Registers,
  type X86Segment,
  type X86SpecialRegisters,
} from '@picovm/core/x86';

// struct kvm_regs: 18 words of 64 bits in this order.
const REGS = [
  'rax', 'rbx', 'rcx', 'rdx', 'rsi', 'rdi', 'rsp', 'rbp', 'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15',
  'rip', 'rflags',
] as const; // biome-ignore format: a word a line would fill the page

/** `struct kvm_regs`. */
export class RegsBuffer {
  readonly bytes: Uint8Array = new Uint8Array(REGS.length * 8);
  readonly #words = new BigUint64Array(this.bytes.buffer);

  get rip(): bigint {
    return this.#words[REGS.indexOf('rip')];
  }

  get rflags(): bigint {
    return this.#words[REGS.indexOf('rflags')];
  }

  read(): X86Registers {
    return Object.fromEntries(REGS.map((name, i) => [name, this.#words[i]])) as unknown as X86Registers;
  }

  /** Changes those that are named. */
  write(registers: Partial<X86Registers>): void {
    REGS.forEach((name, i) => {
      const value = registers[name];
      if (value !== undefined) this.#words[i] = value;
    });
  }
}

// struct kvm_sregs: eight segments of 24 bytes, two tables of 16, seven words of 64 bits, and a bitmap of 256 bits with
// the interrupt that is about to be delivered.
// CS comes first, which `codeBase` and `codeSize` rely on.
const SEGMENTS = ['cs', 'ds', 'es', 'fs', 'gs', 'ss', 'tr', 'ldt'] as const;
const SEGMENT_BYTES = 24;
const TABLES = ['gdt', 'idt'] as const;
const TABLES_OFFSET = SEGMENTS.length * SEGMENT_BYTES;
const TABLE_BYTES = 16;
const CONTROLS = ['cr0', 'cr2', 'cr3', 'cr4', 'cr8', 'efer', 'apicBase'] as const;
const CONTROLS_OFFSET = TABLES_OFFSET + TABLES.length * TABLE_BYTES;
const SREGS_BYTES = CONTROLS_OFFSET + CONTROLS.length * 8 + 32;

// The one-byte fields of struct kvm_segment, from byte 14 on.
const SEGMENT_FLAGS = ['type', 'present', 'dpl', 'db', 's', 'l', 'g', 'avl', 'unusable'] as const;
const SEGMENT_FLAGS_OFFSET = 14;

/** `struct kvm_sregs`. */
export class SregsBuffer {
  readonly bytes: Uint8Array = new Uint8Array(SREGS_BYTES);
  readonly #view = new DataView(this.bytes.buffer);

  /** Where the code segment begins, linear. */
  get codeBase(): bigint {
    return this.#view.getBigUint64(0, true);
  }

  /** The code segment's default operand size in bits. */
  get codeSize(): 16 | 32 | 64 {
    if (this.bytes[SEGMENT_FLAGS_OFFSET + SEGMENT_FLAGS.indexOf('l')] === 1) return 64;
    return this.bytes[SEGMENT_FLAGS_OFFSET + SEGMENT_FLAGS.indexOf('db')] === 1 ? 32 : 16;
  }

  /** CR0.PG. */
  get paging(): boolean {
    return (this.#view.getUint32(CONTROLS_OFFSET, true) & CR0.PG) !== 0;
  }

  read(): X86SpecialRegisters {
    return Object.fromEntries([
      ...SEGMENTS.map((name, i) => [name, this.#segment(i * SEGMENT_BYTES)]),
      ...TABLES.map((name, i) => [name, this.#table(TABLES_OFFSET + i * TABLE_BYTES)]),
      ...CONTROLS.map((name, i) => [name, this.#view.getBigUint64(CONTROLS_OFFSET + i * 8, true)]),
    ]) as X86SpecialRegisters;
  }

  /** Changes those that are named. */
  write(registers: Partial<X86SpecialRegisters>): void {
    SEGMENTS.forEach((name, i) => {
      const segment = registers[name];
      if (segment !== undefined) this.#setSegment(i * SEGMENT_BYTES, segment);
    });
    TABLES.forEach((name, i) => {
      const table = registers[name];
      if (table === undefined) return;
      this.#view.setBigUint64(TABLES_OFFSET + i * TABLE_BYTES, table.base, true);
      this.#view.setUint16(TABLES_OFFSET + i * TABLE_BYTES + 8, table.limit, true);
    });
    CONTROLS.forEach((name, i) => {
      const value = registers[name];
      if (value !== undefined) this.#view.setBigUint64(CONTROLS_OFFSET + i * 8, value, true);
    });
  }

  #segment(at: number): X86Segment {
    return {
      base: this.#view.getBigUint64(at, true),
      limit: this.#view.getUint32(at + 8, true),
      selector: this.#view.getUint16(at + 12, true),
      ...Object.fromEntries(SEGMENT_FLAGS.map((name, i) => [name, this.#view.getUint8(at + SEGMENT_FLAGS_OFFSET + i)])),
    } as X86Segment;
  }

  #setSegment(at: number, segment: X86Segment): void {
    this.#view.setBigUint64(at, segment.base, true);
    this.#view.setUint32(at + 8, segment.limit, true);
    this.#view.setUint16(at + 12, segment.selector, true);
    SEGMENT_FLAGS.forEach((name, i) => {
      this.#view.setUint8(at + SEGMENT_FLAGS_OFFSET + i, segment[name]);
    });
  }

  #table(at: number): X86DescriptorTable {
    return { base: this.#view.getBigUint64(at, true), limit: this.#view.getUint16(at + 8, true) };
  }
}
