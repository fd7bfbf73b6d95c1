import type { GuestMemory } from '@picovm/core';
import { X86_SEGMENTS, type X86SegmentName, type X86Vcpu } from '@picovm/core/x86';
import type { DecodedInstruction, DecodedOperand } from '@picovm/x86-interp';
import { physical } from './layout.ts';

const WIDE = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'];
const WORDS = ['ax', 'cx', 'dx', 'bx', 'sp', 'bp', 'si', 'di'];
const BYTES = ['al', 'cl', 'dl', 'bl', 'ah', 'ch', 'dh', 'bh'];
const NAMES = ['rax', 'rcx', 'rdx', 'rbx', 'rsp', 'rbp', 'rsi', 'rdi'] as const;

export type MemoryOperand = DecodedOperand & { readonly kind: 'memory' };

/** A guest between two instructions, as who writes the next one looks at it. */
export class View {
  readonly flags: number;
  readonly ip: number;
  /** 32 bits each, by their numbers in instructions. */
  readonly general: readonly number[];
  readonly #selectors: Readonly<Record<X86SegmentName, number>>;
  readonly #memory: GuestMemory;

  constructor(vcpu: X86Vcpu, memory: GuestMemory) {
    const registers = vcpu.getRegisters();
    const special = vcpu.getSpecialRegisters();
    this.flags = Number(registers.rflags);
    this.ip = Number(registers.rip);
    this.general = NAMES.map((name) => Number(registers[name]));
    this.#selectors = Object.fromEntries(X86_SEGMENTS.map((name) => [name, special[name].selector])) as Record<
      X86SegmentName,
      number
    >;
    this.#memory = memory;
  }

  /** All registers, to compare. */
  get text(): string {
    return [this.flags, this.ip, ...this.general, ...Object.values(this.#selectors)].join(' ');
  }

  selector(name: X86SegmentName): number {
    return this.#selectors[name];
  }

  /** Where the instruction is. */
  get place(): number {
    return physical(this.#selectors.cs, this.ip);
  }

  /** A register by its name in an instruction: `ah`, `cx`, `esi`. @throws Error if it is none of these */
  register(name: string): number {
    const wide = WIDE.indexOf(name);
    if (wide >= 0) return this.general[wide];
    const word = WORDS.indexOf(name);
    if (word >= 0) return this.general[word] & 0xffff;
    const byte = BYTES.indexOf(name);
    if (byte < 0) throw new Error(`${name} is no general register`);
    return (this.general[byte & 3] >>> (byte < 4 ? 0 : 8)) & 0xff;
  }

  /** The offset of a memory operand in its segment. */
  offset(operand: MemoryOperand, addressSize: 16 | 32): number {
    const base = operand.base === undefined ? 0 : this.register(operand.base);
    const index = operand.index === undefined ? 0 : this.register(operand.index) * operand.scale;
    const sum = base + index + operand.displacement;
    return addressSize === 16 ? sum & 0xffff : (sum % 2 ** 32) >>> 0;
  }

  /** What lies in memory at an offset of a segment; undefined if it is not memory, or goes beyond the segment. */
  peek(segment: X86SegmentName, offset: number, size: 1 | 2 | 4): number | undefined {
    const address = physical(this.#selectors[segment], offset);
    if (offset + size > 0x10000 || this.#memory.contiguous(address) < size) return undefined;
    if (size === 1) return this.#memory.readU8(address);
    return size === 2 ? this.#memory.readU16(address) : this.#memory.readU32(address);
  }

  /** An entry of the interrupt table: the selector in the upper half, the offset in the lower one. */
  vector(number: number): number {
    return this.#memory.readU32(number * 4);
  }

  /** What lies on the stack, so many bytes from its top. */
  stacked(distance: number, size: 2 | 4): number | undefined {
    return this.peek('ss', (this.register('sp') + distance) & 0xffff, size);
  }

  /** The value of a register, an immediate or memory; undefined if it is not known. */
  value(operand: DecodedOperand, { addressSize }: DecodedInstruction): number | undefined {
    switch (operand.kind) {
      case 'register':
        return this.register(operand.name);
      case 'immediate':
        return operand.value;
      case 'memory': {
        const { size } = operand;
        if (size !== 1 && size !== 2 && size !== 4) return undefined;
        return this.peek(operand.segment, this.offset(operand, addressSize), size);
      }
      default:
        return undefined;
    }
  }
}
