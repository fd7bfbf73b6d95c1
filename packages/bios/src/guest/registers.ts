import type { X86Registers, X86SpecialRegisters, X86Vcpu } from '@picovm/core/x86';

const NAMES = ['rax', 'rcx', 'rdx', 'rbx', 'rbp', 'rsi', 'rdi'] as const;
const [AX, CX, DX, BX, BP, SI, DI] = [0, 1, 2, 3, 4, 5, 6];
const CARRY = 1n;
const MASK_32 = 0xffff_ffffn;

/** The registers of the guest during a service call: read once, changed here, and put back at the end. */
export class Registers {
  readonly #vcpu: X86Vcpu;
  /** The lower halves of those that were looked at: a bit each in `#known`. */
  readonly #values: Uint32Array = new Uint32Array(NAMES.length);
  #known = 0;
  #changed = 0;
  #before: X86Registers;
  #special: X86SpecialRegisters;

  /** Reads them. */
  constructor(vcpu: X86Vcpu) {
    this.#vcpu = vcpu;
    this.#before = vcpu.getRegisters();
    this.#special = vcpu.getSpecialRegisters();
  }

  /** Reads them again, at the beginning of the next call. */
  load(): void {
    this.#before = this.#vcpu.getRegisters();
    this.#special = this.#vcpu.getSpecialRegisters();
    this.#known = 0;
    this.#changed = 0;
  }

  /** Puts back what was changed. @param carry what the stub sees: whether it has to wait */
  store(carry: boolean): void {
    // The stub comes with the flag cleared.
    if (this.#changed === 0 && !carry) return;
    const changed: Partial<X86Registers> = carry ? { rflags: this.#before.rflags | CARRY } : {};
    for (let n = 0; n < NAMES.length; n++) {
      const name = NAMES[n];
      if ((this.#changed & (1 << n)) !== 0) changed[name] = (this.#before[name] & ~MASK_32) | BigInt(this.#values[n]);
    }
    this.#vcpu.setRegisters(changed);
  }

  /** Segments and control registers. */
  get special(): X86SpecialRegisters {
    return this.#special;
  }

  /** Linear address of a word on the stack. @param offset from SP */
  stack(offset: number): number {
    const { base, db } = this.#special.ss;
    const sp = Number(this.#before.rsp & MASK_32) + offset;
    return Number(base & MASK_32) + (db === 1 ? sp >>> 0 : sp & 0xffff);
  }

  /** Linear address in the extra segment. @param offset 16 bits */
  es(offset: number): number {
    return Number(this.#special.es.base & MASK_32) + (offset & 0xffff);
  }

  /** Linear address in the data segment. @param offset 16 bits */
  ds(offset: number): number {
    return Number(this.#special.ds.base & MASK_32) + (offset & 0xffff);
  }

  /** Puts a selector with the base of real mode into ES. */
  setEs(selector: number): void {
    const es = { ...this.#special.es, selector, base: BigInt(selector * 16) };
    this.#special.es = es;
    this.#vcpu.setSpecialRegisters({ es });
  }

  /** 32 bits. */
  get eax(): number {
    return this.#get(AX);
  }
  set eax(value: number) {
    this.#set(AX, value);
  }
  /** 32 bits. */
  get ebx(): number {
    return this.#get(BX);
  }
  set ebx(value: number) {
    this.#set(BX, value);
  }
  /** 32 bits. */
  get ecx(): number {
    return this.#get(CX);
  }
  set ecx(value: number) {
    this.#set(CX, value);
  }
  /** 32 bits. */
  get edx(): number {
    return this.#get(DX);
  }
  set edx(value: number) {
    this.#set(DX, value);
  }
  /** 16 bits, as the others below of two letters with an X, I or P. */
  get ax(): number {
    return this.#get(AX) & 0xffff;
  }
  set ax(value: number) {
    this.#setWord(AX, value);
  }
  get bx(): number {
    return this.#get(BX) & 0xffff;
  }
  set bx(value: number) {
    this.#setWord(BX, value);
  }
  get cx(): number {
    return this.#get(CX) & 0xffff;
  }
  set cx(value: number) {
    this.#setWord(CX, value);
  }
  get dx(): number {
    return this.#get(DX) & 0xffff;
  }
  set dx(value: number) {
    this.#setWord(DX, value);
  }
  get si(): number {
    return this.#get(SI) & 0xffff;
  }
  set si(value: number) {
    this.#setWord(SI, value);
  }
  get di(): number {
    return this.#get(DI) & 0xffff;
  }
  set di(value: number) {
    this.#setWord(DI, value);
  }
  get bp(): number {
    return this.#get(BP) & 0xffff;
  }
  set bp(value: number) {
    this.#setWord(BP, value);
  }
  /** 8 bits, as the others below. */
  get al(): number {
    return this.#get(AX) & 0xff;
  }
  set al(value: number) {
    this.#setLow(AX, value);
  }
  get ah(): number {
    return (this.#get(AX) >>> 8) & 0xff;
  }
  set ah(value: number) {
    this.#setHigh(AX, value);
  }
  get bl(): number {
    return this.#get(BX) & 0xff;
  }
  set bl(value: number) {
    this.#setLow(BX, value);
  }
  get bh(): number {
    return (this.#get(BX) >>> 8) & 0xff;
  }
  set bh(value: number) {
    this.#setHigh(BX, value);
  }
  get cl(): number {
    return this.#get(CX) & 0xff;
  }
  set cl(value: number) {
    this.#setLow(CX, value);
  }
  get ch(): number {
    return (this.#get(CX) >>> 8) & 0xff;
  }
  set ch(value: number) {
    this.#setHigh(CX, value);
  }
  get dl(): number {
    return this.#get(DX) & 0xff;
  }
  set dl(value: number) {
    this.#setLow(DX, value);
  }
  get dh(): number {
    return (this.#get(DX) >>> 8) & 0xff;
  }
  set dh(value: number) {
    this.#setHigh(DX, value);
  }

  #get(n: number): number {
    if ((this.#known & (1 << n)) === 0) {
      this.#values[n] = Number(this.#before[NAMES[n]] & MASK_32);
      this.#known |= 1 << n;
    }
    return this.#values[n];
  }

  #set(n: number, value: number): void {
    this.#values[n] = value;
    this.#known |= 1 << n;
    this.#changed |= 1 << n;
  }

  #setWord(n: number, value: number): void {
    this.#set(n, (this.#get(n) & 0xffff_0000) | (value & 0xffff));
  }

  #setLow(n: number, value: number): void {
    this.#set(n, (this.#get(n) & 0xffff_ff00) | (value & 0xff));
  }

  #setHigh(n: number, value: number): void {
    this.#set(n, (this.#get(n) & 0xffff_00ff) | ((value & 0xff) << 8));
  }
}
